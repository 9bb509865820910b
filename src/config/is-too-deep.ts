/** Brackets that may be open at once, and columns that a line may be indented by. Settings are four mappings deep. */
const DEEPEST = 200;

/**
 * Whether a text in YAML or JSON is nested so deeply that its parser, which calls itself for each level, could run out
 * of stack. That is more than a fault: where the stack ends within a regular expression, V8 ends the process.
 */
export function isTooDeep(text: string): boolean {
  let open = 0;
  for (const bracket of text.matchAll(/[[\]{}]/g)) {
    open = Math.max(0, open + (bracket[0] === '[' || bracket[0] === '{' ? 1 : -1));
    if (open > DEEPEST) return true;
  }
  // Lists within lists may begin in one line: - - - a.
  return new RegExp(`^[ \\t?:-]{${DEEPEST}}`, 'm').test(text);
}
