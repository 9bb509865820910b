import { checkAnswer } from './check-answer.ts';
import type { SkillExample } from './read-skills.ts';

/** What a model answered to an example. */
export interface SkillAnswer {
  readonly text: string;
  /** The model ended it; false where it was cut off at a limit of tokens. */
  readonly finished: boolean;
}

/** An answer, to what, and whether it passed the check. */
export interface CheckedAnswer extends SkillAnswer {
  readonly example: SkillExample;
  readonly correct: boolean;
}

/** An answer that did not pass. */
export interface SkillFailure {
  readonly line: number;
  /** The last message before the answer. */
  readonly question: string;
  readonly reference: string;
  readonly answer: string;
  readonly finished: boolean;
}

export interface SkillScore {
  readonly skill: string;
  readonly examples: number;
  readonly correct: number;
  /** Share of right answers, [0, 1]. */
  readonly accuracy: number;
  /** Answers that were cut off; such an answer may be right all the same. */
  readonly unfinished: number;
  /** The first ones only. */
  readonly failures: readonly SkillFailure[];
}

const MOST_FAILURES = 5;

/** @param answers one per example, in their order; RangeError otherwise */
export function checkAnswers(
  examples: readonly SkillExample[],
  answers: readonly SkillAnswer[],
): CheckedAnswer[] {
  if (answers.length !== examples.length) {
    throw new RangeError(`${answers.length} answers to ${examples.length} examples`);
  }
  return examples.map((example, i) => {
    const { text, finished } = answers[i]!;
    return { example, text, finished, correct: checkAnswer(example.check, text) };
  });
}

/** Scores by skill, in the order in which the skills first come. */
export function scoreSkills(answers: readonly CheckedAnswer[]): SkillScore[] {
  return [...new Set(answers.map(({ example }) => example.skill))].map((skill) => {
    const asked = answers.filter(({ example }) => example.skill === skill);
    const wrong = asked.filter((answer) => !answer.correct);
    const correct = asked.length - wrong.length;
    return {
      skill,
      examples: asked.length,
      correct,
      accuracy: correct / asked.length,
      unfinished: asked.filter(({ finished }) => !finished).length,
      failures: wrong.slice(0, MOST_FAILURES).map(({ example, text, finished }) => ({
        line: example.line,
        question: example.prompt.at(-1)!.content,
        reference: example.reference,
        answer: text,
        finished,
      })),
    };
  });
}

/** The plain mean over skills, however many examples each has. */
export function meanAccuracy(scores: readonly SkillScore[]): number {
  return scores.reduce((sum, { accuracy }) => sum + accuracy, 0) / scores.length;
}
