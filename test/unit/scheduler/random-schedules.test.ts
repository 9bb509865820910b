import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EngineRequest } from '../../../src/core/index.ts';
import { naiveStopCut } from '../../support/naive-stop-cut.ts';
import { preemptingPolicy } from '../../support/preempting-policy.ts';
import {
  CONTEXT,
  jobFields,
  type Played,
  POISON,
  play,
  type Schedule,
  schedules,
} from '../../support/random-schedule.ts';
import { END_TOKEN, engineRequest, PIECES, pieceDecoder, SchedulerRig } from '../../support/scheduler-rig.ts';

/** Invariants that hold whatever fails and whatever the policy chooses. */
function checkInvariants(
  { slots, jobs, maxWaiting, outages }: Schedule,
  { rig, accepted, refused }: Played,
  { keptSlots = 0, steady = true } = {},
) {
  expect(rig.runner.breaches).toEqual([]);
  expect(rig.runner.slotsInUse).toBeLessThanOrEqual(keptSlots);
  expect(rig.scheduler.snapshot()).toMatchObject({
    running: 0,
    waiting: 0,
    prefillTokensPending: 0,
    freeSlots: slots,
    kvTokensUsed: 0,
    unhealthy: null,
  });
  expect(accepted.length + refused.length).toBe(jobs.length);
  if (maxWaiting >= jobs.length) expect(refused).toEqual([]);
  for (const { request } of refused) expect(rig.outcomes.has(request.id)).toBe(false);
  for (const { request, cancel } of accepted) {
    const { tokens, terminals, tokenSteps } = rig.of(request.id);
    expect(terminals).toHaveLength(1);
    const end = rig.endOf(request.id);
    if (end === 'cancelled') expect(cancel).not.toBeNull();
    if (request.promptTokens[0] === POISON) expect(['cancelled', 'failed:internal_error']).toContain(end);
    else if (outages.length === 0) expect(['stop', 'length', 'cancelled']).toContain(end);
    for (const { rung } of tokens) {
      expect(rung).toBeGreaterThanOrEqual(request.floor);
      expect(rung).toBeLessThanOrEqual(request.ceiling);
    }
    // Once it decodes, a request gets a token in every step, whatever else is in the house.
    if (steady) expect(tokenSteps).toEqual(tokenSteps.map((_, i) => (tokenSteps[0] ?? 0) + i));
    for (const stop of request.stop) expect(rig.textOf(request.id)).not.toContain(stop);
    const last = terminals[0];
    if (last?.type !== 'finished') continue;
    expect(last.usage.completionTokens).toBe(tokens.length);
    expect(last.precision.configs.reduce((sum, config) => sum + config.tokens, 0)).toBe(tokens.length);
  }
}

/** One prompt at a time and first come, first served: first tokens come in order of arrival, one a step. */
function checkOrder({ rig, accepted }: Played): void {
  const firsts = accepted.flatMap(({ request }) => rig.of(request.id).tokenSteps.slice(0, 1));
  expect(firsts).toEqual([...new Set(firsts)].sort((a, b) => a - b));
}

/** The request alone, in an untroubled scheduler that runs its prompt in one chunk. */
async function alone(request: EngineRequest): Promise<SchedulerRig> {
  const rig = new SchedulerRig(
    { shape: { vocabSize: PIECES.length, contextLength: CONTEXT, slots: 1 } },
    { limits: { maxWaiting: 1, prefillChunk: CONTEXT, maxBatch: 1 } },
  );
  rig.scheduler.submit(request);
  await rig.runToEnd();
  return rig;
}

/** Prompts that begin like one of a few, so that there is something to reuse. */
function withSharedPrefixes(schedule: Schedule, cuts: readonly number[]): Schedule {
  const prompts: Int32Array[] = [];
  const jobs = schedule.jobs.map((job, i) => {
    const own = [...job.request.promptTokens];
    const base = prompts[(cuts[i] ?? 0) % (i + 1)] ?? new Int32Array(0);
    const promptTokens = Int32Array.from([...base.subarray(0, (cuts[i] ?? 0) % 13), ...own].slice(0, 14));
    prompts.push(promptTokens);
    return { ...job, request: { ...job.request, promptTokens } };
  });
  return { ...schedule, jobs };
}

function withoutCached(terminals: SchedulerRig['events']): unknown {
  return terminals.map((event) =>
    event.type === 'finished' ? { ...event, usage: { ...event.usage, cachedTokens: 0 } } : event,
  );
}

async function checkAgainstAlone(played: Played, comparable: (request: EngineRequest) => boolean) {
  for (const { request } of played.accepted) {
    if (!comparable(request)) continue;
    const { rig } = played;
    const single = await alone(request);
    if (['stop', 'length'].includes(rig.endOf(request.id))) {
      expect(rig.of(request.id).tokens).toEqual(single.of(request.id).tokens);
      const { terminals } = rig.of(request.id);
      expect(withoutCached(terminals)).toEqual(withoutCached(single.of(request.id).terminals));
    } else {
      const count = rig.of(request.id).tokens.length;
      expect(rig.of(request.id).tokens).toEqual(single.of(request.id).tokens.slice(0, count));
    }
  }
}

