import { checkAnswer } from './check-answer.ts';
import type { SkillExample } from './read-skills.ts';

/** What a model answered to an example. */
export interface SkillAnswer {
  readonly text: string;
  /** The model ended it; false where it was cut off at a limit of tokens. */
  readonly finished: boolean;
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

/**
 * Scores answers by skill, in the order in which the skills first come.
 *
 * @param answers one per example, in their order
 */
export function scoreSkills(
  examples: readonly SkillExample[],
  answers: readonly SkillAnswer[],
): SkillScore[] {
  if (answers.length !== examples.length) {
    throw new RangeError(`${answers.length} answers to ${examples.length} examples`);
  }
  const pairs = examples.map((example, i) => ({ example, answer: answers[i]! }));
  return [...new Set(examples.map(({ skill }) => skill))].map((skill) => {
    const asked = pairs.filter(({ example }) => example.skill === skill);
    const wrong = asked.filter(({ example, answer }) => !checkAnswer(example.check, answer.text));
    const correct = asked.length - wrong.length;
    return {
      skill,
      examples: asked.length,
      correct,
      accuracy: correct / asked.length,
      unfinished: asked.filter(({ answer }) => !answer.finished).length,
      failures: wrong.slice(0, MOST_FAILURES).map(({ example, answer }) => ({
        line: example.line,
        question: example.prompt.at(-1)!.content,
        reference: example.reference,
        answer: answer.text,
        finished: answer.finished,
      })),
    };
  });
}

/** The plain mean over skills, however many examples each has. */
export function meanAccuracy(scores: readonly SkillScore[]): number {
  return scores.reduce((sum, { accuracy }) => sum + accuracy, 0) / scores.length;
}
