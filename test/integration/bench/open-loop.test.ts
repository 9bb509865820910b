import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { judgeLoad } from '../../../src/bench/load/judge-load.ts';
import type { ScheduledRequest } from '../../../src/bench/load/load-record.ts';
import { type OpenLoopControl, runOpenLoop } from '../../../src/bench/load/open-loop.ts';
import { median } from '../../../src/numerics/index.ts';
import { type PacedAnswer, type PacedServer, startPacedServer } from '../../support/paced-server.ts';

let server: PacedServer | null = null;
afterEach(async () => {
  await server?.close();
  server = null;
});

async function load(
  answer: PacedAnswer,
  requests: readonly ScheduledRequest[],
  fields: Partial<OpenLoopControl> = {},
) {
  server = await startPacedServer(answer);
  const run = await runOpenLoop(
    {
      url: new URL('/v1/chat/completions', server.url),
      requests,
      bodyOf: (_, index) =>
        JSON.stringify({ model: 'paced', stream: true, index, messages: [{ role: 'user', content: 'a b' }] }),
      headersOf: () => ({ 'x-test': 'yes' }),
    },
    {
      timeoutMs: 20_000,
      drainMs: 20_000,
      mostUnderWay: 1000,
      signal: new AbortController().signal,
      onProgress: () => {},
      ...fields,
    },
  );
  return { ...run, calls: server.calls };
}

/** Requests so far apart. */
const every = (gapMs: number, count: number): ScheduledRequest[] =>
  Array.from({ length: count }, (_, i) => ({
    atMs: i * gapMs,
    tier: 'default',
    promptTokens: 5,
    outputTokens: 5,
  }));

function judged(records: Awaited<ReturnType<typeof load>>['records'], spanMs: number) {
  const targets = { all: { ttftMs: null, tpotMs: null }, byTier: {} };
  return judgeLoad({ records, rate: null, warmupMs: 0, spanMs, targets, ladder: null });
}

/** Medians, since either side may lose the processor for a while in any one of the requests. */
const within2Percent = (reported: number | undefined, delivered: readonly number[]) => {
  expect(Math.abs((reported ?? Number.NaN) / median(delivered) - 1)).toBeLessThan(0.02);
};

describe('a server with known delays', () => {
  it('[B1] is reported within 2 % of what it delivered: first token, time per token, gaps, whole answer', async () => {
    const { records, calls } = await load(
      (reply) => reply.paced({ firstMs: 400, gapMs: 120, chunks: 5 }),
      every(23, 15),
    );
    const run = judged(records, 15 * 23);
    const spans = calls.map(({ arrivedAtMs, textAtMs, endedAtMs }) => ({
      first: (textAtMs[0] ?? Number.NaN) - arrivedAtMs,
      perToken: ((textAtMs.at(-1) ?? Number.NaN) - (textAtMs[0] ?? Number.NaN)) / 4,
      gaps: textAtMs.slice(1).map((at, i) => at - (textAtMs[i] ?? Number.NaN)),
      whole: (endedAtMs ?? Number.NaN) - arrivedAtMs,
    }));
    expect(run).toMatchObject({
      scheduled: 15,
      outcomes: { completed: 15 },
      tokens: { output: 75, countedBy: 'usage' },
    });
    expect(run.itlMs?.count).toBe(60);
    within2Percent(
      run.ttftMs?.p50,
      spans.map(({ first }) => first),
    );
    within2Percent(
      run.tpotMs?.p50,
      spans.map(({ perToken }) => perToken),
    );
    within2Percent(
      run.itlMs?.p50,
      spans.flatMap(({ gaps }) => gaps),
    );
    within2Percent(
      run.wholeMs?.p50,
      spans.map(({ whole }) => whole),
    );
    // The fixture itself keeps its delays: timers never fire early by more than their resolution.
    expect(Math.min(...spans.map(({ first }) => first))).toBeGreaterThan(398);
  });
});

