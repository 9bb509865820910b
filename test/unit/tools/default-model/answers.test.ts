import { describe, expect, it } from 'vitest';
import { generateExample } from '../../../../tools/default-model/generate.mjs';

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
  for (const pair of pairs(name)) {
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

describe('lists', () => {
  const items = (text: string) => text.split(', ');

  it('are sorted', () => {
    each('lists', /(?:alphabet\w*|A to Z|order): ([a-z, ]+)\??$/, ([list], { user, answer }) => {
      if (/[Rr]everse/.test(user)) return;
      expect(items(answer), user).toEqual(items(list!).sort());
    });
    each(
      'lists',
      /(?:numbers|low to high|small to large|ascending order): ([\d, ]+)$/,
      ([list], { answer }) => {
        expect(items(answer).map(Number)).toEqual(numbersIn(list!).sort((a, b) => a - b));
      },
    );
    each(
      'lists',
      /(?:large to small|high to low|largest to smallest|descending order): ([\d, ]+)$/,
      ([list], { answer }) => {
        expect(items(answer).map(Number)).toEqual(numbersIn(list!).sort((a, b) => b - a));
      },
      5,
    );
  });

  it('are reversed, cut and counted', () => {
    each(
      'lists',
      /[Rr]everse (?:this list:|the list) ([a-z, ]+)/,
      ([list], { answer }) => {
        expect(items(answer)).toEqual(items(list!).reverse());
      },
      5,
    );
    each(
      'lists',
      /(?:Remove|Delete) (\w+) from (?:this|the) list: ([a-z, ]+)/,
      ([word, list], { answer }) => {
        expect(items(answer)).toEqual(items(list!).filter((item) => item !== word));
      },
      3,
    );
    each(
      'counting',
      /(?:list|there|items|things|words)(?: has)?: ([a-z]+(?:, [a-z]+)+)\??$/,
      ([list], { user, answer }) => {
        if (
          /How many times|How often|How many \w+ are in this/.test(user) &&
          !/How many (?:words|items|things)/.test(user)
        )
          return;
        expect(numbersIn(answer), user).toEqual([items(list!).length]);
      },
    );
    each(
      'counting',
      /times does (\w+) come in this list: ([a-z, ]+)/,
      ([word, list], { answer }) => {
        expect(numbersIn(answer)).toEqual([items(list!).filter((item) => item === word).length]);
      },
      3,
    );
  });
});

describe('days, units and letters', () => {
  it('count days as the calendar does', () => {
    const weekday = (date: Date) => date.toLocaleDateString('en', { weekday: 'long', timeZone: 'UTC' });
    each(
      'calendar',
      /(?:is|it is|If it is) ((?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)\.? ?,? ?(?:What|what) day (?:is it|will it be|was it) (?:in )?(\d+) days( ago)?/,
      ([day, n, ago], { answer }) => {
        const date = new Date(Date.UTC(2024, 0, 1));
        while (weekday(date) !== day) date.setUTCDate(date.getUTCDate() + 1);
        date.setUTCDate(date.getUTCDate() + (ago === undefined ? 1 : -1) * Number(n));
        expect(answer).toBe(`${weekday(date)}.`);
      },
      5,
    );
    each(
      'calendar',
      /How many days does (\w+) have/,
      ([month], { answer }) => {
        const length = new Date(Date.UTC(2023, new Date(`${month} 1, 2023`).getMonth() + 1, 0)).getUTCDate();
        expect(answer).toContain(String(length));
      },
      3,
    );
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

  it('spell', () => {
    each('letters', /(?:spell|Spell)(?: the word)? (\w+)/, ([word], { answer }) =>
      expect(answer).toBe(word!.split('').join('-')),
    );
    each('letters', /letters.* (\w+)\?/, ([, word], { answer }) => {
      if (word !== undefined) expect(numbersIn(answer)).toEqual([word.length]);
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

  it('say where a thing is', () => {
    each(
      'reading',
      /Where is the ([\w -]+)\?/,
      ([thing], { user, answer }) => {
        const lines = user
          .split(/(?<=\.) /)
          .filter((line) => line.includes(` ${thing} `) || line.includes(`the ${thing}`));
        if (!/puts? the|left the|, there is/.test(user) || lines.length === 0) return;
        expect(lines.join(' ').toLowerCase(), user).toContain(answer.slice(0, -1).toLowerCase());
      },
      3,
    );
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
