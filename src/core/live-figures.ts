import type { ServiceTier } from './service-level.ts';

/** How long first tokens of a tier took within one second. */
export interface LiveFirstTokens {
  readonly count: number;
  /**
   * How many took about so long, by bin: bin b is 2^(b/8) milliseconds, so a time read from its bin is at most 4.5 %
   * off.
   */
  readonly bins: ReadonlyMap<number, number>;
  /** Mean of their targets, milliseconds; null where they had none. */
  readonly targetMs: number | null;
}

/** How fast tokens of a tier followed one another within one second. */
export interface LivePace {
  /** Tokens that followed another of their answer. */
  readonly tokens: number;
  readonly meanMs: number;
  /** Mean of their answers' targets, milliseconds; null where they had none. */
  readonly targetMs: number | null;
}

/** Tokens of a kind that ran at another precision than the one before them. */
export interface LiveSwitches {
  readonly from: string;
  readonly to: string;
  readonly reason: string;
  readonly count: number;
}

/** Passes of the model of one phase. */
export interface LivePasses {
  readonly count: number;
  readonly seconds: number;
}

/** What happened within one second. */
export interface LiveSecond {
  /** Which second, counted on the server's own clock. */
  readonly at: number;
  /** At its end: requests that hold a slot, and that wait for one. */
  readonly running: number;
  readonly waiting: number;
  /** At its end: share of the memory for keys and values in use, 0 to 1. */
  readonly kvUsage: number;
  readonly promptTokens: number;
  /** Tokens generated, by rung of the ladder. Tiers without a token are left out, here and below. */
  readonly tokens: ReadonlyMap<ServiceTier, readonly number[]>;
  readonly firstTokens: ReadonlyMap<ServiceTier, LiveFirstTokens>;
  readonly pace: ReadonlyMap<ServiceTier, LivePace>;
  readonly passes: { readonly prefill: LivePasses; readonly decode: LivePasses };
  readonly switches: readonly LiveSwitches[];
  /** Requests that were judged by all of their targets, and how many of them met them. */
  readonly targets: ReadonlyMap<ServiceTier, { readonly met: number; readonly judged: number }>;
  readonly ended: {
    readonly finished: number;
    readonly cancelled: number;
    readonly failed: number;
    readonly refused: number;
  };
}

/** The last minutes of a server, second by second, for whoever looks on. */
export interface LiveFigures {
  /** Seconds that are kept. */
  readonly keptSeconds: number;
  /** On the clock that seconds are counted on. */
  nowSeconds(): number;
  /** The complete seconds after `at` that are still kept and in which anything happened, oldest first. */
  after(at: number): readonly LiveSecond[];
}
