import { isDeepStrictEqual } from 'node:util';
import type { AnswerCheck } from './answer-check.ts';
import { bulletItems, hasPhrase, lastNumber, listItems, sentenceCount, wordCount } from './answer-text.ts';

type CheckOf<Kind extends AnswerCheck['kind']> = Extract<AnswerCheck, { kind: Kind }>;

/**
 * Whether an answer passes its check. White space around it never matters. Two texts are *alike* here when they differ
 * in nothing but case and one full stop at the end.
 *
 * | kind | passes when |
 * |---|---|
 * | `exact` | it is like one of `answers`, whole |
 * | `number` | its last number in digits is `value` |
 * | `contains` | it holds one of `any` and none of `none`, as whole words in any case, and at most `maxWords` words |
 * | `list` | its items, between commas or on lines with or without bullets or numbers, are like `items`, in order |
 * | `bullets` | every line begins with `-`, `*` or `•` and a space; what follows is like `items`, in order, where given |
 * | `json` | it is JSON and nothing else, and equals `value`; the order of keys does not matter, types do |
 * | `question` | it holds a word and a question mark, and at most `maxWords` words |
 * | `text` | it has `minWords` to `maxWords` words, `sentences` sentences where given, and all `mentions`, or plurals |
 * | `upper-case` | it holds a letter or a digit, and no small letter |
 * | `starts-with`, `ends-with` | its first or last words are `text`, to the letter |
 * | `all` | all of `checks` do |
 */
export function checkAnswer(check: AnswerCheck, answer: string): boolean {
  const text = answer.trim();
  switch (check.kind) {
    case 'exact':
      return check.answers.some((right) => bare(right) === bare(text));
    case 'number':
      return lastNumber(text) === check.value;
    case 'contains':
      return checkContains(check, text);
    case 'list':
      return areAlike(listItems(text), check.items);
    case 'bullets':
      return checkBullets(check, text);
    case 'json':
      return isDeepStrictEqual(parseJson(text), check.value);
    case 'question':
      return text.includes('?') && isWithin(wordCount(text), 1, check.maxWords);
    case 'text':
      return checkText(check, text);
    case 'upper-case':
      return wordCount(text) > 0 && !/\p{Ll}/u.test(text);
    case 'starts-with':
      return text.startsWith(check.text) && !isInWord(text, check.text.length);
    case 'ends-with':
      return text.endsWith(check.text) && !isInWord(text, text.length - check.text.length);
    case 'all':
      return check.checks.every((each) => checkAnswer(each, text));
  }
}

function checkContains({ any, none = [], maxWords }: CheckOf<'contains'>, text: string): boolean {
  return (
    any.some((phrase) => hasPhrase(text, phrase)) &&
    !none.some((phrase) => hasPhrase(text, phrase)) &&
    isWithin(wordCount(text), 0, maxWords ?? Number.POSITIVE_INFINITY)
  );
}

function checkBullets({ items }: CheckOf<'bullets'>, text: string): boolean {
  const found = bulletItems(text);
  return found !== null && (items === undefined || areAlike(found, items));
}

function checkText({ mentions, minWords, maxWords, sentences }: CheckOf<'text'>, text: string): boolean {
  return (
    isWithin(wordCount(text), minWords, maxWords) &&
    (sentences === undefined || sentenceCount(text) === sentences) &&
    mentions.every((word) => hasPhrase(text, word, { plural: true }))
  );
}

function areAlike(found: readonly string[], wanted: readonly string[]): boolean {
  return found.length === wanted.length && found.every((item, i) => bare(item) === bare(wanted[i]!));
}

/** Without case, white space around it and one full stop at its end. */
function bare(text: string): string {
  return text.trim().toLowerCase().replace(/\.$/, '');
}

/** Whether a letter or digit stands on either side of the place `at`. */
function isInWord(text: string, at: number): boolean {
  return /^[\p{L}\p{N}]{2}$/u.test(text.slice(Math.max(0, at - 1), at + 1));
}

/** Undefined, which no JSON text stands for, where the text is none. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isWithin(value: number, least: number, most: number): boolean {
  return value >= least && value <= most;
}
