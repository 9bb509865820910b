import { type LiveSecond, SERVICE_TIERS, type ServiceTier } from '../../core/index.ts';
import type { EngineState } from '../serving-metrics.ts';

/** Bins of times per doubling: a time read from its bin is at most 4.5 % off. */
const BINS_PER_OCTAVE = 8;
/** Shorter times fall into the bin of this one. */
const LEAST_MS = 0.1;

/** What is added up of a tier. */
class TierSums {
  readonly tokens: number[];
  readonly firstBins = new Map<number, number>();
  firsts = 0;
  firstTargets = 0;
  firstTargetsMs = 0;
  gaps = 0;
  gapsMs = 0;
  gapTargets = 0;
  gapTargetsMs = 0;
  met = 0;
  judged = 0;

  constructor(rungs: number) {
    this.tokens = new Array(rungs).fill(0);
  }
}

/** A second that is not over: adds up what is told of it. */
export class OpenSecond {
  readonly at: number;
  promptTokens = 0;
  finished = 0;
  cancelled = 0;
  failed = 0;
  refused = 0;
  readonly #passes = { prefill: { count: 0, seconds: 0 }, decode: { count: 0, seconds: 0 } };
  readonly #switches = new Map<string, { from: string; to: string; reason: string; count: number }>();
  readonly #tiers: Readonly<Record<ServiceTier, TierSums>>;

  constructor(at: number, rungs: number) {
    this.at = at;
    const sums = () => new TierSums(rungs);
    this.#tiers = { priority: sums(), default: sums(), flex: sums() };
  }

  /** `targetMs` may be infinite, for none. */
  firstToken(tier: ServiceTier, ms: number, targetMs: number): void {
    const sums = this.#tiers[tier];
    const bin = Math.round(BINS_PER_OCTAVE * Math.log2(Math.max(ms, LEAST_MS)));
    sums.firstBins.set(bin, (sums.firstBins.get(bin) ?? 0) + 1);
    sums.firsts++;
    if (Number.isFinite(targetMs)) {
      sums.firstTargets++;
      sums.firstTargetsMs += targetMs;
    }
  }

  token(tier: ServiceTier, rung: number): void {
    const { tokens } = this.#tiers[tier];
    if (rung in tokens) tokens[rung] = (tokens[rung] ?? 0) + 1;
  }

  /** A token came so long after the one before it. */
  gap(tier: ServiceTier, ms: number, targetMs: number): void {
    const sums = this.#tiers[tier];
    sums.gaps++;
    sums.gapsMs += ms;
    if (Number.isFinite(targetMs)) {
      sums.gapTargets++;
      sums.gapTargetsMs += targetMs;
    }
  }

  judged(tier: ServiceTier, met: boolean): void {
    const sums = this.#tiers[tier];
    sums.judged++;
    if (met) sums.met++;
  }

  pass(phase: 'prefill' | 'decode', seconds: number): void {
    const passes = this.#passes[phase];
    passes.count++;
    passes.seconds += seconds;
  }

  switched(from: string, to: string, reason: string): void {
    const key = `${from} ${to} ${reason}`;
    const known = this.#switches.get(key);
    if (known === undefined) this.#switches.set(key, { from, to, reason, count: 1 });
    else known.count++;
  }

  /** The second is over. */
  close({ running, waiting, kvUsage }: Omit<EngineState, 'belowCeiling'>): LiveSecond {
    const { at, promptTokens, finished, cancelled, failed, refused } = this;
    return {
      at,
      running,
      waiting,
      kvUsage,
      promptTokens,
      tokens: this.#byTier(
        ({ tokens }) => tokens.some((count) => count > 0),
        ({ tokens }) => tokens,
      ),
      firstTokens: this.#byTier(
        ({ firsts }) => firsts > 0,
        ({ firsts, firstBins, firstTargets, firstTargetsMs }) => ({
          count: firsts,
          bins: firstBins,
          targetMs: mean(firstTargetsMs, firstTargets),
        }),
      ),
      pace: this.#byTier(
        ({ gaps }) => gaps > 0,
        ({ gaps, gapsMs, gapTargets, gapTargetsMs }) => ({
          tokens: gaps,
          meanMs: gapsMs / gaps,
          targetMs: mean(gapTargetsMs, gapTargets),
        }),
      ),
      passes: this.#passes,
      switches: [...this.#switches.values()],
      targets: this.#byTier(
        ({ judged }) => judged > 0,
        ({ met, judged }) => ({ met, judged }),
      ),
      ended: { finished, cancelled, failed, refused },
    };
  }

  #byTier<T>(has: (sums: TierSums) => boolean, of: (sums: TierSums) => T): ReadonlyMap<ServiceTier, T> {
    const tiers = SERVICE_TIERS.filter((tier) => has(this.#tiers[tier]));
    return new Map(tiers.map((tier) => [tier, of(this.#tiers[tier])]));
  }
}

function mean(sum: number, count: number): number | null {
  return count === 0 ? null : sum / count;
}