describe('a server that stalls', () => {
  it('[B2] meets every request when it is due, and what each waited is in its time', async () => {
    const [fromMs, toMs] = [300, 1300];
    let startedAtMs = 0;
    const { records, calls } = await load(
      async (reply, { arrivedAtMs }, index) => {
        if (index === 0) startedAtMs = arrivedAtMs;
        reply.open();
        const into = arrivedAtMs - startedAtMs;
        await sleep(into >= fromMs && into < toMs ? toMs - into : 5);
        reply.text();
        reply.end();
      },
      every(40, 40),
    );
    const dues = records.map(({ request }) => request.atMs);
    const arrivals = calls.map(({ arrivedAtMs }) => arrivedAtMs - startedAtMs);
    expect([records.length, calls.length]).toEqual([40, 40]);

    // A generator that waits for answers would have sent nothing in that second: 25 are due in it.
    const inStall = arrivals.filter((at) => at >= fromMs && at < toMs).length;
    expect(Math.abs(inStall - 25)).toBeLessThanOrEqual(2);
    const late = arrivals.map((at, i) => at - (dues[i] ?? Number.NaN));
    expect(Math.abs(median(late))).toBeLessThan(10);

    const stalled = records.filter((_, i) => (arrivals[i] ?? 0) >= fromMs && (arrivals[i] ?? 0) < toMs);
    for (const { request, textAtMs } of stalled) {
      const waited = (textAtMs[0] ?? Number.NaN) - request.atMs;
      // Its first token came at the end of the stall and no sooner, and it counts from when it was due.
      expect(waited).toBeGreaterThan(toMs - request.atMs - 20);
    }
    const calm = records.filter((record) => !stalled.includes(record));
    expect(
      median(calm.map(({ request, textAtMs }) => (textAtMs[0] ?? Number.NaN) - request.atMs)),
    ).toBeLessThan(100);
  });
});

describe('whatever becomes of a request', () => {
  it('[B3] is told from the rest', async () => {
    const { records } = await load(
      async (reply, { body }) => {
        switch (body.index) {
          case 0:
            return reply.paced({ firstMs: 1, gapMs: 1, chunks: 2 });
          case 1:
            return reply.refuse(503, 'overloaded');
          case 2:
            reply.open();
            reply.text();
            reply.event({ error: { code: 'engine_unavailable' } });
            return reply.end();
          case 3:
            reply.open();
            reply.text();
            await sleep(30);
            return reply.cut();
          case 4:
            return reply.cut();
          case 5:
            reply.open();
            reply.text();
            return; // and nothing else
          default:
            return;
        }
      },
      // The last is due when the one before has been given up, and is still under way at the end.
      [...every(20, 6), { ...(every(1, 1)[0] as ScheduledRequest), atMs: 500 }],
      { timeoutMs: 300, drainMs: 100 },
    );
    expect(records.map(({ outcome, fault, textAtMs }) => [outcome, fault, textAtMs.length])).toEqual([
      ['completed', null, 2],
      ['refused', '503 overloaded', 0],
      ['broken', 'engine_unavailable', 1],
      ['broken', 'ECONNRESET', 1],
      ['failed', 'ECONNRESET', 0],
      ['timed-out', null, 1],
      ['unfinished', null, 0],
    ]);
  });

  it('[B3] is dropped beyond the bound, and counted', async () => {
    const { records, calls } = await load(
      (reply) => reply.paced({ firstMs: 200, gapMs: 1, chunks: 1 }),
      every(10, 6),
      { mostUnderWay: 2 },
    );
    expect(records.map(({ outcome }) => outcome)).toEqual([
      'completed',
      'completed',
      'dropped',
      'dropped',
      'dropped',
      'dropped',
    ]);
    expect(calls).toHaveLength(2);
    expect(judged(records, 60)).toMatchObject({ scheduled: 6, met: 2 });
  });

  it('an interruption ends the run: what is under way is unfinished, what was not due is not counted', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 250);
    const { records, interruptedAtMs } = await load(
      (reply) => Promise.resolve(reply.open()),
      every(100, 50),
      {
        signal: controller.signal,
      },
    );
    expect(records.length).toBeGreaterThan(0);
    expect(records.length).toBeLessThan(10);
    expect(new Set(records.map(({ outcome }) => outcome))).toEqual(new Set(['unfinished']));
    expect(interruptedAtMs).toBeGreaterThan(100);
  });
});
