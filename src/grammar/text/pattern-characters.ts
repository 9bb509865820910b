import { CHARACTER_CLASSES } from './character-classes.ts';
import { type CodePoints, codePoints, complement, union } from './code-points.ts';
import { PatternFault } from './pattern-fault.ts';
import type { PatternText } from './pattern-text.ts';

const CONTROLS: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13, '0': 0 };
const SYNTAX = '^$\\.*+?()[]{}|/';

/** What a class admits, from behind its `[` to its `]`. Throws PatternFault. */
export function readClass(text: PatternText): CodePoints {
  const negated = text.take('^');
  const members: CodePoints[] = [];
  while (!text.take(']')) {
    const low = readMember(text);
    if (text.peek !== '-' || text.second === ']') {
      members.push(low);
      continue;
    }
    text.next();
    members.push(rangeOf(low, readMember(text)));
  }
  const set = union(...members);
  return negated ? complement(set) : set;
}

/** What stands behind a backslash. Throws PatternFault for what is unknown or not supported. */
export function readEscape(text: PatternText): CodePoints {
  const character = text.next();
  const known = Object.hasOwn(CHARACTER_CLASSES, character) ? CHARACTER_CLASSES[character] : undefined;
  if (known !== undefined) return known;
  const control = Object.hasOwn(CONTROLS, character) ? CONTROLS[character] : undefined;
  if (control !== undefined) return codePoints([[control, control]]);
  if (SYNTAX.includes(character)) return single(character);
  if (character === 'c' && /^[A-Za-z]$/.test(text.peek ?? '')) {
    const code = (text.next().codePointAt(0) ?? 0) % 32;
    return codePoints([[code, code]]);
  }
  if (character === 'x') return readHexadecimal(text, 2);
  if (character === 'u') return text.take('{') ? codePointOf(text.until('}')) : readHexadecimal(text, 4);
  throw new PatternFault(`has '\\${character}', which is not supported`);
}

export function single(character: string): CodePoints {
  const codePoint = character.codePointAt(0) ?? 0;
  return codePoints([[codePoint, codePoint]]);
}

function readMember(text: PatternText): CodePoints {
  const character = text.next();
  if (character !== '\\') return single(character);
  if (text.take('b')) return codePoints([[8, 8]]);
  if (text.take('-')) return single('-');
  return readEscape(text);
}

function readHexadecimal(text: PatternText, count: number): CodePoints {
  const digits = readDigits(text, count);
  const high = Number.parseInt(digits, 16);
  const isPair = high >= 0xd800 && high <= 0xdbff && text.peek === '\\' && text.second === 'u';
  if (!isPair) return codePointOf(digits);
  text.next();
  text.next();
  const low = Number.parseInt(readDigits(text, 4), 16);
  return codePointOf((((high - 0xd800) << 10) + low - 0xdc00 + 0x10000).toString(16));
}

function readDigits(text: PatternText, count: number): string {
  let digits = '';
  while (digits.length < count) digits += text.next();
  return digits;
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
