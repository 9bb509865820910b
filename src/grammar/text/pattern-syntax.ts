import { CHARACTER_CLASSES, LINE_ENDS } from './character-classes.ts';
import { ALL_CODE_POINTS, type CodePoints, codePoints, complement, union } from './code-points.ts';

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

/** What is wrong with a pattern, or not supported of it: the end of a sentence. */
export class PatternFault extends Error {}

const MAX_NESTING = 100;
const CONTROLS: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13, '0': 0 };
const SYNTAX = '^$\\.*+?()[]{}|/';

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
  readonly #text: readonly string[];
  #at = 0;
  #nesting = 0;

  constructor(source: string) {
    this.#text = [...source];
  }

  read(): Pattern {
    const pattern = this.#choice();
    if (this.#at < this.#text.length) throw new PatternFault("has a ')' without a '('");
    return pattern;
  }

  #choice(): Pattern {
    const options = [this.#sequence()];
    while (this.#take('|')) options.push(this.#sequence());
    return options.length === 1 ? (options[0] as Pattern) : { kind: 'choice', options };
  }

  #sequence(): Pattern {
    const parts: Pattern[] = [];
    while (this.#at < this.#text.length && this.#peek !== '|' && this.#peek !== ')') {
      parts.push(this.#quantified(this.#atom()));
    }
    return parts.length === 1 ? (parts[0] as Pattern) : { kind: 'sequence', parts };
  }

  #atom(): Pattern {
    const character = this.#next();
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
        return { kind: 'set', set: this.#class() };
      case '\\':
        return { kind: 'set', set: this.#escape() };
      default:
        if ('*+?{}])'.includes(character))
          throw new PatternFault(`has a '${character}' that belongs to nothing`);
        return { kind: 'set', set: single(character) };
    }
  }

  #group(): Pattern {
    if (this.#take('?')) {
      const kind = this.#next();
      if (kind === '<' && this.#peek !== '=' && this.#peek !== '!') {
        while (this.#next() !== '>');
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
    if (!this.#take(')')) throw new PatternFault("has a '(' without a ')'");
    return inner;
  }

  #quantified(part: Pattern): Pattern {
    const [min, max] = this.#quantifier() ?? [1, 1];
    if (min === 1 && max === 1) return part;
    if (part.kind === 'start' || part.kind === 'end' || part.kind === 'ahead') {
      throw new PatternFault('repeats an anchor');
    }
    // Lazy or greedy: the same strings match.
    this.#take('?');
    return { kind: 'repeat', part, min, max };
  }

  #quantifier(): [number, number | null] | null {
    if (this.#take('*')) return [0, null];
    if (this.#take('+')) return [1, null];
    if (this.#take('?')) return [0, 1];
    if (!this.#take('{')) return null;
    let text = '';
    for (let c = this.#next(); c !== '}'; c = this.#next()) text += c;
    const match = /^(\d{1,6})(,(\d{0,6}))?$/.exec(text);
    if (match === null) throw new PatternFault(`has '{${text.slice(0, 20)}}', which is no count`);
    const min = Number(match[1]);
    const max = match[2] === undefined ? min : match[3] === '' ? null : Number(match[3]);
    if (max !== null && max < min)
      throw new PatternFault(`has '{${text}}', whose bounds are the wrong way round`);
    return [min, max];
  }

  #class(): CodePoints {
    const negated = this.#take('^');
    const members: CodePoints[] = [];
    while (!this.#take(']')) {
      const low = this.#member();
      if (this.#peek !== '-' || this.#text[this.#at + 1] === ']') {
        members.push(low);
        continue;
      }
      this.#next();
      members.push(rangeOf(low, this.#member()));
    }
    const set = union(...members);
    return negated ? complement(set) : set;
  }

  #member(): CodePoints {
    const character = this.#next();
    if (character !== '\\') return single(character);
    if (this.#take('b')) return codePoints([[8, 8]]);
    if (this.#take('-')) return single('-');
    return this.#escape();
  }

  #escape(): CodePoints {
    const character = this.#next();
    const known = Object.hasOwn(CHARACTER_CLASSES, character) ? CHARACTER_CLASSES[character] : undefined;
    if (known !== undefined) return known;
    const control = Object.hasOwn(CONTROLS, character) ? CONTROLS[character] : undefined;
    if (control !== undefined) return codePoints([[control, control]]);
    if (SYNTAX.includes(character)) return single(character);
    if (character === 'c' && /^[A-Za-z]$/.test(this.#peek ?? '')) {
      const code = (this.#next().codePointAt(0) ?? 0) % 32;
      return codePoints([[code, code]]);
    }
    if (character === 'x') return this.#hexadecimal(2);
    if (character === 'u') return this.#take('{') ? this.#braced() : this.#hexadecimal(4);
    throw new PatternFault(`has '\\${character}', which is not supported`);
  }

  #braced(): CodePoints {
    let digits = '';
    for (let c = this.#next(); c !== '}'; c = this.#next()) digits += c;
    return codePointOf(digits);
  }

  #hexadecimal(count: number): CodePoints {
    let digits = '';
    while (digits.length < count) digits += this.#next();
    const high = Number.parseInt(digits, 16);
    const isPair =
      high >= 0xd800 && high <= 0xdbff && this.#peek === '\\' && this.#text[this.#at + 1] === 'u';
    if (!isPair) return codePointOf(digits);
    this.#at += 2;
    let low = '';
    while (low.length < 4) low += this.#next();
    return codePointOf((((high - 0xd800) << 10) + Number.parseInt(low, 16) - 0xdc00 + 0x10000).toString(16));
  }

  get #peek(): string | undefined {
    return this.#text[this.#at];
  }

  #take(character: string): boolean {
    if (this.#peek !== character) return false;
    this.#at++;
    return true;
  }

  #next(): string {
    const character = this.#text[this.#at++];
    if (character === undefined) throw new PatternFault('ends too early');
    return character;
  }
}

function single(character: string): CodePoints {
  const codePoint = character.codePointAt(0) ?? 0;
  return codePoints([[codePoint, codePoint]]);
}

function codePointOf(digits: string): CodePoints {
  const value = Number.parseInt(digits, 16);
  if (!/^[0-9A-Fa-f]+$/.test(digits) || value > 0x10ffff) {
    throw new PatternFault(`has '${digits.slice(0, 20)}' where a code point is expected`);
  }
  return codePoints([[value, value]]);
}

function rangeOf(low: CodePoints, high: CodePoints): CodePoints {
  const first = low[0]?.[0];
  const last = high[0]?.[0];
  const areSingle = low.length === 1 && high.length === 1 && first === low[0]?.[1] && last === high[0]?.[1];
  if (!areSingle || first === undefined || last === undefined || first > last) {
    throw new PatternFault("has a '-' in a class that is no range");
  }
  return codePoints([[first, last]]);
}

/** Any text, for what stands around a pattern without anchors. */
export const ANYTHING: Pattern = {
  kind: 'repeat',
  part: { kind: 'set', set: ALL_CODE_POINTS },
  min: 0,
  max: null,
};
