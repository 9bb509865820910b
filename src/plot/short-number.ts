/** Three digits: `0.0341`, `12.3`, `1.2e-7`. */
export function shortNumber(value: number): string {
  return String(Number(value.toPrecision(3)));
}
