import { describe, expect, it } from 'vitest';
import { generateExample } from '../../../../tools/default-model/generate.mjs';
import { readWordLists } from '../../../../tools/default-model/language/data.mjs';
import { plural } from '../../../../tools/default-model/language/english.mjs';
import { askedQuestions, readQuestion, wordingsOf } from './question-kinds.ts';

/** What is asked last and what is answered, for examples of a skill of both splits. */
function pairs(
  name: string,
  count = 400,
): { user: string; answer: string; check: Record<string, unknown> }[] {
  return Array.from({ length: count }, (_, i) => {
    const { messages, check } = generateExample(name, 5, i, i % 4 === 0 ? 'test' : 'train');
    return { user: messages.at(-2)?.content ?? '', answer: messages.at(-1)?.content ?? '', check };
  });
}

const OPERATIONS: Record<string, (a: number, b: number) => number> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  x: (a, b) => a * b,
  '/': (a, b) => a / b,
};

const numbersIn = (text: string) => (text.match(/\d+/g) ?? []).map(Number);

/** Runs `judge` on those that `pattern` finds and wants there to be a good number of them. */
function each(
  name: string,
  pattern: RegExp,
  judge: (parts: string[], pair: { answer: string; user: string }) => void,
  atLeast = 10,
) {
  let judged = 0;
  for (const pair of pairs(name, 1200)) {
    const match = pattern.exec(pair.user);
    if (match === null) continue;
    judge(match.slice(1), pair);
    judged++;
  }
  expect(judged).toBeGreaterThanOrEqual(atLeast);
}

describe('sums', () => {
  it.each(['arithmetic', 'word-problems', 'follow-ups'])('of %s are right', (name) => {
    let sums = 0;
    for (const { answer } of pairs(name)) {
      for (const [, a, sign, b, c] of answer.matchAll(/(\d+) ([-+x/]) (\d+)(?: [-+] 1)? = (\d+)/g)) {
        if (/ [-+] 1 =/.test(answer)) continue;
        expect(Number(c), answer).toBe(OPERATIONS[sign!]!(Number(a), Number(b)));
        sums++;
      }
    }
    expect(sums).toBeGreaterThan(30);
  });

  it('answer what was asked, and nothing else where only the number is wanted', () => {
    each(
      'arithmetic',
      /^(?:What is |How much is )?(\d+) ?([-+x*/]) ?(\d+)/,
      ([a, sign, b], { answer }) => {
        const result = OPERATIONS[sign === '*' ? 'x' : sign!]!(Number(a), Number(b));
        expect(numbersIn(answer).at(-1), answer).toBe(result);
      },
      50,
    );
    each('arithmetic', /(only|just) the number/, (_, { answer }) => expect(answer).toMatch(/^\d+$/));
  });

  it('work from the right, digit by digit', () => {
    each(
      'arithmetic',
      /(\d+) ([-+]) (\d+).*step/,
      ([a, sign, b], { answer }) => {
        const lines = answer.split('\n');
        const result = OPERATIONS[sign!]!(Number(a), Number(b));
        const digits = lines.slice(0, -1).map((line) => Number(/= (\d+)/.exec(line)?.[1]) % 10);
        const written = [...digits].reverse().join('') === '' ? '' : [...digits].reverse().join('');
        expect(Number(written) % 10 ** digits.length, answer).toBe(result % 10 ** digits.length);
      },
      3,
    );
  });

  it('of word problems use the numbers of the text', () => {
    each('word-problems', /(\d+).*?(\d+)/, ([a, b], { answer }) => {
      const [left, right, result] = numbersIn(answer);
      expect([left, right].sort()).toEqual([Number(a), Number(b)].sort());
      expect(numbersIn(answer).at(-1)).toBe(result);
    });
  });
});

/** Judges every question of a skill by its kind, at least `atLeast` of each. */
function judgeEach(
  skill: string,
  expected: Readonly<Record<string, (slots: Readonly<Record<string, string>>) => string>>,
  shown: (answer: string) => string = (answer) => answer,
  count = 800,
  atLeast = 15,
) {
  const judged = new Map<string, number>();
  for (const { kind, slots, user, answer } of askedQuestions(skill, count)) {
    expect(shown(answer), `${kind}: ${user}`).toBe(expected[kind]!(slots));
    judged.set(kind, (judged.get(kind) ?? 0) + 1);
  }
  for (const kind of Object.keys(expected))
    expect(judged.get(kind) ?? 0, kind).toBeGreaterThanOrEqual(atLeast);
}

