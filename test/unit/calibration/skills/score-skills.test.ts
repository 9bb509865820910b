import { describe, expect, it } from 'vitest';
import type { SkillExample } from '../../../../src/calibration/skills/read-skills.ts';
import { checkAnswers, meanAccuracy, scoreSkills } from '../../../../src/calibration/skills/score-skills.ts';

const example = (skill: string, line: number): SkillExample => ({
  line,
  skill,
  prompt: [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: `question ${line}` },
  ],
  reference: 'yes',
  check: { kind: 'exact', answers: ['yes'] },
});

describe('scoreSkills', () => {
  it('counts by skill what is right, wrong and cut off, and keeps the first failures', () => {
    const examples = [
      example('b', 1),
      ...[2, 3, 4, 5, 6, 7, 8].map((line) => example('a', line)),
      example('b', 9),
    ];
    const answers = examples.map(({ line }) => ({
      text: line === 1 || line === 2 ? 'Yes.' : `no ${line}`,
      finished: line % 2 === 0,
    }));
    const scores = scoreSkills(checkAnswers(examples, answers));
    expect(scores).toMatchObject([
      { skill: 'b', examples: 2, correct: 1, accuracy: 0.5, unfinished: 2 },
      { skill: 'a', examples: 7, correct: 1, unfinished: 3 },
    ]);
    expect(scores[0]?.failures).toEqual([
      { line: 9, question: 'question 9', reference: 'yes', answer: 'no 9', finished: false },
    ]);
    expect(scores[1]?.failures.map(({ line }) => line)).toEqual([3, 4, 5, 6, 7]);
    // Of skills, not of questions.
    expect(meanAccuracy(scores)).toBeCloseTo((1 / 2 + 1 / 7) / 2, 12);
  });

  it('wants an answer to every example', () => {
    expect(() => checkAnswers([example('a', 1)], [])).toThrow(RangeError);
  });
});
