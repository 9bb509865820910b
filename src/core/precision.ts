import { QueptError } from './errors.ts';

/**
 * A precision config: for each fused matrix m of M, how many planes are summed and how wide a prefix of the
 * live cascade runs beside them. Any config can run at any step; the ladder lists those worth choosing.
 */
export interface PrecisionConfig {
  /** Stable name, e.g. `q8`. */
  readonly id: string;
  /** Code bits per weight, weighted by parameters over the fused matrices (scales and cascade excluded). */
  readonly averageBits: number;
  /** Planes summed per fused matrix, length M, each 1..planes of the artefact. */
  readonly planes: readonly number[];
  /** Live cascade rank per fused matrix, length M, each 0 or one of the artefact's cascade ranks. */
  readonly ranks: readonly number[];
  /** Predicted KL to full precision, nats per token; null when not measured. */
  readonly predictedKl: number | null;
  /** Measured cost of one decode step at batch 1, milliseconds; null when not measured. */
  readonly msPerToken: number | null;
}

/** Configs in ascending order of `averageBits`; never empty. Index = rung. */
export type Ladder = readonly PrecisionConfig[];

/** What a client asked for, before it meets a ladder. */
export type PrecisionWish =
  | { readonly kind: 'auto' }
  | { readonly kind: 'bits'; readonly bits: number }
  | { readonly kind: 'config'; readonly id: string }
  | { readonly kind: 'range'; readonly minBits: number | null; readonly maxBits: number | null };

/** Rungs a request may be served at. `floor <= ceiling`; a pinned request has `floor === ceiling`. */
export interface PrecisionRange {
  readonly floor: number;
  readonly ceiling: number;
  readonly pinned: boolean;
}

/** What was served: tokens per config, and how often the config changed between consecutive tokens. */
export interface PrecisionReport {
  readonly averageBits: number;
  readonly configs: readonly {
    readonly id: string;
    readonly averageBits: number;
    readonly tokens: number;
  }[];
  readonly switches: number;
}

/**
 * Turns a wish into rungs of `ladder`. A number pins the highest rung not above it; an id pins that rung; a
 * range admits every rung inside it.
 *
 * Throws QueptError `invalid_request` (param `precision`) when no rung fits.
 */
export function resolvePrecision(ladder: Ladder, wish: PrecisionWish): PrecisionRange {
  const top = ladder.length - 1;
  switch (wish.kind) {
    case 'auto':
      return { floor: 0, ceiling: top, pinned: false };
    case 'bits': {
      const rung = ladder.findLastIndex((config) => config.averageBits <= wish.bits);
      if (!Number.isFinite(wish.bits) || rung < 0) throw noSuchPrecision(ladder, `${wish.bits} bits`);
      return { floor: rung, ceiling: rung, pinned: true };
    }
    case 'config': {
      const rung = ladder.findIndex((config) => config.id === wish.id);
      if (rung < 0) throw noSuchPrecision(ladder, `config '${wish.id}'`);
      return { floor: rung, ceiling: rung, pinned: true };
    }
    case 'range': {
      const { minBits, maxBits } = wish;
      const floor = ladder.findIndex((config) => minBits === null || config.averageBits >= minBits);
      const ceiling = ladder.findLastIndex((config) => maxBits === null || config.averageBits <= maxBits);
      if (floor < 0 || ceiling < floor) {
        throw noSuchPrecision(ladder, `range ${minBits ?? 'any'} to ${maxBits ?? 'any'} bits`);
      }
      return { floor, ceiling, pinned: false };
    }
    default:
      return wish satisfies never;
  }
}

/** `q8` for a pinned range, `q4..q8` otherwise: the value of the `x-precision` response header. */
export function formatPrecisionRange(ladder: Ladder, range: PrecisionRange): string {
  const floor = ladder[range.floor]?.id ?? '';
  const ceiling = ladder[range.ceiling]?.id ?? '';
  return range.floor === range.ceiling ? floor : `${floor}..${ceiling}`;
}

/** Sums up the rungs that produced a request's tokens, in order. An empty list reports zero bits. */
export function reportPrecision(ladder: Ladder, rungs: readonly number[]): PrecisionReport {
  const tokens = new Map<number, number>();
  let switches = 0;
  rungs.forEach((rung, i) => {
    tokens.set(rung, (tokens.get(rung) ?? 0) + 1);
    if (i > 0 && rungs[i - 1] !== rung) switches++;
  });
  const configs = [...tokens.entries()]
    .sort(([a], [b]) => a - b)
    .map(([rung, count]) => {
      const config = ladder[rung] as PrecisionConfig;
      return { id: config.id, averageBits: config.averageBits, tokens: count };
    });
  const bits = configs.reduce((sum, config) => sum + config.averageBits * config.tokens, 0);
  return { averageBits: rungs.length === 0 ? 0 : bits / rungs.length, configs, switches };
}

function noSuchPrecision(ladder: Ladder, asked: string): QueptError {
  const rungs = ladder.map((config) => `${config.id} (${formatBits(config.averageBits)} bits)`).join(', ');
  return new QueptError('invalid_request', `No precision fits ${asked}. This model serves ${rungs}.`, {
    param: 'precision',
  });
}

function formatBits(bits: number): string {
  return String(Math.round(bits * 100) / 100);
}
