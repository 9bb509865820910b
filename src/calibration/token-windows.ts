/**
 * Cuts a text's ids into windows for teacher-forced evaluation: each starts with `bosToken` (when there is
 * one), holds at most `length` ids in all, and follows on from the one before. A rest of a single predicted
 * token is dropped.
 *
 * Throws RangeError when `length` is below 2: a window that predicts nothing would never end the text.
 */
export function tokenWindows(
  tokens: ArrayLike<number>,
  length: number,
  bosToken: number | null,
): Int32Array[] {
  if (!(length >= 2)) throw new RangeError(`windows of ${length} tokens predict nothing`);
  const body = bosToken === null ? length : length - 1;
  const windows: Int32Array[] = [];
  for (let at = 0; at < tokens.length; at += body) {
    const end = Math.min(tokens.length, at + body);
    const window = bosToken === null ? [] : [bosToken];
    for (let i = at; i < end; i++) window.push(tokens[i]!);
    if (window.length > 1) windows.push(Int32Array.from(window));
  }
  return windows;
}
