import type { PlainTensor } from './plain-tensor.ts';

/**
 * Central difference of `loss` in one element of one input, in float64: the error is of the order of step² times
 * the third derivative plus 1e-16/step, about 1e-9 for functions of order one.
 */
export function centralDifference(
  loss: (inputs: readonly PlainTensor[]) => number,
  inputs: readonly PlainTensor[],
  which: number,
  element: number,
  step = 1e-5,
): number {
  const moved = (delta: number) =>
    loss(
      inputs.map((input, i) => {
        if (i !== which) return input;
        const data = input.data.slice();
        data[element]! += delta;
        return { shape: input.shape, data };
      }),
    );
  return (moved(step) - moved(-step)) / (2 * step);
}
