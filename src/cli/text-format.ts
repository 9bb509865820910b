/** `812 B`, `3.4 MB`, `1.25 GB`: three digits at most, powers of ten as on disks. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let unit = 0;
  let value = bytes;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return `${value.toFixed(digits)} ${units[unit]}`;
}

/**
 * Columns aligned with two spaces between them; the first row is the heading. Columns whose every other cell
 * is a number (or empty, or `-`) are set right.
 */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, c) =>
    Math.max(...rows.map((row) => row[c]?.length ?? 0)),
  );
  const right = widths.map((_, c) =>
    rows.slice(1).every((row) => /^(|-|[\d.,eE+-]+( \S{1,2})?)$/.test(row[c] ?? '')),
  );
  return rows
    .map((row) =>
      widths
        .map((width, c) => (right[c] ? (row[c] ?? '').padStart(width) : (row[c] ?? '').padEnd(width)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** `812`, `1.2 k`, `135 M`, `7.0 B`. */
export function formatCount(count: number): string {
  if (count < 1e3) return String(Math.round(count));
  if (count < 1e6) return `${(count / 1e3).toFixed(count < 1e4 ? 1 : 0)} k`;
  if (count < 1e9) return `${(count / 1e6).toFixed(count < 1e7 ? 1 : 0)} M`;
  return `${(count / 1e9).toFixed(1)} B`;
}
