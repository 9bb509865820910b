/**
 * Whether a value of JSON nests more than `levels` objects and arrays. Asked of what clients send before anything walks
 * it by recursion: a body of two megabytes may nest deeper than a stack.
 */
export function nestsDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => nestsDeeper(inner, levels - 1));
}
