/** Edits per so many letters are a slip of the pen; more is another word. */
const LETTERS_PER_SLIP = 3;

/** The name that was most likely meant by `written`: however it is cased and hyphenated, up to a few slips; or null. */
export function nearestName(written: string, names: readonly string[]): string | null {
  const wanted = plain(written);
  let nearest: string | null = null;
  let least = Math.max(1, Math.floor(wanted.length / LETTERS_PER_SLIP)) + 1;
  for (const name of names) {
    const distance = editDistance(wanted, plain(name));
    if (distance < least) [nearest, least] = [name, distance];
  }
  return nearest;
}

function plain(name: string): string {
  return name.replace(/[-_\s]/g, '').toLowerCase();
}

/** Letters to insert, remove, replace or swap with their neighbour to make one word of the other. */
function editDistance(a: string, b: string): number {
  let [before, last] = [[] as number[], Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = at(last, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped =
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? at(before, j - 2) + 1 : Infinity;
      row.push(Math.min(replaced, swapped, at(last, j) + 1, at(row, j - 1) + 1));
    }
    [before, last] = [last, row];
  }
  return at(last, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Infinity;
}
