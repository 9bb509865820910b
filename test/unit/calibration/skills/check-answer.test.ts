import { describe, expect, it } from 'vitest';
import { type AnswerCheck, answerCheckSchema } from '../../../../src/calibration/skills/answer-check.ts';
import { checkAnswer } from '../../../../src/calibration/skills/check-answer.ts';
import { generateExample } from '../../../../tools/default-model/generate.mjs';
import { SKILLS } from '../../../../tools/default-model/skills/all.mjs';

const EXAMPLES = 200;

describe('the answers of generated examples', () => {
  it.each(SKILLS)('of $name pass their own checks, and an unrelated one does not', ({ name }) => {
    const generated = (['train', 'test'] as const).flatMap((split) =>
      Array.from({ length: EXAMPLES }, (_, index) => generateExample(name, 11, index, split)),
    );
    const failed = generated.filter(({ check, messages }) => {
      const parsed = answerCheckSchema.parse(check);
      return !checkAnswer(parsed, messages.at(-1)?.content ?? '') || checkAnswer(parsed, 'Xylophone tax.');
    });
    expect(failed).toEqual([]);
  });
});

/** A check, answers that pass it, and answers that do not. */
const CASES: readonly [AnswerCheck, readonly string[], readonly string[]][] = [
  [
    { kind: 'exact', answers: ['42', 'Forty-two'] },
    ['42', ' 42.\n', 'forty-two', 'FORTY-TWO.'],
    ['', '420', '42..', 'It is 42.', '42!', '4 2'],
  ],
  [
    { kind: 'number', value: 68 },
    ['23 + 45 = 68', '68.', 'That makes 68 cents', 'Ones: 3 + 5 = 8.\n23 + 45 = 68', '68.0'],
    ['', 'sixty-eight', '23 + 45 = 69', '68 or 69', '168', '-68', '6.8', 'q68'],
  ],
  [
    { kind: 'number', value: 1234 },
    ['1,234', '1234 m', '1000 + 234 = 1,234.'],
    ['1,2345', '1, 234', '1.234'],
  ],
  [{ kind: 'number', value: -5 }, ['7 - 12 = -5', '−5'], ['12-5', 'c-5', '- 5']],
  [{ kind: 'number', value: 5 }, ['12-5', '- 5', '10 / 2 = 5'], ['-5', 'a5']],
  [
    { kind: 'contains', any: ['no', 'not at all'], none: ['yes'], maxWords: 4 },
    ['No.', 'NO, it is not', 'not\nat all', '“no”'],
    ['', 'I know', 'nothing', 'not', 'no yes', 'no, it is not so'],
  ],
  [
    { kind: 'contains', any: ['5'] },
    ['5', '2 + 3 = 5.', '5, of course', '(5)', '5%'],
    ['15', '50', '5.2', '0.5', '1,5', '5,000', '-5', 'a5'],
  ],
  [{ kind: 'contains', any: ['Mr. (A+B)', '?'] }, ['ask mr. (a+b)', 'What?'], ['Mrx (A+B)', 'Mr. AB']],
  [
    { kind: 'list', items: ['red kite', 'owl', 'wren'] },
    [
      'red kite, owl, wren',
      'Red kite,owl,Wren.',
      '- red kite\n- owl\n- wren',
      'red kite\n\nowl\nwren',
      '1. red kite\n2. owl\n3. wren',
      'red kite,\nowl,\nwren',
    ],
    [
      '',
      'owl, red kite, wren',
      'red kite, owl',
      'red kite, owl, wren, owl',
      'red kite owl wren',
      'red kite,, owl, wren',
    ],
  ],
  [{ kind: 'list', items: ['3', '12'] }, ['3, 12', '- 3\n- 12'], ['3, -12', '12, 3', '312']],
  [
    { kind: 'bullets', items: ['owl', '7'] },
    ['- owl\n- 7', '* Owl\n* 7', '• owl.\n\n• 7'],
    ['', 'owl\n7', '- owl, 7', '- owl\n7', '-owl\n-7', '- 7\n- owl', 'Here:\n- owl\n- 7'],
  ],
  [{ kind: 'bullets' }, ['- anything', '- a\n- b'], ['', 'anything', '-']],
  [
    { kind: 'json', value: { name: 'Ann', age: 7, pets: [null, 'cat'] } },
    ['{"name": "Ann", "age": 7, "pets": [null, "cat"]}', ' {"pets":[null,"cat"],"age":7.0,"name":"Ann"}\n'],
    [
      '',
      '{"name": "Ann", "age": "7", "pets": [null, "cat"]}',
      '{"name": "Ann", "age": 7}',
      '{"name": "Ann", "age": 7, "pets": ["cat", null]}',
      '{"name": "Ann", "age": 7, "pets": [null, "cat"], "x": 1}',
      '{"name": "Ann", "age": 7, "pets": [null, "cat"]',
      'Here: {"name": "Ann", "age": 7, "pets": [null, "cat"]}',
    ],
  ],
  [
    { kind: 'question', maxWords: 4 },
    ['What do you mean?', 'Sorry? Say it again.'],
    ['', '?', 'I do not understand.', 'What is it that you mean?'],
  ],
  [
    { kind: 'text', mentions: ['fox', 'red ball'], minWords: 4, maxWords: 8 },
    ['A Fox has a red ball.', 'Foxes - two - like red balls.'],
    [
      '',
      'Fox, red ball.',
      'A foxglove and a red ball.',
      'A fox has a ball.',
      'One fox and one red ball and one more thing.',
    ],
  ],
  [
    { kind: 'text', mentions: [], minWords: 0, maxWords: 99, sentences: 2 },
    [
      'It runs. It sleeps.',
      '"Stop!" he said. He went.',
      '- It has 2.5 legs.\n- It runs!',
      'It runs. And then it',
      'Why?! Because.',
    ],
    ['', 'It runs.', 'It runs. It sleeps. It eats.', 'one two'],
  ],
  [{ kind: 'text', mentions: [], minWords: 0, maxWords: 0 }, ['', '...'], ['a']],
  [{ kind: 'upper-case' }, ['SHOUT 3 TIMES', '42'], ['', '!', 'Shout', 'SHOUt']],
  [{ kind: 'starts-with', text: 'Well,' }, ['Well, no.', ' Well,no'], ['', 'well, no', 'Oh. Well, no']],
  [{ kind: 'starts-with', text: 'So' }, ['So it is', 'So'], ['Some', 'so']],
  [
    { kind: 'ends-with', text: 'Over.' },
    ['It is 3. Over.\n', 'Over.'],
    ['', 'Over', 'over.', 'MOver.', 'Over. And out'],
  ],
  [
    { kind: 'all', checks: [{ kind: 'exact', answers: ['cat'] }, { kind: 'upper-case' }] },
    ['CAT', ' CAT.'],
    ['', 'cat', 'DOG'],
  ],
];

describe('checkAnswer', () => {
  it.each(CASES)('%j', (check, right, wrong) => {
    expect(answerCheckSchema.parse(check)).toEqual(check);
    expect(right.filter((answer) => !checkAnswer(check, answer))).toEqual([]);
    expect(wrong.filter((answer) => checkAnswer(check, answer))).toEqual([]);
  });

  it('has a case for every kind that skills use', () => {
    const used = SKILLS.flatMap(({ name }) =>
      Array.from({ length: 60 }, (_, index) => generateExample(name, 2, index, 'test').check.kind),
    );
    const tried = CASES.map(([{ kind }]) => kind);
    expect(used.filter((kind) => !tried.includes(kind))).toEqual([]);
  });
});
