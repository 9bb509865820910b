import { type FusedMatrix, fusedMatrices, type ModelArchitecture, QueptError } from '../../core/index.ts';

/** Bit-widths that see the same prefix of the cascade and take turns in the joint loss. */
export interface WidthGroup {
  /** Ascending. */
  readonly widths: readonly number[];
  /** Leading ranks of the cascade that these widths see; 0 for none. */
  readonly rank: number;
}

/** What the paper's weight-only quantizer serves, lowest widths first; ranks do not ascend. */
export type PaperScheme = readonly WidthGroup[];

/** The paper's grouping for weights alone: the lowest width has a group of its own. */
export const PAPER_GROUPS: readonly (readonly number[])[] = [[2], [3, 4], [5, 6], [7, 8]];

const LEAST_WIDTH = 2;
const MOST_WIDTH = 8;

/** Weights that share a scale at the lowest width; above it a scale covers a whole row. */
export const LOWEST_WIDTH_BLOCK = 128;

/** What is quantized: the matrices of all blocks. Embedding and head stay at full precision. */
export function blockMatrices(architecture: ModelArchitecture): FusedMatrix[] {
  return fusedMatrices(architecture).filter(({ name }) => name !== 'head');
}

/** Weights of a row of `k` that share a scale at `width` bits; a row that is shorter is one group. */
export function scaleBlock(width: number, k: number): number {
  return width === LEAST_WIDTH ? Math.min(LOWEST_WIDTH_BLOCK, k) : k;
}

/** The widths of all groups, ascending. */
export function schemeWidths(scheme: PaperScheme): number[] {
  return scheme.flatMap(({ widths }) => widths);
}

/** The group that `width` is in. Throws RangeError when there is none. */
export function groupOf(scheme: PaperScheme, width: number): WidthGroup {
  const group = scheme.find(({ widths }) => widths.includes(width));
  if (!group) throw new RangeError(`no group has ${width} bits`);
  return group;
}

/**
 * Ranks of the cascade where none are asked for. The paper's models of 4096 and more columns have 192 up to 4
 * bits, 128 up to 6 and 64 above; narrower ones have that in the same proportion, at most three quarters of the
 * smallest side of a matrix.
 */
export function defaultPaperRanks(
  groups: readonly (readonly number[])[],
  architecture: ModelArchitecture,
): number[] {
  const unit = Math.min(64, Math.floor(smallestSide(architecture) / 4));
  return groups.map(([lowest]) => unit * (lowest! <= 4 ? 3 : lowest! <= 6 ? 2 : 1));
}

/**
 * Puts groups and ranks together. Throws QueptError `invalid_usage` naming the option.
 *
 * @param ranks one per group; null for the default
 */
export function paperScheme(
  groups: readonly (readonly number[])[],
  ranks: readonly number[] | null,
  architecture: ModelArchitecture,
): PaperScheme {
  checkGroups(groups);
  const given = ranks ?? defaultPaperRanks(groups, architecture);
  checkRanks(given, groups.length, smallestSide(architecture));
  return groups.map((widths, g) => ({ widths: [...widths], rank: given[g]! }));
}

function checkGroups(groups: readonly (readonly number[])[]): void {
  const widths = groups.flat();
  const ascend = widths.every((width, i) => i === 0 || width > widths[i - 1]!);
  const known = widths.every((width) => width >= LEAST_WIDTH && width <= MOST_WIDTH);
  if (ascend && known && groups.length > 0 && groups.every(({ length }) => length > 0)) return;
  throw usage(
    '--paper-groups',
    `groups of bit-widths from ${LEAST_WIDTH} to ${MOST_WIDTH}, ascending, each width once, such as ${formatGroups(PAPER_GROUPS)}`,
  );
}

function checkRanks(ranks: readonly number[], groups: number, smallest: number): void {
  if (ranks.length !== groups) {
    throw usage('--ranks', `one rank per group: ${groups} with this grouping, lowest widths first`);
  }
  ranks.forEach((rank, g) => {
    if (rank > smallest) throw usage('--ranks', `at most ${smallest}, the smallest side of a matrix`);
    if (g > 0 && rank > ranks[g - 1]!)
      throw usage('--ranks', `ranks that do not ascend with the width: higher widths see a prefix`);
  });
}

/** `2;3,4;5,6;7,8`. */
export function formatGroups(groups: readonly (readonly number[])[]): string {
  return groups.map((widths) => widths.join(',')).join(';');
}

function smallestSide(architecture: ModelArchitecture): number {
  return Math.min(...blockMatrices(architecture).map(({ n, k }) => Math.min(n, k)));
}

function usage(option: string, wanted: string): QueptError {
  return new QueptError('invalid_usage', `${option}: must name ${wanted}.`, { param: option });
}
