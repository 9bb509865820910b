import { describe, expect, it } from 'vitest';
import type { EngineRequest } from '../../../src/core/index.ts';
import { firstComePolicy, type PrecisionPolicy, type SchedulingView } from '../../../src/scheduler/index.ts';
import { engineRequest, SchedulerRig, SHAPE, scripted } from '../../support/scheduler-rig.ts';

const owner = { sharing: 'owner', leastTokens: 2 } as const;
const shared = { sharing: 'shared', leastTokens: 2 } as const;
const pinned = (rung: number) => ({ floor: rung, ceiling: rung });

interface RigOptions {
  readonly slots?: number;
  readonly prefixCache?: typeof owner | typeof shared | { readonly sharing: 'off' };
  readonly precisionPolicy?: PrecisionPolicy;
  readonly onView?: (view: SchedulingView) => void;
}

function cachingRig({
  slots = 3,
  prefixCache = owner,
  precisionPolicy,
  onView,
}: RigOptions = {}): SchedulerRig {
  return new SchedulerRig(
    { shape: { ...SHAPE, slots } },
    {
      prefixCache,
      ...(precisionPolicy && { precisionPolicy }),
      batchPolicy: (view, rungOf) => {
        onView?.(view);
        return firstComePolicy(view, rungOf);
      },
    },
  );
}

/** Runs one request to its end, and tells how much of its prompt was reused. */
async function serve(rig: SchedulerRig, id: string, prompt: number[], fields: Partial<EngineRequest> = {}) {
  rig.scheduler.submit(engineRequest(id, { promptTokens: Int32Array.from(prompt), maxTokens: 3, ...fields }));
  await rig.runToEnd();
  return cachedOf(rig, id);
}

function cachedOf(rig: SchedulerRig, id: string): number | null {
  const [end] = rig.of(id).terminals;
  return end?.type === 'finished' ? end.usage.cachedTokens : null;
}

const idsOf = (rig: SchedulerRig, id: string) => rig.of(id).tokens.map(({ tokenId }) => tokenId);

