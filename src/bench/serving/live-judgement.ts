import type { Ladder, ServiceLevel } from '../../core/index.ts';
import {
  type Arrival,
  Recorder,
  type SimulationResult,
  summarize,
  type Workload,
} from '../../simulation/index.ts';
import type { ReceivedAnswer } from './streamed-answer.ts';
import type { CourseToken } from './token-course.ts';

/** A request as its client saw it. */
export interface ServedRequest {
  readonly arrival: Arrival;
  /** Null when the connection failed. */
  readonly received: ReceivedAnswer | null;
  /** Empty when it was refused or broke off. */
  readonly course: readonly CourseToken[];
  readonly level: ServiceLevel;
}

export interface JudgedRun {
  readonly policy: string;
  readonly ladder: Ladder;
  /** Of the course over time. */
  readonly windowMs: number;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
}

interface Happening {
  readonly atMs: number;
  readonly act: (recorder: Recorder) => void;
}

/** Plays what clients saw to the recorder of the simulation, in order of time. */
export function judgeLive(
  served: readonly ServedRequest[],
  { spanMs, step }: Workload,
  { policy, ladder, windowMs, startedAtMs, endedAtMs }: JudgedRun,
): SimulationResult {
  const recorder = new Recorder(ladder, windowMs);
  const happenings = served.flatMap((each, i) => happeningsOf(each, `r${i}`, ladder, startedAtMs));
  // Stable: what happens at one time stays in the order in which it happened.
  for (const { act } of happenings.toSorted((a, b) => a.atMs - b.atMs)) act(recorder);
  return summarize({
    policy,
    ladder,
    records: recorder.records,
    timeline: recorder.timeline,
    step: step ?? null,
    spanMs,
    simulatedMs: endedAtMs - startedAtMs,
    busyMs: 0,
    steps: 0,
    passes: 0,
  });
}

function happeningsOf(
  { arrival, received, level, course }: ServedRequest,
  id: string,
  ladder: Ladder,
  startedAtMs: number,
): Happening[] {
  const refused = received !== null && received.status !== 200;
  if (refused) return [{ atMs: arrival.atMs, act: (recorder) => recorder.refuse(arrival.atMs, level) }];
  const endAtMs = Math.max(arrival.atMs, (received?.endedAtMs ?? startedAtMs) - startedAtMs);
  const arrives = { atMs: arrival.atMs, act: (to: Recorder) => to.accept(id, arrival.atMs, level) };
  const tokens = course.map(({ atMs, config }): Happening => {
    const rung = ladder.findIndex((one) => one.id === config);
    const at = atMs - startedAtMs;
    return {
      atMs: at,
      act: (to) => {
        to.take({ type: 'token', requestId: id, tokenId: 0, text: '', rung });
        to.deliver(at);
      },
    };
  });
  const ends: Happening = {
    atMs: endAtMs,
    act: (to) => {
      to.take(course.length > 0 ? finished(id) : failed(id));
      to.deliver(endAtMs);
    },
  };
  return [arrives, ...tokens, ends];
}

function finished(requestId: string) {
  return {
    type: 'finished',
    requestId,
    reason: 'length',
    text: '',
    usage: { promptTokens: 0, completionTokens: 0, cachedTokens: 0 },
    precision: { averageBits: 0, configs: [], switches: 0 },
  } as const;
}

function failed(requestId: string) {
  return { type: 'failed', requestId, code: 'internal_error', message: 'the answer broke off' } as const;
}
