import { describe, expect, it } from 'vitest';
import type { EngineRequest } from '../../../src/core/index.ts';
import type { FakeRunnerOptions } from '../../support/fake-runner.ts';
import { END_TOKEN, engineRequest, SchedulerRig, scripted } from '../../support/scheduler-rig.ts';

async function runOne(runner: Partial<FakeRunnerOptions>, fields: Partial<EngineRequest>) {
  const rig = new SchedulerRig(runner);
  rig.scheduler.submit(engineRequest('r', fields));
  await rig.runToEnd();
  expect(rig.runner.breaches).toEqual([]);
  expect(rig.runner.slotsInUse).toBe(0);
  return rig;
}

describe('a request on its own', () => {
  it('runs its prompt in chunks and ends after maxTokens', async () => {
    const rig = await runOne(scripted([1, 2, 3], 10), {
      promptTokens: new Int32Array(10).fill(4),
      maxTokens: 3,
    });
    const lengths = rig.runner.batches.map((batch) => batch.rows.map((row) => row.tokens.length));
    expect(lengths).toEqual([[4], [4], [2], [1], [1]]);
    expect(rig.textOf('r')).toBe('abab');
    expect(rig.of('r').tokens.map(({ tokenId, rung }) => [tokenId, rung])).toEqual([
      [1, 2],
      [2, 2],
      [3, 2],
    ]);
    expect(rig.of('r').terminals).toEqual([
      {
        type: 'finished',
        requestId: 'r',
        reason: 'length',
        text: '',
        usage: { promptTokens: 10, completionTokens: 3, cachedTokens: 0 },
        precision: { averageBits: 6, configs: [{ id: 'q6', averageBits: 6, tokens: 3 }], switches: 0 },
      },
    ]);
    expect(await rig.step()).toBe(false);
  });

  it('ends at an end token, which is neither shown nor counted', async () => {
    const rig = await runOne(scripted([1, END_TOKEN]), {});
    expect(rig.endOf('r')).toBe('stop');
    expect(rig.of('r').tokens).toHaveLength(1);
    expect(rig.of('r').terminals[0]).toMatchObject({ usage: { completionTokens: 1 } });
    expect(rig.scheduler.snapshot().tokensGenerated).toBe(1);
  });

  it('goes on behind an end token when asked to, to its last token', async () => {
    const rig = await runOne(scripted([1, END_TOKEN, 2]), { ignoreEnd: true, maxTokens: 3 });
    expect(rig.endOf('r')).toBe('length');
    expect(rig.of('r').terminals[0]).toMatchObject({ usage: { completionTokens: 3 } });
  });

  it('has marks of calls in its text where they are looked for', async () => {
    const textDecoder = {
      endTokenIds: new Set<number>(),
      tokenText: () => '',
      tokenBytes: () => new Uint8Array(),
      createTextStream: ({ toolMarkers = false } = {}) => ({
        push: () => (toolMarkers ? '<mark>' : ''),
        flush: () => '',
      }),
    };
    const rig = new SchedulerRig(scripted([1, 2]), { textDecoder });
    rig.scheduler.submit(engineRequest('calling', { maxTokens: 1, toolMarkers: true }));
    rig.scheduler.submit(engineRequest('plain', { maxTokens: 1 }));
    await rig.runToEnd();
    expect(rig.textOf('calling')).toBe('<mark>');
    expect(rig.textOf('plain')).toBe('');
  });

  it('may end before its first token', async () => {
    const rig = await runOne(scripted([END_TOKEN]), {});
    expect(rig.of('r').terminals[0]).toMatchObject({
      reason: 'stop',
      usage: { completionTokens: 0 },
      precision: { averageBits: 0, configs: [], switches: 0 },
    });
  });

  it('ends where the context ends', async () => {
    const rig = await runOne(scripted([], 30), {
      promptTokens: new Int32Array(30).fill(4),
      maxTokens: 50,
    });
    expect(rig.endOf('r')).toBe('length');
    expect(rig.of('r').tokens).toHaveLength(2);
  });

  it('stops at a string that spans tokens, and counts the token that completes it', async () => {
    // a, ab, c, a...: 'a' 'ab' 'c' against 'bc'
    const rig = await runOne(scripted([1, 3, 4, 1]), { stop: ['bc'] });
    expect(rig.endOf('r')).toBe('stop');
    expect(rig.of('r').tokens.map((token) => token.text)).toEqual(['a', 'a', '']);
    expect(rig.of('r').terminals[0]).toMatchObject({ text: '', usage: { completionTokens: 3 } });
  });

  it('gives back held text in the terminal event', async () => {
    const rig = await runOne(scripted([1, 2]), { stop: ['bc'], maxTokens: 2 });
    expect(rig.of('r').tokens.map((token) => token.text)).toEqual(['a', '']);
    expect(rig.of('r').terminals[0]).toMatchObject({ reason: 'length', text: 'b' });
  });

  it('prefers stop over length when the last token does both', async () => {
    const rig = await runOne(scripted([1, 2]), { stop: ['b'], maxTokens: 2 });
    expect(rig.endOf('r')).toBe('stop');
  });

  it('emits whole characters only', async () => {
    const rig = await runOne(scripted([8, 9, 10, 11, 8]), { maxTokens: 5 });
    expect(rig.of('r').tokens.map((token) => token.text)).toEqual(['', '', '', '😀', '']);
    expect(rig.of('r').terminals[0]).toMatchObject({ text: '\uFFFD' });
  });

  it('stops at a string that only the last, incomplete character completes', async () => {
    const rig = await runOne(scripted([1, 8]), { stop: ['a\uFFFD'], maxTokens: 2 });
    expect(rig.endOf('r')).toBe('stop');
    expect(rig.textOf('r')).toBe('');
  });

  it('applies penalties to its own history', async () => {
    const sampling = { ...engineRequest('r').sampling, presencePenalty: 1000 };
    const rig = await runOne({}, { sampling, maxTokens: 8 });
    const ids = rig.of('r').tokens.map((token) => token.tokenId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBeGreaterThan(1);
  });

  it('draws the same tokens for the same seed and others for another', async () => {
    const run = async (seed: number | null, drawn: number): Promise<number[]> => {
      const rig = new SchedulerRig({}, { drawSeed: () => drawn });
      const sampling = { ...engineRequest('r').sampling, temperature: 5, seed };
      rig.scheduler.submit(engineRequest('r', { sampling, maxTokens: 20 }));
      await rig.runToEnd();
      return rig.of('r').tokens.map((token) => token.tokenId);
    };
    const first = await run(1, 0);
    expect(await run(1, 99)).toEqual(first);
    expect(await run(2, 0)).not.toEqual(first);
    expect(await run(null, 1)).toEqual(first);
    expect(await run(null, 2)).toEqual(await run(2, 0));
  });
});
