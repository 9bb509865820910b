import type { CostEstimator, CostSample, StepShape } from '../scheduler/index.ts';

type Phase = StepShape['phase'];

/** Time without attention and moves, by size of the step: rows that decode, or tokens of a chunk. Ascending. */
type Curve = readonly { readonly size: number; readonly ms: number }[];

/** ms per pair of a token and a position it looks back at. */
type AttentionSlopes = Readonly<Record<Phase, number>>;

/**
 * A machine made of its profile:
 *
 *     ms(shape) = curve[phase, rung](size) + a[phase]·pairs + m·moved positions
 *
 * `curve` passes through the samples' mean at each size once attention is taken off, straight between sizes and
 * beyond the last; below the smallest chunk of prefill it runs to a decode step of one row, which is what a chunk of
 * one token is. `a` is the least-squares slope over samples of one phase that differ in context alone, pooled over
 * rungs, since attention has no precision. `m` is what samples with moved rows take beyond that, per position. Both
 * are 0 where no samples tell.
 *
 * @param samples at least one of each phase and rung without moved rows
 */
export function createProfileCost(samples: readonly CostSample[]): CostEstimator {
  const settled = samples.filter(({ shape }) => shape.movedRows === 0);
  const attention = {
    decode: attentionSlope(settled, 'decode'),
    prefill: attentionSlope(settled, 'prefill'),
  };
  const curves = buildCurves(settled, attention);
  const still = (shape: StepShape) => restMs(curves, shape) + attention[shape.phase] * pairsOf(shape);
  const move = moveSlope(samples, still);
  return { stepMs: (shape) => still(shape) + move * movedPositions(shape) };
}

/** Pairs of a new token and a position it looks back at: the context, and half of what is new. */
function pairsOf({ rows, tokens, contextTokens }: StepShape): number {
  const perRow = tokens / rows;
  return perRow * contextTokens + (rows * perRow * perRow) / 2;
}

/** A moved row is taken to be as long as the rows of the batch are on average. */
function movedPositions({ movedRows, rows, contextTokens }: StepShape): number {
  return movedRows === 0 ? 0 : (movedRows * contextTokens) / rows;
}

function sizeOf({ phase, rows, tokens }: StepShape): number {
  return phase === 'decode' ? rows : tokens;
}

function attentionSlope(samples: readonly CostSample[], phase: Phase): number {
  const alike = new Map<string, CostSample[]>();
  for (const sample of samples.filter(({ shape }) => shape.phase === phase)) {
    const key = `${sample.shape.rung} ${sizeOf(sample.shape)}`;
    alike.set(key, [...(alike.get(key) ?? []), sample]);
  }
  let covariance = 0;
  let variance = 0;
  for (const group of alike.values()) {
    const meanPairs = mean(group.map(({ shape }) => pairsOf(shape)));
    const meanMs = mean(group.map(({ ms }) => ms));
    for (const { shape, ms } of group) {
      covariance += (pairsOf(shape) - meanPairs) * (ms - meanMs);
      variance += (pairsOf(shape) - meanPairs) ** 2;
    }
  }
  return variance === 0 ? 0 : Math.max(0, covariance / variance);
}

function moveSlope(samples: readonly CostSample[], still: (shape: StepShape) => number): number {
  const slopes = samples
    .filter(({ shape }) => movedPositions(shape) > 0)
    .map(({ shape, ms }) => (ms - still(shape)) / movedPositions(shape));
  return slopes.length === 0 ? 0 : Math.max(0, mean(slopes));
}

type Curves = ReadonlyMap<string, Curve>;

function curveKey({ phase, rung }: Pick<StepShape, 'phase' | 'rung'>): string {
  return `${phase} ${rung}`;
}

function buildCurves(samples: readonly CostSample[], attention: AttentionSlopes): Curves {
  const curves = new Map<string, Curve>();
  // Decode first: prefill begins where it does.
  for (const phase of ['decode', 'prefill'] as const) {
    for (const rung of new Set(samples.map(({ shape }) => shape.rung))) {
      const own = samples.filter(({ shape }) => shape.phase === phase && shape.rung === rung);
      const points = curveOf(own, attention[phase]);
      const step =
        phase === 'prefill' ? valueAt(curves.get(curveKey({ phase: 'decode', rung })) ?? [], 1) : null;
      const first = points[0];
      if (step !== null && first !== undefined && first.size > 1) {
        points.unshift({ size: 1, ms: Math.min(step, first.ms) });
      }
      curves.set(curveKey({ phase, rung }), points);
    }
  }
  return curves;
}

function curveOf(samples: readonly CostSample[], attention: number): { size: number; ms: number }[] {
  const sizes = [...new Set(samples.map(({ shape }) => sizeOf(shape)))].sort((a, b) => a - b);
  return sizes.map((size) => ({
    size,
    ms: mean(
      samples
        .filter(({ shape }) => sizeOf(shape) === size)
        .map(({ shape, ms }) => Math.max(0, ms - attention * pairsOf(shape))),
    ),
  }));
}

function restMs(curves: Curves, shape: StepShape): number {
  const curve = curves.get(curveKey(shape));
  if (curve === undefined) throw new RangeError(`The profile has no ${shape.phase} of rung ${shape.rung}.`);
  return valueAt(curve, sizeOf(shape));
}

/** Straight between points and beyond the last; level below the first, and everywhere on a curve of one point. */
function valueAt(curve: Curve, size: number): number {
  const upper = curve.findIndex((point) => point.size >= size);
  const right = curve[upper === -1 ? curve.length - 1 : upper];
  const left = curve[upper === -1 ? curve.length - 2 : upper - 1];
  if (right === undefined) return 0;
  if (left === undefined) return right.ms;
  const share = (size - left.size) / (right.size - left.size);
  return left.ms + share * (right.ms - left.ms);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
