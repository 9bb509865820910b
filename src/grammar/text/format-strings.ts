import { WorkMeter } from '../automaton/work-meter.ts';
import type { CharacterAutomaton } from './character-automaton.ts';
import { deterministicAutomaton } from './deterministic-automaton.ts';
import { FORMAT_NAMES, formatPatterns } from './formats.ts';
import { smallestAutomaton } from './smallest-automaton.ts';
import { stringsMatching } from './strings-matching.ts';

/** Made once: some take as long as a whole schema. */
const made = new Map<string, CharacterAutomaton>();

/** Strings of a format; undefined for one that is not enforced. */
export function formatStrings(format: string): CharacterAutomaton | undefined {
  const known = made.get(format);
  if (known !== undefined) return known;
  // No request is to blame for what they cost.
  const meter = new WorkMeter('format', Number.POSITIVE_INFINITY);
  const matching = formatPatterns(format)?.map((pattern) =>
    deterministicAutomaton(stringsMatching(meter, pattern), meter),
  );
  if (matching === undefined) return undefined;
  // Small, because lengths and patterns multiply what they are.
  const strings = smallestAutomaton(
    matching.reduce((common, next) => common.intersect(next)),
    meter,
  );
  made.set(format, strings);
  return strings;
}

/** Makes the strings of all formats, which takes some hundred milliseconds. */
export function prepareFormats(): void {
  for (const format of FORMAT_NAMES) formatStrings(format);
}