const items = (list: string | undefined) => list!.split(', ');
const ORDINALS = 'first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth'.split(
  ' ',
);

describe('lists', () => {
  it('are sorted, reversed, cut, joined and looked through', () => {
    const ascending = (list: string | undefined) => numbersIn(list!).sort((a, b) => a - b);
    judgeEach('lists', {
      sortWords: ({ list }) => items(list).sort().join(', '),
      sortNumbers: ({ list }) => ascending(list).join(', '),
      sortDown: ({ list }) => ascending(list).reverse().join(', '),
      reverse: ({ list }) => items(list).reverse().join(', '),
      nth: ({ list, nth }) => items(list)[ORDINALS.indexOf(nth!)] ?? 'none',
      last: ({ list }) => items(list).at(-1)!,
      contains: ({ list, word }) =>
        items(list).includes(word!) ? `Yes, ${word} is in the list.` : `No, ${word} is not in the list.`,
      remove: ({ list, word }) =>
        items(list)
          .filter((item) => item !== word)
          .join(', '),
      append: ({ list, word }) => `${list}, ${word}`,
      join: ({ list, more }) => `${list}, ${more}`,
    });
  });

  it('are counted, and so are what repeats and the words of a sentence', () => {
    judgeEach(
      'counting',
      {
        items: ({ list }) => String(items(list).length),
        repeats: ({ list, word, many }) =>
          String(items(list).filter((item) => item === word || plural(item) === many).length),
        sentence: ({ sentence }) => String(sentence!.split(' ').length),
      },
      (answer) => numbersIn(answer).join(),
    );
  });
});

describe('days, units and letters', () => {
  it('go by the calendar', () => {
    const name = (date: Date, part: 'weekday' | 'month') =>
      date.toLocaleDateString('en', { [part]: 'long', timeZone: 'UTC' });
    const dayFrom = (day: string | undefined, steps: number) => {
      const week = Array.from({ length: 7 }, (_, i) => new Date(Date.UTC(2024, 0, 1 + i)));
      const date = week.find((candidate) => name(candidate, 'weekday') === day)!;
      date.setUTCDate(date.getUTCDate() + steps);
      return `${name(date, 'weekday')}.`;
    };
    const monthOf = (month: string | undefined) => new Date(`${month} 1, 2023 UTC`).getUTCMonth();
    const monthAt = (month: number) => `${name(new Date(Date.UTC(2023, month, 1)), 'month')}.`;
    judgeEach('calendar', {
      tomorrow: ({ day }) => dayFrom(day, 1),
      yesterday: ({ day }) => dayFrom(day, -1),
      afterTomorrow: ({ day }) => dayFrom(day, 2),
      inDays: ({ day, n }) => dayFrom(day, Number(n)),
      daysAgo: ({ day, n }) => dayFrom(day, -Number(n)),
      nextMonth: ({ month }) => monthAt(monthOf(month) + 1),
      lastMonth: ({ month }) => monthAt(monthOf(month) - 1),
      position: ({ nth, number }) => monthAt(nth === undefined ? Number(number) - 1 : ORDINALS.indexOf(nth)),
      length: ({ month }) => {
        const days = new Date(Date.UTC(2023, monthOf(month) + 1, 0)).getUTCDate();
        return `${month} has ${days} days${days === 28 ? ', and 29 in a leap year' : ''}.`;
      },
      weekend: ({ day }) =>
        day!.startsWith('S') ? `Yes, ${day} is part of the weekend.` : `No, ${day} is a weekday.`,
    });
  });

  it('convert units', () => {
    const SIZE: Record<string, number> = {
      ...{ mm: 1, cm: 10, m: 1000, km: 1e6, millimeter: 1, centimeter: 10, meter: 1000, kilometer: 1e6 },
      ...{
        g: 1,
        kg: 1000,
        gram: 1,
        kilogram: 1000,
        ml: 1,
        l: 1000,
        milliliter: 1,
        liter: 1000,
        cent: 1,
        euro: 100,
      },
      ...{
        second: 1,
        minute: 60,
        hour: 3600,
        day: 86_400,
        week: 604_800,
        month: 1,
        year: 12,
        egg: 1,
        dozen: 12,
      },
    };
    const sizeOf = (unit: string) => {
      const plain = unit.replace(/metre/, 'meter').replace(/litre/, 'liter');
      return SIZE[plain] ?? SIZE[plain.slice(0, -1)] ?? Number.NaN;
    };
    for (const { answer } of pairs('units')) {
      const [, a, from, b, to] = /^(\d+) (\w+) = (\d+) (\w+)$/.exec(answer) ?? [];
      expect(Number(a) * sizeOf(from!), answer).toBe(Number(b) * sizeOf(to!));
    }
  });

  it('spell, count letters and know the alphabet', () => {
    const dashed = (word: string | undefined) => word!.split('').join('-');
    const letterAt = (letter: string | undefined, steps: number) =>
      String.fromCharCode(letter!.charCodeAt(0) + steps);
    judgeEach('letters', {
      spell: ({ word }) => dashed(word),
      count: ({ word }) => `${dashed(word)}: ${word!.length} letters.`,
      first: ({ word }) => word!.at(0)!,
      last: ({ word }) => word!.at(-1)!,
      capitals: ({ word }) => word!.toUpperCase(),
      after: ({ letter }) => letterAt(letter, 1),
      before: ({ letter }) => letterAt(letter, -1),
    });
  });
});

