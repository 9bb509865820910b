import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { LoadRecord, ScheduledRequest } from './load-record.ts';
import { recordCall, recordDropped } from './record-call.ts';
import { callAgent, streamCall } from './stream-call.ts';

/** What is sent, and when. */
export interface OpenLoopPlan {
  readonly url: URL;
  /** In order of time. */
  readonly requests: readonly ScheduledRequest[];
  /** Called shortly before a request is due, so that making it delays nothing. */
  readonly bodyOf: (request: ScheduledRequest, index: number) => string;
  readonly headersOf: (request: ScheduledRequest) => Readonly<Record<string, string>>;
}

export interface OpenLoopControl {
  /** After its sending a request is given up. */
  readonly timeoutMs: number;
  /** After the last request was due, so long is waited for the answers that are missing. */
  readonly drainMs: number;
  /** Requests under way at once; one that is due beyond them is dropped. */
  readonly mostUnderWay: number;
  /** Aborted to end the run: what is under way counts as unfinished, what was not due yet not at all. */
  readonly signal: AbortSignal;
  readonly onProgress: (ended: number, underWay: number) => void;
}

export interface OpenLoopRun {
  /** Time 0 of the schedule and of the records, on `performance`'s clock. */
  readonly startedAtMs: number;
  /** Of every request that was due, in order. */
  readonly records: readonly LoadRecord[];
  /** When the run was ended before its time; null where it was not. */
  readonly interruptedAtMs: number | null;
}

/** From the call to time 0 of the schedule. */
const LEAD_MS = 50;

/**
 * Sends each request at its own time, whatever became of those before: arrivals do not wait for answers, so a server
 * that stalls meets all that would have come meanwhile, and what they waited is measured.
 */
export async function runOpenLoop(plan: OpenLoopPlan, control: OpenLoopControl): Promise<OpenLoopRun> {
  const { url, requests, bodyOf, headersOf } = plan;
  const { mostUnderWay, signal, onProgress } = control;
  const agent = callAgent(url);
  const calls = new UnderWay(control.timeoutMs);
  const records: Promise<LoadRecord>[] = [];
  let ended = 0;
  const startedAtMs = performance.now() + LEAD_MS;
  for (const [index, request] of requests.entries()) {
    const body = bodyOf(request, index);
    const headers = headersOf(request);
    if (!(await due(startedAtMs + request.atMs, signal))) break;
    if (calls.count >= mostUnderWay) {
      records.push(Promise.resolve(recordDropped(request)));
      continue;
    }
    const sentAtMs = performance.now();
    records.push(
      calls.run(async (given) => {
        const call = await streamCall(url, body, { agent, headers, signal: given.signal });
        onProgress(++ended, calls.count - 1);
        return recordCall(call, { request, startedAtMs, sentAtMs, givenUp: given.why() });
      }),
    );
  }
  const interruptedAtMs = signal.aborted ? performance.now() - startedAtMs : null;
  await calls.settled(control.drainMs, signal);
  calls.giveUp();
  const results = await Promise.all(records);
  agent.destroy();
  return { startedAtMs, records: results, interruptedAtMs };
}

/** Resolves when it is time; false when the run is over before. */
async function due(atMs: number, signal: AbortSignal): Promise<boolean> {
  // Late or not, other events have their turn.
  await nextTurn();
  for (;;) {
    const leftMs = atMs - performance.now();
    if (signal.aborted || leftMs <= 0) return !signal.aborted;
    // Timers may fire a little early.
    if (leftMs < 1) await nextTurn();
    else await sleep(leftMs, undefined, { signal }).catch(() => {});
  }
}

type GivenUp = 'timed-out' | 'unfinished';

interface Given {
  readonly signal: AbortSignal;
  readonly why: () => GivenUp | null;
}

/** The calls that are not over. */
class UnderWay {
  readonly #timeoutMs: number;
  readonly #giveUp = new Set<(why: GivenUp) => void>();
  #whenNone: (() => void) | null = null;

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  get count(): number {
    return this.#giveUp.size;
  }

  async run<T>(work: (given: Given) => Promise<T>): Promise<T> {
    const controller = new AbortController();
    let reason: GivenUp | null = null;
    const giveUp = (why: GivenUp): void => {
      reason ??= why;
      controller.abort();
    };
    const timer = setTimeout(() => giveUp('timed-out'), this.#timeoutMs);
    this.#giveUp.add(giveUp);
    try {
      return await work({ signal: controller.signal, why: () => reason });
    } finally {
      clearTimeout(timer);
      this.#giveUp.delete(giveUp);
      if (this.count === 0) this.#whenNone?.();
    }
  }

  /** Resolves when none is left, or after so long, or when the signal is aborted. */
  async settled(mostMs: number, signal: AbortSignal): Promise<void> {
    if (this.count === 0 || signal.aborted) return;
    const over = new AbortController();
    const none = new Promise<void>((resolve) => {
      this.#whenNone = resolve;
    });
    await Promise.race([
      none,
      sleep(mostMs, undefined, { signal: AbortSignal.any([signal, over.signal]) }).catch(() => {}),
    ]);
    over.abort();
  }

  giveUp(): void {
    for (const giveUp of [...this.#giveUp]) giveUp('unfinished');
  }
}