describe('random schedules', () => {
  it('keep every invariant and give each request what it gets alone', async () => {
    const ends = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(schedules, async (schedule) => {
        const played = await play(schedule, false);
        checkInvariants(schedule, played);
        checkOrder(played);
        await checkAgainstAlone(played, () => true);
        for (const { request } of played.accepted) {
          const end = played.rig.endOf(request.id);
          ends.set(end, (ends.get(end) ?? 0) + 1);
        }
        ends.set('refused', (ends.get('refused') ?? 0) + played.refused.length);
      }),
      { numRuns: 2000, seed: 1 },
    );
    // The schedules must reach every way to end, or they prove little.
    for (const end of ['stop', 'length', 'cancelled', 'failed:internal_error', 'refused']) {
      expect(ends.get(end) ?? 0).toBeGreaterThan(100);
    }
  });

  it('[K1] [K2] reuse prompt prefixes and give each request what it gets alone', async () => {
    let reused = 0;
    let withKept = 0;
    const cuts = fc.array(fc.nat({ max: 1000 }), { minLength: 9, maxLength: 9 });
    await fc.assert(
      fc.asyncProperty(schedules, cuts, async (plain, cut) => {
        const schedule = withSharedPrefixes(plain, cut);
        const prefixCache = { sharing: 'owner', leastTokens: 1 } as const;
        const played = await play(schedule, false, { prefixCache });
        const { rig, accepted } = played;
        checkInvariants(schedule, played, { keptSlots: schedule.slots });
        await checkAgainstAlone(played, () => true);
        for (const { request } of accepted) {
          const [end] = rig.of(request.id).terminals;
          if (end?.type !== 'finished') continue;
          // A token at least is computed, or there would be nothing to sample from.
          expect(end.usage.cachedTokens).toBeLessThan(request.promptTokens.length);
          reused += end.usage.cachedTokens;
        }
        const { kvTokensKept } = rig.scheduler.snapshot();
        expect(kvTokensKept > 0).toBe(rig.runner.slotsInUse > 0);
        if (kvTokensKept > 0) withKept++;
      }),
      { numRuns: 1000, seed: 5 },
    );
    expect(reused).toBeGreaterThan(1000);
    expect(withKept).toBeGreaterThan(500);
  });

  it.each([
    ['and what had been computed is gone', 'off'],
    ['and what had been computed may still be there', 'owner'],
  ] as const)('[S5] go on after preemptions as if nothing had happened, %s', async (_, sharing) => {
    let preemptions = 0;
    const picks = fc.array(fc.option(fc.nat(3), { freq: 2 }), { minLength: 5, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(schedules, picks, async (schedule, pick) => {
        const left = [...pick];
        const prefixCache = { sharing, leastTokens: 1 };
        const batchPolicy = preemptingPolicy(() => left.shift() ?? null);
        // Whoever is put back finds room to wait, however many wait already.
        const played = await play(schedule, false, { prefixCache, batchPolicy });
        const keptSlots = sharing === 'off' ? 0 : schedule.slots;
        checkInvariants({ ...schedule, maxWaiting: 0 }, played, { keptSlots, steady: false });
        await checkAgainstAlone(played, () => true);
        preemptions += played.rig.scheduler.snapshot().preemptions;
      }),
      { numRuns: 700, seed: 6 },
    );
    expect(preemptions).toBeGreaterThan(1000);
  });

  it('with promotion keep every invariant, and pinned requests get what they get alone', async () => {
    await fc.assert(
      fc.asyncProperty(schedules, async (schedule) => {
        const played = await play(schedule, true);
        checkInvariants(schedule, played);
        checkOrder(played);
        await checkAgainstAlone(played, (request) => request.floor === request.ceiling);
      }),
      { numRuns: 1000, seed: 2 },
    );
  });

  it('finish within the steps that the work takes', async () => {
    await fc.assert(
      fc.asyncProperty(schedules, async (schedule) => {
        const { rig } = await play({ ...schedule, outages: [] }, false);
        // Each step either runs a chunk or, with no prompt left that holds a slot, decodes everyone in the house.
        const work = schedule.jobs.map(
          ({ request }) => Math.ceil(request.promptTokens.length / schedule.prefillChunk) + request.maxTokens,
        );
        expect(rig.steps).toBeLessThanOrEqual(26 + work.reduce((sum, steps) => sum + steps, 0));
      }),
      { numRuns: 300, seed: 3 },
    );
  });

  it('stop strings cut the text that the request gives without them', async () => {
    const stops = fc.array(fc.constantFrom('ab', 'bc', 'b', 'a', 'abab', ' ', 'é', '😀', 'ca b'), {
      minLength: 1,
      maxLength: 3,
    });
    await fc.assert(
      fc.asyncProperty(jobFields, stops, async ({ prompt, seed }, stop) => {
        const sampling = { ...engineRequest('').sampling, temperature: 3, seed };
        const base = engineRequest('r', { promptTokens: Int32Array.from(prompt), maxTokens: 10, sampling });
        const free = await alone(base);
        const cut = await alone({ ...base, stop });
        const stream = pieceDecoder().createTextStream();
        const full =
          free
            .of('r')
            .tokens.map(({ tokenId }) => stream.push(tokenId))
            .join('') + stream.flush();
        expect(free.textOf('r')).toBe(full);
        expect(cut.textOf('r')).toBe(naiveStopCut(full, stop).text);
        expect(cut.of('r').tokens.every(({ tokenId }) => tokenId !== END_TOKEN)).toBe(true);
      }),
      { numRuns: 1000, seed: 4 },
    );
  });
});
