/** A set of code points: inclusive ranges, ascending, neither touching nor overlapping, without surrogates. */
export type CodePoints = readonly (readonly [low: number, high: number])[];

const SURROGATES = [0xd800, 0xdfff] as const;
const LAST = 0x10ffff;

export const NO_CODE_POINTS: CodePoints = [];
export const ALL_CODE_POINTS: CodePoints = codePoints([[0, LAST]]);

/** The set of all that lies in `ranges`, in any order; surrogates are left out, since no text has them. */
export function codePoints(ranges: Iterable<readonly [number, number]>): CodePoints {
  const sorted = [...ranges].flatMap(([low, high]) => withoutSurrogates(low, high));
  sorted.sort((a, b) => a[0] - b[0]);
  const merged: [number, number][] = [];
  for (const [low, high] of sorted) {
    const last = merged.at(-1);
    if (last !== undefined && low <= last[1] + 1) last[1] = Math.max(last[1], high);
    else merged.push([low, high]);
  }
  return merged;
}

export function union(...sets: readonly CodePoints[]): CodePoints {
  return codePoints(sets.flat());
}

export function complement(set: CodePoints): CodePoints {
  const gaps: [number, number][] = [];
  let next = 0;
  for (const [low, high] of set) {
    if (low > next) gaps.push([next, low - 1]);
    next = high + 1;
  }
  if (next <= LAST) gaps.push([next, LAST]);
  return codePoints(gaps);
}

export function intersection(a: CodePoints, b: CodePoints): CodePoints {
  if (a === ALL_CODE_POINTS) return b;
  if (b === ALL_CODE_POINTS) return a;
  const common: [number, number][] = [];
  let i = 0;
  let j = 0;
  for (let x = a[i], y = b[j]; x !== undefined && y !== undefined; x = a[i], y = b[j]) {
    const low = Math.max(x[0], y[0]);
    const high = Math.min(x[1], y[1]);
    if (low <= high) common.push([low, high]);
    if (x[1] < y[1]) i++;
    else j++;
  }
  return common;
}

export function contains(set: CodePoints, codePoint: number): boolean {
  return set.some(([low, high]) => low <= codePoint && codePoint <= high);
}

/** All code points, cut where any of `sets` begins or ends: each piece is wholly in a set or wholly out of it. */
export function elementaryRanges(sets: readonly CodePoints[]): CodePoints {
  const cuts = new Set([0]);
  for (const [low, high] of sets.flat()) {
    cuts.add(low);
    cuts.add(high + 1);
  }
  const sorted = [...cuts].filter((cut) => cut <= LAST).sort((a, b) => a - b);
  return sorted.flatMap((cut, i) => withoutSurrogates(cut, (sorted[i + 1] ?? LAST + 1) - 1));
}

function withoutSurrogates(low: number, high: number): [number, number][] {
  if (high < SURROGATES[0] || low > SURROGATES[1]) return low <= high ? [[low, high]] : [];
  const parts: [number, number][] = [
    [low, SURROGATES[0] - 1],
    [SURROGATES[1] + 1, high],
  ];
  return parts.filter(([first, last]) => first <= last);
}
