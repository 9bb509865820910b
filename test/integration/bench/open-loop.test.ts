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

/** A run in which the processor was away at the wrong moments proves nothing; a generator that errs, errs every time. */
const UNDISTURBED = { retry: 4 };

/** Half of them, since either side may lose the processor between a writing and its reading. */
const within2Percent = (reported: number | undefined, delivered: readonly number[]) => {
  expect(Math.abs((reported ?? Number.NaN) / median(delivered) - 1)).toBeLessThan(0.02);
};

describe('a server with known delays', () => {
  it(
    '[B1] is reported within 2 % of what it delivered: first token, time per token, gaps, whole answer',
    UNDISTURBED,
    async () => {
      const { startedAtMs, records, calls } = await load(
        (reply) => reply.paced({ firstMs: 400, gapMs: 120, chunks: 5 }),
        every(23, 15),
      );
      const run = judged(records, 15 * 23);
      const delivered = calls.map(({ body, arrivedAtMs, textAtMs, endedAtMs }) => {
        const dueAtMs = startedAtMs + 23 * Number(body.index);
        const [first = Number.NaN, last = Number.NaN] = [textAtMs[0], textAtMs.at(-1)];
        return {
          held: first - arrivedAtMs,
          first: first - dueAtMs,
          perToken: (last - first) / 4,
          gaps: textAtMs.slice(1).map((at, i) => at - (textAtMs[i] ?? Number.NaN)),
          whole: (endedAtMs ?? Number.NaN) - dueAtMs,
        };
      });
      expect(run).toMatchObject({
        scheduled: 15,
        outcomes: { completed: 15 },
        tokens: { output: 75, countedBy: 'usage' },
      });
      expect(run.itlMs?.count).toBe(60);
      within2Percent(
        run.ttftMs?.p50,
        delivered.map(({ first }) => first),
      );
      within2Percent(
        run.tpotMs?.p50,
        delivered.map(({ perToken }) => perToken),
      );
      within2Percent(
        run.itlMs?.p50,
        delivered.flatMap(({ gaps }) => gaps),
      );
      within2Percent(
        run.wholeMs?.p50,
        delivered.map(({ whole }) => whole),
      );
      // The delays were there: timers fire no earlier than by their resolution.
      expect(Math.min(...delivered.map(({ held }) => held))).toBeGreaterThan(398);
      expect(Math.min(...delivered.map(({ perToken }) => perToken))).toBeGreaterThan(118);
    },
  );
});

describe('a server that stalls', () => {
  const [fromMs, toMs] = [300, 1300];

  it(
    '[B2] meets every request when it is due, and what each waited is in its time',
    UNDISTURBED,
    async () => {
      let firstAtMs = 0;
      const { startedAtMs, records, calls } = await load(
        async (reply, { arrivedAtMs }, index) => {
          if (index === 0) firstAtMs = arrivedAtMs;
          reply.open();
          const into = arrivedAtMs - firstAtMs;
          await sleep(into >= fromMs && into < toMs ? toMs - into : 5);
          reply.text();
          reply.end();
        },
        every(40, 40),
      );
      expect([records.length, calls.length]).toEqual([40, 40]);
      const paired = records.map((record, i) => {
        const call = calls.find(({ body }) => body.index === i);
        const textAtMs = (call?.textAtMs[0] ?? Number.NaN) - startedAtMs;
        return { record, arrivedAtMs: (call?.arrivedAtMs ?? Number.NaN) - startedAtMs, textAtMs };
      });

      // No answer came in that second, in which 25 were due: one that waits for answers would have sent none of them.
      const stalled = paired.filter(
        ({ record: { request } }) => request.atMs > fromMs + 40 && request.atMs < toMs - 40,
      );
      const releasedAtMs = Math.min(...stalled.map(({ textAtMs }) => textAtMs));
      expect(stalled.length).toBe(23);
      expect(stalled.filter(({ arrivedAtMs }) => arrivedAtMs < releasedAtMs).length).toBeGreaterThan(11);
      const late = paired.map(({ record, arrivedAtMs }) => arrivedAtMs - record.request.atMs);
      expect(Math.min(...late)).toBeGreaterThan(-1);
      // Where it was late, for want of a processor, it says so: the rest is less than one gap.
      const untold = paired.map(({ record, arrivedAtMs }) => arrivedAtMs - (record.sentAtMs ?? Number.NaN));
      expect(median(untold)).toBeLessThan(40);

      const errors = stalled.map(({ record, textAtMs }) => {
        const waited = textAtMs - record.request.atMs;
        const reported = (record.textAtMs[0] ?? Number.NaN) - record.request.atMs;
        expect(reported).toBeGreaterThanOrEqual(waited - 1);
        return reported / waited - 1;
      });
      expect(median(errors)).toBeLessThan(0.02);
      // The longest wait is nearly the whole stall.
      const waits = stalled.map(({ record }) => (record.textAtMs[0] ?? Number.NaN) - record.request.atMs);
      expect(Math.max(...waits)).toBeGreaterThan(toMs - fromMs - 100);
    },
  );
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
