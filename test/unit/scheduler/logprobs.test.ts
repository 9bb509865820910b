import { describe, expect, it } from 'vitest';
import type { LogprobsWish, PositionLogprobs } from '../../../src/core/index.ts';
import { tokenLogProb } from '../../../src/numerics/index.ts';
import { preemptingPolicy } from '../../support/preempting-policy.ts';
import { engineRequest, SchedulerRig, SHAPE } from '../../support/scheduler-rig.ts';
import { steppedLadder } from '../../support/stepped-ladder.ts';

const PROMPT = Int32Array.of(3, 1, 4, 1, 5, 2, 6, 5, 3);
const SAMPLING = engineRequest('any').sampling;
const WISH: LogprobsWish = { top: 2, prompt: true };

/** The logits of the fake model behind every position of `tokens`, at the config of the rig's requests, all at once. */
async function logitsBehind(tokens: Int32Array): Promise<Float32Array[]> {
  const rig = new SchedulerRig({ shape: { ...SHAPE, contextLength: 64 } });
  const slot = rig.runner.acquireSlot() as number;
  const precision = steppedLadder(4)[2];
  if (precision === undefined) throw new Error('a short ladder');
  const { logits } = await rig.runner.execute({ precision, rows: [{ slot, tokens, logits: 'all' }] });
  const width = rig.runner.shape.vocabSize;
  return Array.from(tokens, (_, i) => logits.slice(i * width, (i + 1) * width));
}

function expectScores(
  positions: readonly PositionLogprobs[],
  logits: readonly Float32Array[],
  ids: number[],
) {
  expect(positions.map(({ chosen }) => chosen.tokenId)).toEqual(ids);
  positions.forEach(({ chosen, top }, i) => {
    const row = logits[i] as Float32Array;
    expect(chosen.logprob).toBeCloseTo(tokenLogProb(row, chosen.tokenId), 10);
    expect(top).toHaveLength(2);
    expect(top[0]?.logprob).toBeCloseTo(Math.max(...[...row.keys()].map((id) => tokenLogProb(row, id))), 10);
  });
}

describe('log-probabilities', () => {
  it("are the model's own, whatever sampling makes of them, in chunks of a prompt and after it", async () => {
    const rig = new SchedulerRig({ shape: { ...SHAPE, contextLength: 64 } });
    rig.scheduler.submit(
      engineRequest('r', {
        promptTokens: PROMPT,
        maxTokens: 3,
        logprobs: WISH,
        sampling: { ...SAMPLING, temperature: 0.3, repetitionPenalty: 2, logitBias: new Map([[7, 100]]) },
      }),
    );
    await rig.runToEnd();
    const { tokens, terminals } = rig.of('r');
    expect(tokens.map(({ tokenId }) => tokenId)).toEqual([7, 7, 7]);
    const logits = await logitsBehind(Int32Array.from([...PROMPT, 7, 7]));
    const [first, ...others] = tokens;
    const prompt = first?.promptLogprobs ?? [];
    expect(prompt[0]).toEqual({
      chosen: { tokenId: 3, text: 'ab', bytes: Uint8Array.of(97, 98), logprob: null },
      top: [],
    });
    expectScores(prompt.slice(1), logits, [...PROMPT.slice(1)]);
    const own = tokens.map(({ logprobs }) => logprobs as PositionLogprobs);
    expectScores(own, logits.slice(PROMPT.length - 1), [7, 7, 7]);
    for (const event of [...others, ...terminals]) expect(event).not.toHaveProperty('promptLogprobs');
  });

  it('of a prompt come with the end where there is no token, and nowhere unasked', async () => {
    const rig = new SchedulerRig({ script: () => 0 });
    rig.scheduler.submit(engineRequest('asks', { promptTokens: PROMPT.slice(0, 1), logprobs: WISH }));
    rig.scheduler.submit(engineRequest('does not', { promptTokens: PROMPT.slice(0, 1) }));
    await rig.runToEnd();
    expect(rig.of('asks').terminals).toMatchObject([{ promptLogprobs: [{ chosen: { tokenId: 3 } }] }]);
    expect(rig.of('does not').terminals[0]).not.toHaveProperty('promptLogprobs');
  });

  it('of a prompt alone come when it has been run, and no token is drawn', async () => {
    const rig = new SchedulerRig({ shape: { ...SHAPE, contextLength: 64 } });
    const alone = { promptTokens: PROMPT, maxTokens: 0 };
    rig.scheduler.submit(engineRequest('asks', { ...alone, logprobs: WISH }));
    rig.scheduler.submit(engineRequest('does not', alone));
    rig.scheduler.submit(engineRequest('beside', { promptTokens: PROMPT, maxTokens: 3 }));
    await rig.runToEnd();
    const [end] = rig.of('asks').terminals;
    if (end?.type !== 'finished') throw new Error('it did not finish');
    expect(end).toMatchObject({ reason: 'length', text: '', usage: { completionTokens: 0 } });
    expectScores(end.promptLogprobs?.slice(1) ?? [], await logitsBehind(PROMPT), [...PROMPT.slice(1)]);
    expect(rig.endOf('does not')).toBe('length');
    expect(rig.of('beside').tokens).toHaveLength(3);
    expect([...rig.of('asks').tokens, ...rig.of('does not').tokens]).toEqual([]);
    expect(rig.scheduler.snapshot().freeSlots).toBe(SHAPE.slots);
  });

  it('of a prompt are complete although it is reused, and although its slot is taken away', async () => {
    let asked = 0;
    const rig = new SchedulerRig(
      { shape: { ...SHAPE, contextLength: 64, slots: 2 } },
      {
        prefixCache: { sharing: 'owner', leastTokens: 1 },
        batchPolicy: preemptingPolicy(() => (++asked % 4 === 0 ? 0 : null)),
      },
    );
    rig.scheduler.submit(engineRequest('before', { promptTokens: PROMPT, maxTokens: 2 }));
    await rig.runToEnd();
    rig.scheduler.submit(engineRequest('r', { promptTokens: PROMPT, maxTokens: 4, logprobs: WISH }));
    await rig.runToEnd();
    const { tokens } = rig.of('r');
    expect(rig.scheduler.snapshot().preemptions).toBeGreaterThan(0);
    const logits = await logitsBehind(PROMPT);
    expectScores(tokens[0]?.promptLogprobs?.slice(1) ?? [], logits, [...PROMPT.slice(1)]);
    expect(tokens.map(({ logprobs }) => logprobs?.chosen.tokenId)).toEqual(
      tokens.map(({ tokenId }) => tokenId),
    );
  });
});
