import { Random } from '../../../../tools/default-model/language/random.mjs';
import { allChoices } from '../../../../tools/default-model/language/template.mjs';
import { skillNamed } from '../../../../tools/default-model/skills/all.mjs';

/** A question of which the kind and what it is about were read off its text. */
export interface AskedQuestion {
  readonly kind: string;
  readonly slots: Readonly<Record<string, string>>;
  readonly user: string;
  readonly answer: string;
}

interface Wording {
  readonly kind: string;
  readonly pattern: RegExp;
}

const LIST = '\\w+(?:, \\w+)*';
const SLOTS: Readonly<Record<string, string>> = {
  list: LIST,
  more: LIST,
  nth: '(?:first|second|third|\\w+th)',
  day: '(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day',
  month: '(?:[JFMASOND][a-z]{2,8})',
  letter: '[A-Z]',
  n: '\\d+',
  number: '\\d+',
  sentence: '.+',
  thing: '[\\w -]+?',
  name: '[\\w -]+?',
};

/** Every wording of `kinds` of a skill, both splits. `whole`: it is all of the text, and not only in it. */
export function wordingsOf(skill: string, kinds: readonly string[], whole = true): Wording[] {
  const { phrases } = skillNamed(skill);
  return kinds.flatMap((kind) =>
    [...phrases[kind]!.train, ...phrases[kind]!.test].flatMap(readable).map((template) => {
      const source = patternOf(template.replace(/[“”]/g, '"'));
      return { kind, pattern: new RegExp(whole ? `^${source}$` : `(?<![\\w'] ?)(?:${source})(?!\\w)`) };
    }),
  );
}

/** A template with its choices, or each of its texts where a slot stands in it more than once. */
function readable(template: string): string[] {
  const slots = template.match(/\{[^}]*\}/g) ?? [];
  return new Set(slots).size === slots.length ? [template] : allChoices(template);
}

/** Reads a question; null where no wording fits. Where two fit, the one that leaves least to its slots is meant. */
export function readQuestion(
  wordings: readonly Wording[],
  user: string,
): { kind: string; slots: Record<string, string>; text: string } | null {
  let best: { kind: string; slots: Record<string, string>; text: string } | null = null;
  let most = -1;
  for (const { kind, pattern } of wordings) {
    const match = pattern.exec(user);
    if (match === null) continue;
    // A slot of a choice that was not taken is undefined.
    const slots = Object.fromEntries(Object.entries(match.groups ?? {}).filter(([, value]) => value));
    const literal = Object.values(slots).reduce((rest, value) => rest - value.length, match[0].length);
    if (literal > most) [best, most] = [{ kind, slots, text: match[0] }, literal];
  }
  return best;
}

/** `count` questions of a skill as it asks them, all of them recognised: throws on one that is not. */
export function askedQuestions(skill: string, count: number): AskedQuestion[] {
  const { phrases, generate } = skillNamed(skill);
  const wordings = wordingsOf(skill, Object.keys(phrases));
  return Array.from({ length: count }, (_, i) => {
    const split = i % 4 === 0 ? 'test' : 'train';
    const { messages } = generate(new Random('answers', skill, split, i), split);
    const [user = '', answer = ''] = messages.slice(-2).map(({ content }) => content);
    const read = readQuestion(wordings, user);
    if (read === null) throw new Error(`no wording of ${skill} gives: ${user}`);
    return { kind: read.kind, slots: read.slots, user, answer };
  });
}

/** The regular expression of a template. A slot that comes twice must say the same twice. */
function patternOf(template: string): string {
  const seen = new Set<string>();
  return template
    .split(/(\{[^}]*\}|[[|\]])/)
    .map((piece) => {
      if (piece === '[') return '(?:';
      if (piece === ']') return ')';
      if (piece === '|') return '|';
      if (!piece.startsWith('{')) return piece.replace(/[.*+?^${}()\\/]/g, '\\$&');
      const name = piece.slice(1, -1).split(' ')[0]!;
      if (seen.has(name)) return `\\k<${name}>`;
      seen.add(name);
      return `(?<${name}>${SLOTS[name] ?? '\\w+'})`;
    })
    .join('');
}
