import {
  type Ladder,
  type PrecisionRange,
  QueptError,
  SERVICE_TIERS,
  type ServiceLevel,
  type ServiceTier,
  type ServiceWish,
  tierTargets,
} from '../core/index.ts';
import {
  type UnloadedMachine,
  type UnloadedProfile,
  unloadedMachine,
  unloadedTimes,
} from '../scheduler/index.ts';

/** What an operator sets of a tier; null leaves it to the default. */
export interface TierSettings {
  readonly ttftMs: number | null;
  readonly tpotMs: number | null;
  readonly weight: number | null;
  /** Average bits that requests of the tier are served at, at least and at most. */
  readonly minBits: number | null;
  readonly maxBits: number | null;
  /** Share of the waiting room that the tier may fill, (0, 1]. */
  readonly share: number | null;
}

const SHARES: Readonly<Record<ServiceTier, number>> = { priority: 1, default: 1, flex: 0.5 };
/** Before anything is known of the machine. */
const NO_TARGETS = { prefillMs: Infinity, stepMs: Infinity };

/** Of what steps took: less is no error of prediction. */
const CLEARLY_FASTER = 0.8;

/** Share of the waiting room of each tier. */
export function tierShares(
  settings: Readonly<Record<ServiceTier, TierSettings>>,
): Record<ServiceTier, number> {
  const shareOf = (tier: ServiceTier) => settings[tier].share ?? SHARES[tier];
  return { priority: shareOf('priority'), default: shareOf('default'), flex: shareOf('flex') };
}

/** What a wish comes to: a level, and the rungs the tier may be served at. */
export interface GrantedService {
  readonly level: ServiceLevel;
  readonly range: PrecisionRange;
}

/** The tiers of a server: settings over defaults that derive from what the machine can do. */
export class ServiceLevels {
  readonly #settings: Readonly<Record<ServiceTier, TierSettings>>;
  readonly #ranges: ReadonlyMap<ServiceTier, PrecisionRange>;
  #profile: UnloadedProfile | null = null;
  #machine: UnloadedMachine | null = null;

  /**
   * Throws QueptError `invalid_config` when a tier's bits admit no rung of the ladder.
   */
  constructor(settings: Readonly<Record<ServiceTier, TierSettings>>, ladder: Ladder) {
    this.#settings = settings;
    this.#ranges = new Map(SERVICE_TIERS.map((tier) => [tier, tierRange(tier, settings[tier], ladder)]));
  }

  /** Derives targets from what an engine measured at its start. Before the first one only settings make targets. */
  measured(unloaded: UnloadedProfile): void {
    this.#profile = unloaded;
    this.#machine = unloadedMachine(unloaded);
  }

  /**
   * The machine takes so many times what its profile says. Where that is clearly less than it took then, other programs
   * were busy beside the profile: targets come down to what the machine has shown, and stay there.
   */
  observed(slowness: number): void {
    const profile = this.#profile;
    if (profile === null || slowness >= CLEARLY_FASTER * profile.cost.slowness) return;
    this.measured({ ...profile, cost: { ...profile.cost, slowness } });
  }

  /**
   * The level of a tier for a prompt, its targets tightened by the request's own. A client cannot loosen them.
   *
   * @param promptTokens 0 while they are not counted yet: only the tier and its range are final then
   */
  grant(wish: ServiceWish, promptTokens = 0): GrantedService {
    const tier = wish.tier ?? 'default';
    const range = this.#ranges.get(tier) as PrecisionRange;
    const level = this.#levelOf(tier, promptTokens);
    const ttftMs = Math.min(level.ttftMs, wish.ttftMs ?? Number.POSITIVE_INFINITY);
    const tpotMs = Math.min(level.tpotMs, wish.tpotMs ?? Number.POSITIVE_INFINITY);
    return { level: { ...level, ttftMs, tpotMs }, range };
  }

  #levelOf(tier: ServiceTier, promptTokens: number): ServiceLevel {
    const { ttftMs, tpotMs, weight } = this.#settings[tier];
    const times = this.#machine === null ? NO_TARGETS : unloadedTimes(promptTokens, this.#machine);
    const derived = tierTargets(tier, times);
    return {
      tier,
      ttftMs: ttftMs ?? derived.ttftMs,
      tpotMs: tpotMs ?? derived.tpotMs,
      weight: weight ?? derived.weight,
    };
  }
}

/**
 * What both the tier and the request admit.
 *
 * Throws QueptError `invalid_request` (param `precision`) when that is nothing.
 */
export function rangeWithin(
  ladder: Ladder,
  tier: ServiceTier,
  tierRange: PrecisionRange,
  wanted: PrecisionRange,
): PrecisionRange {
  const floor = Math.max(tierRange.floor, wanted.floor);
  const ceiling = Math.min(tierRange.ceiling, wanted.ceiling);
  if (floor <= ceiling) return { floor, ceiling, pinned: wanted.pinned };
  const ids = ladder.slice(tierRange.floor, tierRange.ceiling + 1).map(({ id }) => id);
  throw new QueptError(
    'invalid_request',
    `The tier '${tier}' is served at ${ids.join(', ')}, which 'precision' rules out. Ask for one of these, or for another 'service_tier'.`,
    { param: 'precision' },
  );
}

function tierRange(tier: ServiceTier, { minBits, maxBits }: TierSettings, ladder: Ladder): PrecisionRange {
  const floor = ladder.findIndex(({ averageBits }) => averageBits >= (minBits ?? 0));
  const ceiling = ladder.findLastIndex(({ averageBits }) => averageBits <= (maxBits ?? Infinity));
  if (floor >= 0 && ceiling >= floor) return { floor, ceiling, pinned: false };
  const rungs = ladder.map(({ id, averageBits }) => `${id} (${averageBits.toFixed(2)})`).join(', ');
  throw new QueptError(
    'invalid_config',
    `tiers: '${tier}' admits no precision of this model, which has ${rungs}: change minBits or maxBits.`,
  );
}
