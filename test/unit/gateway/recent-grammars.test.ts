import { describe, expect, it } from 'vitest';
import type { OutputConstraint, OutputGrammar } from '../../../src/core/index.ts';
import { RecentGrammars } from '../../../src/gateway/recent-grammars.ts';
import { type TaskResult, taskResult } from '../../../src/gateway/worker-task.ts';
import { constraintGrammar } from '../../../src/grammar/index.ts';

/** Keeps grammars and tells which constraints one was made of, each time anew. */
function recent(maxBytes?: number) {
  const grammars = new RecentGrammars(maxBytes);
  const made: string[] = [];
  const of = (constraint: OutputConstraint, make?: () => Promise<TaskResult<OutputGrammar>>) =>
    grammars.of(constraint, () => {
      made.push(JSON.stringify(constraint));
      return make?.() ?? taskResult(async () => constraintGrammar(constraint));
    });
  return { of, made };
}

const text = (content: string): OutputConstraint => ({ kind: 'text', text: content });

describe('grammars that were made lately', () => {
  it('are not made again, refusals neither, also while they are being made', async () => {
    const { of, made } = recent();
    const refused: OutputConstraint = { kind: 'json_schema', schema: { not: {} }, param: 'schema' };
    const results = await Promise.all([
      of(text('a')),
      of(text('a')),
      of(refused),
      of(refused),
      of(text('b')),
    ]);
    expect(results.map(({ ok }) => ok)).toEqual([true, true, false, false, true]);
    expect(results[0]).toBe(results[1]);
    expect(await of(text('a'))).toBe(results[0]);
    expect(made).toHaveLength(3);
  });

  it('are made again where making them failed', async () => {
    const { of, made } = recent();
    await expect(of(text('a'), () => Promise.reject(new Error('gone')))).rejects.toThrow('gone');
    expect(await of(text('a'))).toMatchObject({ ok: true });
    expect(made).toHaveLength(2);
  });

  it('are 64 at most, those that were used last', async () => {
    const { of, made } = recent();
    for (let i = 0; i < 64; i++) await of(text(`${i}`));
    await of(text('0'));
    await of(text('one more'));
    made.splice(0);
    for (const content of ['0', 'one more', '63', '1']) await of(text(content));
    expect(made).toEqual([JSON.stringify(text('1'))]);
  });

  it('take limited memory', async () => {
    const { of, made } = recent(30_000);
    const long = (letter: string) => text(letter.repeat(500));
    for (const letter of ['a', 'b', 'c']) await of(long(letter));
    made.splice(0);
    for (const letter of ['c', 'b', 'a']) await of(long(letter));
    expect(made.length).toBeGreaterThan(0);
    expect(made).not.toContain(JSON.stringify(long('c')));
    made.splice(0);
    // Nothing is counted that is no longer kept: small ones stay.
    for (const content of ['x', 'y', 'x', 'y']) await of(text(content));
    expect(made).toHaveLength(2);
  });
});
