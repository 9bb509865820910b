/** `text` up to the stop string that is complete first, the longest of those that end together. */
export function naiveStopCut(text: string, stops: readonly string[]): { text: string; stopped: boolean } {
  for (let end = 1; end <= text.length; end++) {
    const ending = stops.filter((stop) => text.slice(0, end).endsWith(stop)).map((stop) => stop.length);
    if (ending.length > 0) return { text: text.slice(0, end - Math.max(...ending)), stopped: true };
  }
  return { text, stopped: false };
}
