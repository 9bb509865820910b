/** Words of a text: pieces between white space that hold a letter or a digit. */
export function wordCount(text: string): number {
  return text.split(/\s+/).filter((piece) => /[\p{L}\p{N}]/u.test(piece)).length;
}

/**
 * Sentences of a text: each ends with `.`, `!` or `?`, and quotation marks after it, before the end or before white
 * space that no small letter follows. What stands after the last of them counts as one.
 */
export function sentenceCount(text: string): number {
  const ends = [...text.trimEnd().matchAll(/[.!?]["')]*(?=\s+[^\p{Ll}\s]|$)/gu)];
  const last = ends.at(-1);
  const told = last === undefined ? 0 : last.index + last[0].length;
  return ends.length + (text.slice(told).trim() === '' ? 0 : 1);
}

const WHOLE = { before: '(?<![\\p{L}\\p{N}])', after: '(?![\\p{L}\\p{N}])' };
/** Digits go on behind a comma or a point too, and a minus sign belongs to them. */
const NUMERIC = { before: '(?<![-−]|\\d[.,])', after: '(?![.,]\\d)' };

/**
 * Whether `text` holds `phrase` as whole words, in whatever case: `5` is not in `15` or `5.2`, and `no` not in `know`.
 * With `plural`, an `s` or `es` may follow.
 */
export function hasPhrase(text: string, phrase: string, { plural = false } = {}): boolean {
  const words = phrase.trim().replace(/\s+/g, ' ');
  const before =
    (/^[\p{L}\p{N}]/u.test(words) ? WHOLE.before : '') + (/^\d/.test(words) ? NUMERIC.before : '');
  const after = (/[\p{L}\p{N}]$/u.test(words) ? WHOLE.after : '') + (/\d$/.test(words) ? NUMERIC.after : '');
  const middle = words.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&').replace(/ /g, '\\s+');
  return new RegExp(`${before}${middle}${plural ? '(?:s|es)?' : ''}${after}`, 'iu').test(text);
}

/** The last number in digits, `1,234` being one; null without any. Digits that follow a letter are a name. */
export function lastNumber(text: string): number | null {
  const numbers = text.match(/(?<![\p{L}\p{N}])[-−]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?!\d)/gu);
  const last = numbers?.at(-1);
  return last === undefined ? null : Number(last.replaceAll(',', '').replace('−', '-'));
}

const BULLET = /^\s*[-*•]\s+/;
const NUMBERED = /^\s*\d+[.)]\s+/;

/** Items between commas or on lines of their own, without bullets and numbers before them. */
export function listItems(text: string): string[] {
  return linesOf(text).flatMap((line) =>
    line.replace(BULLET, '').replace(NUMBERED, '').replace(/,\s*$/, '').split(','),
  );
}

/** What stands behind the dashes of a bullet list; null where a line has none. */
export function bulletItems(text: string): string[] | null {
  const lines = linesOf(text);
  return lines.length > 0 && lines.every((line) => BULLET.test(line))
    ? lines.map((line) => line.replace(BULLET, ''))
    : null;
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line.trim() !== '');
}