describe('prefix cache', () => {
  it('[K1] goes on where a conversation stopped, in the same row', async () => {
    const rig = cachingRig();
    const first = [1, 2, 3, 4, 5];
    expect(await serve(rig, 'a', first)).toBe(0);
    // The newest token of an answer is sampled, but never run.
    const turn = [...first, ...idsOf(rig, 'a'), 6, 7];
    expect(await serve(rig, 'b', turn)).toBe(7);
    expect(rig.runner.batches.at(-3)?.rows[0]).toMatchObject({ slot: 0, tokens: turn.slice(7) });
    expect(rig.runner.copied).toBe(0);
    expect(rig.scheduler.snapshot()).toMatchObject({
      prefixTokensQueried: 15,
      prefixTokensReused: 7,
      kvTokensKept: 12,
      kvTokensUsed: 0,
      freeSlots: 3,
    });
  });

  it('copies what two prompts share, so that both rows stay', async () => {
    const rig = cachingRig();
    await serve(rig, 'a', [1, 2, 3, 4, 5, 6]);
    expect(await serve(rig, 'b', [1, 2, 3, 7, 7])).toBe(3);
    expect(await serve(rig, 'c', [1, 2, 3, 4, 5, 6, 7])).toBe(6);
    expect(rig.runner.copied).toBe(3 + 6);
  });

  it('copies from a row in use, once that has been sampled from', async () => {
    const rig = cachingRig();
    const submit = (id: string, last: number) =>
      rig.scheduler.submit(engineRequest(id, { promptTokens: Int32Array.of(1, 2, 3, 4, 5, 6, last) }));
    submit('a', 7);
    submit('b', 8);
    await rig.runToEnd();
    expect([cachedOf(rig, 'a'), cachedOf(rig, 'b')]).toEqual([0, 6]);
  });

  it('computes a token at least, and looks at nothing short', async () => {
    const rig = cachingRig();
    await serve(rig, 'a', [1, 2, 3]);
    expect(await serve(rig, 'b', [1, 2, 3])).toBe(2);
    expect(await serve(rig, 'c', [1, 4, 5])).toBe(0);
  });

  it('gives up the row that was least recently used when places are short', async () => {
    const rig = cachingRig({ slots: 2 });
    await serve(rig, 'a', [1, 1, 1]);
    await serve(rig, 'b', [2, 2, 2]);
    await serve(rig, 'c', [1, 1, 1, 1, 1, 1, 1, 1, 1]);
    expect(await serve(rig, 'd', [3, 3, 3])).toBe(0);
    expect(await serve(rig, 'e', [1, 1, 1, 1, 1])).toBe(4);
    expect(await serve(rig, 'f', [2, 2, 2])).toBe(0);
    expect(rig.runner.breaches).toEqual([]);
  });

  it('reuses nothing of another owner, unless it is shared', async () => {
    const prompt = [1, 2, 3, 4];
    for (const [prefixCache, reused] of [
      [owner, 0],
      [shared, 3],
    ] as const) {
      const rig = cachingRig({ prefixCache });
      await serve(rig, 'a', prompt, { owner: 'one' });
      expect(await serve(rig, 'b', prompt, { owner: 'two' })).toBe(reused);
    }
  });

  it('keeps nothing when it is off', async () => {
    const rig = cachingRig({ prefixCache: { sharing: 'off' } });
    await serve(rig, 'a', [1, 2, 3, 4]);
    expect(await serve(rig, 'b', [1, 2, 3, 4])).toBe(0);
    expect(rig.runner.slotsInUse).toBe(0);
  });

  it('keeps a request that was cancelled, as far as it was sampled from', async () => {
    const rig = cachingRig();
    for (const [id, steps] of [
      ['early', 1],
      ['late', 3],
    ] as const) {
      rig.scheduler.submit(engineRequest(id, { promptTokens: Int32Array.of(1, 2, 3, 4, 5, 6) }));
      for (let i = 0; i < steps; i++) await rig.step();
      rig.scheduler.cancel(id);
      expect(rig.scheduler.snapshot().kvTokensKept).toBe(id === 'early' ? 0 : 7);
    }
  });

  it('drops the row of a request that failed', async () => {
    const rig = new SchedulerRig(
      { fault: (history) => (history.length === 5 ? 'nan' : null) },
      { prefixCache: owner },
    );
    rig.scheduler.submit(engineRequest('a'));
    await rig.runToEnd();
    expect(rig.endOf('a')).toBe('failed:internal_error');
    expect(rig.runner.slotsInUse).toBe(0);
  });

  it('[K3] pinned: only what was computed at that very rung', async () => {
    const rig = cachingRig();
    const prompt = [1, 2, 3, 4];
    await serve(rig, 'low', prompt, pinned(1));
    expect(await serve(rig, 'high', prompt, pinned(3))).toBe(0);
    expect(await serve(rig, 'same', prompt, pinned(1))).toBe(3);
    expect(await serve(rig, 'free', prompt, { floor: 0, ceiling: 3 })).toBe(3);
    expect(await serve(rig, 'capped', prompt, { floor: 0, ceiling: 2 })).toBe(0);
  });

  it('[K3] stops where the rung changes', async () => {
    // The prompt at rung 2, the tokens at rung 1.
    const precisionPolicy: PrecisionPolicy = () => (request) =>
      request.floor === request.ceiling ? request.floor : request.promptLeft > 0 ? 2 : 1;
    const rig = cachingRig({ precisionPolicy });
    await serve(rig, 'a', [1, 2, 3, 4], { floor: 1, ceiling: 2 });
    const all = [1, 2, 3, 4, ...idsOf(rig, 'a')];
    expect(await serve(rig, 'b', all, pinned(2))).toBe(4);
  });

  it('[K3] in need of speed reuses what is low, at rest only what is best', async () => {
    let rung = 1;
    const rig = cachingRig({ precisionPolicy: () => (request) => Math.max(rung, request.floor) });
    const range = { floor: 0, ceiling: 3 };
    const prompt = [1, 2, 3, 4, 5];
    await serve(rig, 'a', prompt, range);
    expect(await serve(rig, 'b', prompt, range)).toBe(4);
    rung = 3;
    expect(await serve(rig, 'c', prompt, range)).toBe(0);
    expect(await serve(rig, 'd', prompt, range)).toBe(4);
    rung = 0;
    expect(await serve(rig, 'e', prompt, range)).toBe(4);
  });

  it('shows policies what is left to compute, of those that wait too', async () => {
    const left = new Map<string, number>();
    const rig = cachingRig({
      slots: 1,
      onView: ({ running, waiting }) => {
        for (const { id, promptLeft } of [...running, ...waiting]) left.set(id, promptLeft);
      },
    });
    await serve(rig, 'a', [1, 2, 3, 4, 5]);
    rig.scheduler.submit(
      engineRequest('long', { promptTokens: Int32Array.of(1, 2, 3, 9, 9, 9, 9, 9, 9, 9) }),
    );
    rig.scheduler.submit(engineRequest('b', { promptTokens: Int32Array.of(1, 2, 3, 9, 9, 6) }));
    await rig.step();
    expect(Object.fromEntries(left)).toMatchObject({ long: 7, b: 3 });
    await rig.runToEnd();
    expect(cachedOf(rig, 'b')).toBe(5);
    expect(left.get('b')).toBe(0);
  });

  it('reports 0 of a request that was cancelled while it waited', async () => {
    const rig = new SchedulerRig({ ...scripted([]), shape: { ...SHAPE, slots: 1 } }, { prefixCache: owner });
    await serve(rig, 'a', [1, 2, 3, 4]);
    for (const id of ['b', 'c'])
      rig.scheduler.submit(engineRequest(id, { promptTokens: Int32Array.of(1, 2, 3, 4) }));
    await rig.step();
    rig.scheduler.cancel('c');
    expect(cachedOf(rig, 'c')).toBe(0);
  });

  it('tells how much of a prompt is reused before its first token', async () => {
    const told: unknown[] = [];
    const rig: SchedulerRig = new SchedulerRig(
      {},
      { prefixCache: owner, onReuse: (id, tokens) => told.push([id, tokens, rig.of(id).tokens.length]) },
    );
    await serve(rig, 'a', [1, 2, 3, 4]);
    await serve(rig, 'b', [1, 2, 3, 4]);
    expect(told).toEqual([['b', 3, 0]]);
  });
});
