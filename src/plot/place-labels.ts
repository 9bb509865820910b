import {
  type Box,
  boxAround,
  contains,
  nearestPoint,
  overlapArea,
  type Position,
  type Segment,
  segmentMeetsBox,
} from './geometry.ts';

/** A text of known size that belongs to a point. */
export interface LabelRequest {
  readonly at: Position;
  readonly width: number;
  readonly height: number;
}

/** What labels should keep clear of. */
export interface Surroundings {
  /** Labels stay inside. */
  readonly bounds: Box;
  /** Centres of symbols, those of the labels' own points among them. */
  readonly symbols: readonly Position[];
  readonly symbolRadius: number;
  readonly lines: readonly Segment[];
}

export interface LabelPlace {
  readonly box: Box;
  /** From the point to a label that had to move away from it. */
  readonly leader: Segment | null;
}

interface Candidate extends LabelPlace {
  /** What this place costs by itself: everything but the other labels. */
  readonly ownCost: number;
}

/** Distances from symbol to label that are tried, pixels; from the second on a leader joins them. */
const DISTANCES = [3, 14, 26, 40, 56, 74];

/**
 * Directions in order of preference; y grows downwards. The slanting ones after the eight main ones are for
 * labels at the end of a leader: close by they would touch the symbol.
 */
const DIRECTIONS: readonly Position[] = [
  { x: 1, y: -1 },
  { x: 1, y: 0 },
  { x: -1, y: 1 },
  { x: -1, y: 0 },
  { x: 0, y: -1 },
  { x: 0, y: 1 },
  { x: 1, y: 1 },
  { x: -1, y: -1 },
  { x: 1, y: 0.5 },
  { x: 1, y: -0.5 },
  { x: -1, y: 0.5 },
  { x: -1, y: -0.5 },
];
const MAIN_DIRECTIONS = 8;

/** Hidden text or symbols are worst; a leader across something is the way out of a crowd. */
const COST = {
  outside: 1e6,
  labelOnLabel: 1000,
  perSharedPixel: 10,
  labelOnSymbol: 600,
  leaderOnLabel: 400,
  leaderOnSymbol: 100,
  labelOnLine: 20,
  perPixelAway: 1.5,
};

/** Rounds of improvement; a handful of labels settles in two or three. */
const ROUNDS = 10;

/**
 * Finds a place beside its point for each label: one after the other takes the place that costs least while the
 * others stay, until none moves. Who comes first matters, so this is done in several orders and the cheapest
 * result is kept. Deterministic; when there is no room labels overlap as little as these places allow.
 *
 * @returns places in the order of `labels`
 */
export function placeLabels(labels: readonly LabelRequest[], surroundings: Surroundings): LabelPlace[] {
  const candidates = labels.map((label) => candidatesOf(label, surroundings));
  const results = placementOrders(labels).map((order) => settle(candidates, order));
  const costs = results.map(totalCost);
  return results[costs.indexOf(Math.min(...costs))] ?? [];
}

function placementOrders(labels: readonly LabelRequest[]): number[][] {
  const given = [...labels.keys()];
  const sorted = (key: (label: LabelRequest) => number) => {
    const keys = labels.map(key);
    return given.toSorted((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0));
  };
  const orders = [given, sorted(({ at }) => at.x), sorted(({ at }) => at.y)];
  return orders.flatMap((order) => [order, order.toReversed()]);
}

function settle(candidates: readonly (readonly Candidate[])[], order: readonly number[]): Candidate[] {
  const chosen: (Candidate | undefined)[] = candidates.map(() => undefined);
  for (let round = 0; round < ROUNDS; round++) {
    let moved = false;
    for (const label of order) {
      const others = chosen.filter((place, other): place is Candidate => !!place && other !== label);
      const best = cheapest(candidates[label] ?? [], others);
      if (best !== chosen[label]) moved = true;
      chosen[label] = best;
    }
    if (!moved) break;
  }
  return chosen.filter((place) => place !== undefined);
}

function totalCost(places: readonly Candidate[]): number {
  let cost = 0;
  places.forEach((place, i) => {
    cost += place.ownCost;
    for (const other of places.slice(i + 1)) cost += conflict(place, other);
  });
  return cost;
}

function candidatesOf(label: LabelRequest, surroundings: Surroundings): Candidate[] {
  return DISTANCES.flatMap((distance, ring) =>
    (ring === 0 ? DIRECTIONS.slice(0, MAIN_DIRECTIONS) : DIRECTIONS).map((direction, preference) => {
      const box = boxBeside(label, direction, surroundings.symbolRadius + distance);
      const leader = ring === 0 ? null : { from: label.at, to: nearestPoint(box, label.at) };
      const ownCost =
        costOf({ box, leader }, label, surroundings) + COST.perPixelAway * distance + preference;
      return { box, leader, ownCost };
    }),
  );
}

/** The box whose nearest side or corner lies at `distance` from the label's point. */
function boxBeside({ at, width, height }: LabelRequest, direction: Position, distance: number): Box {
  const reach = distance / Math.hypot(direction.x, direction.y);
  return {
    left: at.x + direction.x * reach + (direction.x - 1) * (width / 2),
    top: at.y + direction.y * reach + (direction.y - 1) * (height / 2),
    width,
    height,
  };
}

function costOf({ box, leader }: LabelPlace, label: LabelRequest, surroundings: Surroundings): number {
  const { bounds, symbols, symbolRadius, lines } = surroundings;
  let cost = contains(bounds, box) ? 0 : COST.outside;
  for (const symbol of symbols) {
    const around = boxAround(symbol, symbolRadius);
    if (overlapArea(around, box) > 0) cost += COST.labelOnSymbol;
    const own = symbol.x === label.at.x && symbol.y === label.at.y;
    if (leader !== null && !own && segmentMeetsBox(leader, around)) cost += COST.leaderOnSymbol;
  }
  if (lines.some((line) => segmentMeetsBox(line, box))) cost += COST.labelOnLine;
  return cost;
}

function cheapest(candidates: readonly Candidate[], others: readonly LabelPlace[]): Candidate | undefined {
  let best: Candidate | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const cost = candidate.ownCost + others.reduce((sum, other) => sum + conflict(candidate, other), 0);
    if (cost < least) [best, least] = [candidate, cost];
  }
  return best;
}

function conflict(a: LabelPlace, b: LabelPlace): number {
  const shared = overlapArea(a.box, b.box);
  let cost = shared > 0 ? COST.labelOnLabel + COST.perSharedPixel * shared : 0;
  if (a.leader !== null && segmentMeetsBox(a.leader, b.box)) cost += COST.leaderOnLabel;
  if (b.leader !== null && segmentMeetsBox(b.leader, a.box)) cost += COST.leaderOnLabel;
  return cost;
}
