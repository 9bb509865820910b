import type { WorkMeter } from '../automaton/work-meter.ts';
import type { CharacterAutomaton } from '../text/character-automaton.ts';
import { formatStrings } from '../text/format-strings.ts';
import { FORMAT_NAMES } from '../text/formats.ts';
import { PatternFault } from '../text/pattern-fault.ts';
import { stringsMatching } from '../text/strings-matching.ts';
import type { KeywordReader } from './keyword-reader.ts';
import { schemaFault } from './schema-fault.ts';

const MAX_PATTERN_LENGTH = 2_000;

/** What `pattern`, `format` and names by pattern stand for; equal patterns of a schema share their automaton. */
export class StringKeywords {
  readonly #meter: WorkMeter;
  readonly #strings = new Map<string, CharacterAutomaton>();

  constructor(meter: WorkMeter) {
    this.#meter = meter;
  }

  /** A string is in all of these. Throws QueptError for a pattern or a format that is not enforced. */
  of(reader: KeywordReader): readonly CharacterAutomaton[] {
    return [...this.#pattern(reader), ...this.#format(reader)];
  }

  /** Strings that match; `path` is where the pattern stands. */
  matching(pattern: string, path: string): CharacterAutomaton {
    if (pattern.length > MAX_PATTERN_LENGTH) {
      throw schemaFault(path, `is longer than ${MAX_PATTERN_LENGTH} characters.`);
    }
    const known = this.#strings.get(pattern);
    if (known !== undefined) return known;
    try {
      const strings = stringsMatching(this.#meter, pattern);
      this.#strings.set(pattern, strings);
      return strings;
    } catch (fault) {
      if (fault instanceof PatternFault) throw schemaFault(path, `${fault.message}.`);
      throw fault;
    }
  }

  #pattern(reader: KeywordReader): CharacterAutomaton[] {
    const pattern = reader.string('pattern');
    return pattern === undefined ? [] : [this.matching(pattern, reader.at('pattern'))];
  }

  #format(reader: KeywordReader): CharacterAutomaton[] {
    const format = reader.string('format');
    if (format === undefined) return [];
    const strings = formatStrings(format);
    if (strings !== undefined) return [strings];
    throw schemaFault(
      reader.at('format'),
      `is '${format.slice(0, 100)}', which is not enforced. Known are ${FORMAT_NAMES.join(', ')}; or use 'pattern'.`,
    );
  }
}
