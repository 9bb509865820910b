// Float64 tensors, row-major, written for reading: the reference that graph results are held against.

export interface PlainTensor {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

export function countOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** A tensor whose element at each index is `element(index)`. */
export function tensorOf(
  shape: readonly number[],
  element: (index: readonly number[]) => number,
): PlainTensor {
  const data = new Float64Array(countOf(shape));
  for (let flat = 0; flat < data.length; flat++) {
    let rest = flat;
    const index = shape.map(() => 0);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis] = rest % shape[axis]!;
      rest = Math.floor(rest / shape[axis]!);
    }
    data[flat] = element(index);
  }
  return { shape, data };
}

/** The element at `index`, aligned at the last axis; axes of size 1 repeat. */
export function at(x: PlainTensor, index: readonly number[]): number {
  const skipped = index.length - x.shape.length;
  const flat = x.shape.reduce(
    (offset, size, axis) => offset * size + (size === 1 ? 0 : index[axis + skipped]!),
    0,
  );
  return x.data[flat]!;
}

export function map(x: PlainTensor, f: (element: number) => number): PlainTensor {
  return { shape: x.shape, data: x.data.map(f) };
}

/** f(a, b) elementwise; a and b broadcast against each other. */
export function zip(a: PlainTensor, b: PlainTensor, f: (a: number, b: number) => number): PlainTensor {
  return tensorOf(jointShape(a.shape, b.shape), (index) => f(at(a, index), at(b, index)));
}

export function jointShape(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) =>
    Math.max(a[a.length - rank + i] ?? 1, b[b.length - rank + i] ?? 1),
  );
}

/** Sum over `axes`, which stay with size 1. */
export function sumOver(x: PlainTensor, axes: readonly number[]): PlainTensor {
  const shape = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const total = tensorOf(shape, () => 0);
  tensorOf(x.shape, (index) => {
    const flat = shape.reduce((offset, size, axis) => offset * size + (size === 1 ? 0 : index[axis]!), 0);
    total.data[flat]! += at(x, index);
    return 0;
  });
  return total;
}

/** a [..., R, K] · b [..., K, N]; leading axes broadcast. */
export function product(a: PlainTensor, b: PlainTensor): PlainTensor {
  const leading = jointShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const inner = a.shape.at(-1)!;
  return tensorOf([...leading, a.shape.at(-2)!, b.shape.at(-1)!], (index) => {
    const [row, column] = index.slice(-2);
    const batch = index.slice(0, -2);
    let sum = 0;
    for (let k = 0; k < inner; k++) sum += at(a, [...batch, row!, k]) * at(b, [...batch, k, column!]);
    return sum;
  });
}

/** Axis i of the result is axis perm[i] of x. */
export function permuted(x: PlainTensor, perm: readonly number[]): PlainTensor {
  const shape = perm.map((axis) => x.shape[axis]!);
  return tensorOf(shape, (index) => {
    const source = x.shape.map(() => 0);
    perm.forEach((axis, i) => {
      source[axis] = index[i]!;
    });
    return at(x, source);
  });
}

/** x / sqrt(mean(x²) + epsilon) · weight over the last axis. */
export function rmsNormed(x: PlainTensor, weight: PlainTensor, epsilon: number): PlainTensor {
  const squares = sumOver(
    map(x, (v) => v * v),
    [x.shape.length - 1],
  );
  const width = x.shape.at(-1)!;
  const scaled = zip(x, squares, (v, sum) => v / Math.sqrt(sum / width + epsilon));
  return zip(scaled, weight, (v, w) => v * w);
}

/** log softmax over the last axis. */
export function logSoftmaxed(x: PlainTensor): PlainTensor {
  const sums = sumOver(map(x, Math.exp), [x.shape.length - 1]);
  return zip(x, sums, (v, sum) => v - Math.log(sum));
}

/**
 * Rotary embedding by half rotation of x [..., S, heads·headDim]: element i of a head turns with element
 * i + headDim/2 by the angle position · base^(−2i/headDim).
 */
export function rotated(
  x: PlainTensor,
  positions: readonly number[],
  headDim: number,
  base: number,
): PlainTensor {
  const half = headDim / 2;
  return tensorOf(x.shape, (index) => {
    const before = index.slice(0, -1);
    const feature = index.at(-1)!;
    const within = feature % headDim;
    const first = within < half;
    const angle = positions[index.at(-2)!]! * base ** (-(within % half) / half);
    const partner = at(x, [...before, first ? feature + half : feature - half]);
    return at(x, index) * Math.cos(angle) + (first ? -partner : partner) * Math.sin(angle);
  });
}
