import { Agent } from 'node:http';
import { median } from '../../numerics/index.ts';
import type { CostEstimator } from '../../scheduler/index.ts';
import type { StepOverhead } from '../../simulation/index.ts';
import type { LiveServer } from './live-server.ts';
import { callCompletion, parseAnswer } from './streamed-answer.ts';

export interface MeasuredOverhead extends StepOverhead {
  readonly points: readonly {
    readonly streams: number;
    /** Median time between two tokens of a stream, as its client sees it, in the round that was least disturbed. */
    readonly gapMs: number;
    /** What a pass of so many rows takes by the profile. */
    readonly passMs: number;
  }[];
}

export interface OverheadOptions {
  /** What requests are served at that ask for nothing and have no targets to miss. */
  readonly rung: number;
  readonly slots: number;
  readonly promptOf: (index: number, tokens: number) => readonly number[];
}

const PROMPT = 16;
const TOKENS = 160;
/** At the start and at the end of an answer not all streams run. */
const MARGIN = 30;
const ROUNDS = 5;

/**
 * What a step takes beside the pass, by the number of streams: the line stepMs + tokenMs · rows through the differences
 * between the gaps that clients see and the passes that the machine takes. Scheduling, sampling, messages, HTTP and
 * the client itself are in it, and what they take from the passes on the same cores.
 */
export async function measureOverhead(
  server: LiveServer,
  machine: CostEstimator,
  { rung, slots, promptOf }: OverheadOptions,
): Promise<MeasuredOverhead> {
  const points: { streams: number; gapMs: number; passMs: number }[] = [];
  for (const streams of [...new Set([1, Math.ceil(slots / 2), slots])]) {
    let gapMs = Number.POSITIVE_INFINITY;
    for (let round = 0; round < ROUNDS; round++) {
      gapMs = Math.min(gapMs, median(await streamGaps(server, streams, promptOf)));
    }
    const context = streams * (PROMPT + TOKENS / 2);
    const passMs = machine.stepMs({
      phase: 'decode',
      rung,
      rows: streams,
      tokens: streams,
      contextTokens: context,
      movedRows: 0,
    });
    points.push({ streams, gapMs, passMs });
  }
  return { ...lineThrough(points), points };
}

async function streamGaps(
  { url }: LiveServer,
  streams: number,
  promptOf: (index: number, tokens: number) => readonly number[],
): Promise<number[]> {
  const agent = new Agent({ keepAlive: true });
  const calls = Array.from({ length: streams }, (_, i) =>
    callCompletion(
      url,
      {
        model: 'default',
        prompt: promptOf(i, PROMPT),
        max_tokens: TOKENS,
        ignore_eos: true,
        seed: i,
      },
      { agent },
    ),
  );
  const answers = (await Promise.all(calls)).map(parseAnswer);
  agent.destroy();
  return answers.flatMap((answer) => {
    if (answer === null) throw new Error('the server refused a request while it had nothing else to do');
    const times = answer.textAtMs.slice(MARGIN, -MARGIN);
    return times.slice(1).map((time, i) => time - (times[i] ?? time));
  });
}

/** Least squares of gap − pass, neither part below 0. */
function lineThrough(
  points: readonly { readonly streams: number; readonly gapMs: number; readonly passMs: number }[],
): StepOverhead {
  const rests = points.map(({ gapMs, passMs }) => gapMs - passMs);
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  const meanRows = mean(points.map(({ streams }) => streams));
  const meanRest = mean(rests);
  const spread = points.reduce((sum, { streams }) => sum + (streams - meanRows) ** 2, 0);
  const slope =
    spread === 0
      ? 0
      : points.reduce((sum, { streams }, i) => sum + (streams - meanRows) * ((rests[i] ?? 0) - meanRest), 0) /
        spread;
  const tokenMs = Math.max(0, slope);
  return { stepMs: Math.max(0, meanRest - tokenMs * meanRows), tokenMs };
}
