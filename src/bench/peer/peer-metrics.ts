import type { LoadRun } from '../load/result-schema.ts';
import type { PeerLoad } from './peer-load.ts';
import type { PeerTurn } from './peer-turn.ts';

/** Something that a turn measured. */
export interface PeerMetric {
  readonly id: string;
  readonly group: string;
  readonly title: string;
  readonly better: 'higher' | 'lower';
  /** Null where the turn has none: no answer came, or the system does not tell. */
  readonly of: (turn: PeerTurn) => number | null;
}

/** In the order of the tables. */
export function peerMetrics(load: PeerLoad): readonly PeerMetric[] {
  return [
    ...load.concurrency.flatMap((connections, i) => closedMetrics(load, connections, i)),
    ...load.rates.flatMap(openMetrics),
    memory('ready', 'after the warm-up, MB', ({ readyBytes }) => readyBytes),
    memory('peak', 'at most, under load, MB', ({ peakBytes }) => peakBytes),
    {
      id: 'start',
      group: 'Start',
      title: 'until ready, ms',
      better: 'lower',
      of: ({ startMs }) => startMs,
    },
  ];
}

/**
 * Throughput of a closed loop is connections · tokens / mean latency (Little's law, no pause between requests): counting
 * what ended within some seconds would cut off the answers under way, which are many of few.
 */
function closedMetrics({ closedTokens }: PeerLoad, connections: number, i: number): PeerMetric[] {
  const group = `Closed loop, ${connections} at once`;
  const latency = ({ closed }: PeerTurn) => closed[i]?.runs[0]?.latencyMs ?? null;
  return [
    {
      id: `closed-${connections}-tokens`,
      group,
      title: 'output tokens/s',
      better: 'higher',
      of: (turn) => {
        const mean = latency(turn)?.mean;
        return mean === undefined ? null : (1000 * connections * closedTokens.output) / mean;
      },
    },
    ...(['p50', 'p95'] as const).map(
      (percentile): PeerMetric => ({
        id: `closed-${connections}-${percentile}`,
        group,
        title: `whole answer, ${percentile.toUpperCase()}, ms`,
        better: 'lower',
        of: (turn) => latency(turn)?.[percentile] ?? null,
      }),
    ),
  ];
}

function openMetrics(rate: number, i: number): PeerMetric[] {
  const metric = (
    name: string,
    title: string,
    better: PeerMetric['better'],
    of: (run: LoadRun) => number | null | undefined,
  ): PeerMetric => ({
    id: `open-${rate}-${name}`,
    group: `Open loop, ${rate} requests/s`,
    title,
    better,
    of: ({ open }) => (open.runs[i] && of(open.runs[i])) ?? null,
  });
  return [
    metric('goodput', 'goodput, requests/s', 'higher', ({ goodput }) => goodput),
    metric('attainment', 'met both targets, %', 'higher', ({ attainment }) => 100 * attainment),
    metric('tokens', 'output tokens/s', 'higher', (run) => run.outputTokensPerSecond),
    metric('ttft-p50', 'TTFT, P50, ms', 'lower', ({ ttftMs }) => ttftMs?.p50),
    metric('ttft-p95', 'TTFT, P95, ms', 'lower', ({ ttftMs }) => ttftMs?.p95),
    metric('tpot-p50', 'TPOT, P50, ms', 'lower', ({ tpotMs }) => tpotMs?.p50),
    metric('tpot-p95', 'TPOT, P95, ms', 'lower', ({ tpotMs }) => tpotMs?.p95),
    metric('bits', 'bits of a token, mean', 'higher', ({ averageBits }) => averageBits),
  ];
}

function memory(id: string, title: string, of: (memory: PeerTurn['memory']) => number | null): PeerMetric {
  return {
    id: `memory-${id}`,
    group: 'Memory, proportional set size of all processes',
    title,
    better: 'lower',
    of: (turn) => {
      const bytes = of(turn.memory);
      return bytes === null ? null : bytes / 1e6;
    },
  };
}
