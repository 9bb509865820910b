import { LINE_ENDS } from './character-classes.ts';
import { ALL_CODE_POINTS, type CodePoints, complement } from './code-points.ts';
import { readClass, readEscape, single } from './pattern-characters.ts';
import { PatternFault } from './pattern-fault.ts';
import { PatternText } from './pattern-text.ts';

/** A regular expression as far as it is regular. */
export type Pattern =
  | { readonly kind: 'set'; readonly set: CodePoints }
  | { readonly kind: 'start' }
  | { readonly kind: 'end' }
  /** What follows must, or must not, begin with `inner`. */
  | { readonly kind: 'ahead'; readonly inner: Pattern; readonly negated: boolean }
  | { readonly kind: 'sequence'; readonly parts: readonly Pattern[] }
  | { readonly kind: 'choice'; readonly options: readonly Pattern[] }
  | { readonly kind: 'repeat'; readonly part: Pattern; readonly min: number; readonly max: number | null };

const MAX_NESTING = 100;

/**
 * Reads an ECMA-262 pattern with the `u` flag.
 *
 * Throws PatternFault for a broken pattern and for what is not supported: looking behind, back references, word
 * boundaries, properties of Unicode.
 */
export function parsePattern(source: string): Pattern {
  return new PatternReader(source).read();
}

class PatternReader {
  readonly #text: PatternText;
  #nesting = 0;

  constructor(source: string) {
    this.#text = new PatternText(source);
  }

  read(): Pattern {
    const pattern = this.#choice();
    if (!this.#text.ended) throw new PatternFault("has a ')' without a '('");
    return pattern;
  }

  #choice(): Pattern {
    const options = [this.#sequence()];
    while (this.#text.take('|')) options.push(this.#sequence());
    return options.length === 1 ? (options[0] as Pattern) : { kind: 'choice', options };
  }

  #sequence(): Pattern {
    const parts: Pattern[] = [];
    while (!this.#text.ended && this.#text.peek !== '|' && this.#text.peek !== ')') {
      parts.push(this.#quantified(this.#atom()));
    }
    return parts.length === 1 ? (parts[0] as Pattern) : { kind: 'sequence', parts };
  }

  #atom(): Pattern {
    const character = this.#text.next();
    switch (character) {
      case '^':
        return { kind: 'start' };
      case '$':
        return { kind: 'end' };
      case '.':
        return { kind: 'set', set: complement(LINE_ENDS) };
      case '(':
        return this.#group();
      case '[':
        return { kind: 'set', set: readClass(this.#text) };
      case '\\':
        return { kind: 'set', set: readEscape(this.#text) };
      default:
        if ('*+?{}])'.includes(character))
          throw new PatternFault(`has a '${character}' that belongs to nothing`);
        return { kind: 'set', set: single(character) };
    }
  }

  #group(): Pattern {
    if (this.#text.take('?')) {
      const kind = this.#text.next();
      if (kind === '<' && this.#text.peek !== '=' && this.#text.peek !== '!') {
        this.#text.until('>');
      } else if (kind === '=' || kind === '!') {
        return { kind: 'ahead', inner: this.#rest(), negated: kind === '!' };
      } else if (kind !== ':') {
        throw new PatternFault('looks behind, which cannot be enforced');
      }
    }
    return this.#rest();
  }

  #rest(): Pattern {
    if (++this.#nesting > MAX_NESTING) throw new PatternFault(`nests more than ${MAX_NESTING} groups`);
    const inner = this.#choice();
    this.#nesting--;
    if (!this.#text.take(')')) throw new PatternFault("has a '(' without a ')'");
    return inner;
  }

  #quantified(part: Pattern): Pattern {
    const [min, max] = this.#quantifier() ?? [1, 1];
    if (min === 1 && max === 1) return part;
    if (part.kind === 'start' || part.kind === 'end' || part.kind === 'ahead') {
      throw new PatternFault('repeats an anchor');
    }
    // Lazy or greedy: the same strings match.
    this.#text.take('?');
    return { kind: 'repeat', part, min, max };
  }

  #quantifier(): [number, number | null] | null {
    if (this.#text.take('*')) return [0, null];
    if (this.#text.take('+')) return [1, null];
    if (this.#text.take('?')) return [0, 1];
    if (!this.#text.take('{')) return null;
    const text = this.#text.until('}');
    const match = /^(\d{1,6})(,(\d{0,6}))?$/.exec(text);
    if (match === null) throw new PatternFault(`has '{${text.slice(0, 20)}}', which is no count`);
    const min = Number(match[1]);
    const max = match[2] === undefined ? min : match[3] === '' ? null : Number(match[3]);
    if (max !== null && max < min)
      throw new PatternFault(`has '{${text}}', whose bounds are the wrong way round`);
    return [min, max];
  }
}

/** Any text, for what stands around a pattern without anchors. */
export const ANYTHING: Pattern = {
  kind: 'repeat',
  part: { kind: 'set', set: ALL_CODE_POINTS },
  min: 0,
  max: null,
};