describe('texts', () => {
  it('hold the answers of the questions about them', () => {
    for (const { user, answer, check } of pairs('reading')) {
      if (answer.startsWith('The text does not say')) continue;
      expect(user.toLowerCase()).toContain((check.any as string[])[0]!.toLowerCase());
      expect(answer.toLowerCase()).toContain((check.any as string[])[0]!.toLowerCase());
    }
  });

  it('say where a thing is, and where it was put last', () => {
    const { spots } = readWordLists('places', 'spots');
    const wordings = wordingsOf('reading', ['where'], false);
    let [judged, moved] = [0, 0];
    for (const { user, answer } of pairs('reading', 800)) {
      const asked = readQuestion(wordings, user);
      const text = user.replace(asked?.text ?? '', '').toLowerCase();
      // Other texts are not about things that lie in two spots and more.
      if (asked === null || spots.filter((spot) => text.includes(spot)).length < 2) continue;
      const { thing } = asked.slots;
      const lines = text.split(/(?<=\.)\s+(?!it )/).filter((line) => new RegExp(`\\b${thing}\\b`).test(line));
      const said = lines.find((line) => line.startsWith('then ')) ?? lines.join(' ');
      expect(spots, user).toContain(answer.slice(0, -1).toLowerCase());
      expect(said, user).toContain(answer.slice(0, -1).toLowerCase());
      expect(
        spots.filter((spot) => said.includes(spot)),
        user,
      ).toHaveLength(1);
      judged++;
      if (said.startsWith('then ')) moved++;
    }
    expect(judged).toBeGreaterThanOrEqual(30);
    expect(moved).toBeGreaterThanOrEqual(5);
  });

  it('give the fields that were asked for, and null for what they lack', () => {
    for (const { user, answer, check } of pairs('fields')) {
      const value = JSON.parse(answer) as Record<string, unknown>;
      expect(value).toEqual(check.value);
      for (const field of Object.values(value)) {
        if (field !== null) expect(user).toContain(String(field));
      }
    }
  });

  it('of stories have what was wished for, at the length of a story', () => {
    for (const { answer, check } of pairs('stories')) {
      if (check.kind !== 'text') throw new Error('a story is checked as a text');
      for (const word of check.mentions as string[])
        expect(answer.toLowerCase()).toContain(word.toLowerCase());
      const words = answer.split(/\s+/).length;
      expect(words).toBeGreaterThanOrEqual(check.minWords as number);
      expect(words).toBeLessThanOrEqual(check.maxWords as number);
    }
  });
});
