import {
  defaultTargets,
  type Ladder,
  type PrecisionRange,
  QueptError,
  SERVICE_TIERS,
  type ServiceLevel,
  type ServiceTier,
  type ServiceWish,
  TIER_TARGET_FACTOR,
} from '../core/index.ts';
import type { UnloadedProfile } from '../scheduler/index.ts';

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

/** How much a miss of a tier weighs, and its share of the waiting room. */
const TIER_DEFAULTS: Readonly<Record<ServiceTier, { weight: number; share: number }>> = {
  priority: { weight: 4, share: 1 },
  default: { weight: 1, share: 1 },
  flex: { weight: 0.25, share: 0.5 },
};

/** Share of the waiting room of each tier. */
export function tierShares(
  settings: Readonly<Record<ServiceTier, TierSettings>>,
): Record<ServiceTier, number> {
  const shareOf = (tier: ServiceTier) => settings[tier].share ?? TIER_DEFAULTS[tier].share;
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
  readonly #ladder: Ladder;
  #levels: ReadonlyMap<ServiceTier, GrantedService>;

  /**
   * Throws QueptError `invalid_config` when a tier's bits admit no rung of the ladder.
   */
  constructor(settings: Readonly<Record<ServiceTier, TierSettings>>, ladder: Ladder) {
    this.#settings = settings;
    this.#ladder = ladder;
    this.#levels = this.#derive(null);
  }

  /** Derives targets from what an engine measured at its start. Before the first one only settings make targets. */
  measured(unloaded: UnloadedProfile): void {
    this.#levels = this.#derive(unloaded);
  }

  /** The level of a tier, its targets tightened by the request's own. A client cannot loosen them. */
  grant(wish: ServiceWish): GrantedService {
    const { level, range } = this.#levels.get(wish.tier ?? 'default') as GrantedService;
    const ttftMs = Math.min(level.ttftMs, wish.ttftMs ?? Number.POSITIVE_INFINITY);
    const tpotMs = Math.min(level.tpotMs, wish.tpotMs ?? Number.POSITIVE_INFINITY);
    return { level: { ...level, ttftMs, tpotMs }, range };
  }

  #derive(unloaded: UnloadedProfile | null): ReadonlyMap<ServiceTier, GrantedService> {
    return new Map(
      SERVICE_TIERS.map((tier) => {
        const settings = this.#settings[tier];
        const range = tierRange(tier, settings, this.#ladder);
        return [tier, { level: levelOf(tier, settings, unloaded), range }];
      }),
    );
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

function levelOf(tier: ServiceTier, settings: TierSettings, unloaded: UnloadedProfile | null): ServiceLevel {
  const factor = TIER_TARGET_FACTOR[tier];
  const targets = unloaded === null ? { ttftMs: Infinity, tpotMs: Infinity } : defaultTargets(unloaded);
  return {
    tier,
    ttftMs: settings.ttftMs ?? factor * targets.ttftMs,
    tpotMs: settings.tpotMs ?? factor * targets.tpotMs,
    weight: settings.weight ?? TIER_DEFAULTS[tier].weight,
  };
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
