import { describe, expect, test } from 'vitest';
import { answerPrompts } from '../../../src/cli/evaluate/skill-answers.ts';
import { FakeRunner, type FakeRunnerOptions } from '../../support/fake-runner.ts';
import { END_TOKEN, PIECES, pieceDecoder } from '../../support/scheduler-rig.ts';
import { steppedLadder } from '../../support/stepped-ladder.ts';

const SHAPE = { vocabSize: PIECES.length, contextLength: 12, slots: 3 };
const PROMPTS = Array.from({ length: 8 }, (_, i) =>
  Int32Array.from({ length: 1 + (i % 4) }, (_, j) => 1 + ((i + j) % 7)),
);

function modelOf(options: Partial<FakeRunnerOptions> = {}) {
  const runner = new FakeRunner({ shape: SHAPE, ...options });
  return { runner, ladder: steppedLadder(3), textDecoder: pieceDecoder() };
}

describe('answerPrompts', () => {
  test('gives each prompt the answer that it gets alone, in their order, at the rung asked for', async () => {
    const model = modelOf();
    const told: number[] = [];
    const job = { rung: 1, maxTokens: 6 };
    const answers = await answerPrompts(model, { ...job, prompts: PROMPTS, onProgress: (n) => told.push(n) });
    for (const [i, prompt] of PROMPTS.entries()) {
      expect(answers[i]).toEqual((await answerPrompts(modelOf(), { ...job, prompts: [prompt] }))[0]);
    }
    expect(new Set(answers.map(({ text }) => text)).size).toBeGreaterThan(4);
    expect(told).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(new Set(model.runner.batches.map(({ config }) => config))).toEqual(new Set(['q4']));
    expect(Math.max(...model.runner.batches.map(({ rows }) => rows.length))).toBe(3);
    expect(model.runner.slotsInUse).toBe(0);
    expect(model.runner.breaches).toEqual([]);
  });

  test('tells what ended by itself from what was cut off, by the limit or by the context', async () => {
    // After the prompt come as many "a" as its first token says, then the end.
    const script = (history: readonly number[]) => (history.length > Number(history[0]) ? END_TOKEN : 1);
    const prompts = [2, 5, 11].map((first) => Int32Array.of(first));
    const answer = (maxTokens: number) => answerPrompts(modelOf({ script }), { prompts, rung: 0, maxTokens });
    expect(await answer(5)).toEqual([
      { text: 'aa', finished: true },
      { text: 'aaaaa', finished: false },
      { text: 'aaaaa', finished: false },
    ]);
    // The context of 12 has room for eleven tokens behind the prompt.
    expect((await answer(100)).map(({ finished }) => finished)).toEqual([true, true, false]);
  });

  test('a fault of the model ends it, and so does the signal', async () => {
    const broken = modelOf({ fault: (_, call) => (call > 3 ? 'reject' : null) });
    await expect(answerPrompts(broken, { prompts: PROMPTS, rung: 0, maxTokens: 9 })).rejects.toThrow();
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(
      answerPrompts(modelOf(), { prompts: PROMPTS, rung: 0, maxTokens: 9, signal }),
    ).rejects.toThrow('enough');
  });
});
