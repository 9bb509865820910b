/** What every contender is loaded with, turn by turn. */
export interface PeerLoad {
  /** Requests at once of the closed loops, one after the other. */
  readonly concurrency: readonly number[];
  readonly closedSeconds: number;
  readonly closedTokens: { readonly prompt: number; readonly output: number };
  /** Requests per second of the open loops. */
  readonly rates: readonly number[];
  readonly openSeconds: number;
  /** As `quept bench open` takes them. */
  readonly openTokens: { readonly prompt: string; readonly output: string };
  readonly warmupSeconds: number;
  readonly drainSeconds: number;
  readonly ttftMs: number;
  readonly tpotMs: number;
  /** Of every server. */
  readonly threads: number;
  readonly slots: number;
  readonly contextLength: number;
  /** Tokens per pass of the peer. */
  readonly peerBatch: number;
}

export const DEFAULT_LOAD: PeerLoad = {
  concurrency: [1, 4, 8],
  closedSeconds: 6,
  closedTokens: { prompt: 64, output: 32 },
  rates: [1.5, 3, 4.5, 6],
  openSeconds: 8,
  openTokens: { prompt: '64~0.5', output: '32~0.5' },
  warmupSeconds: 1,
  drainSeconds: 3,
  ttftMs: 600,
  tpotMs: 50,
  threads: 2,
  slots: 8,
  contextLength: 512,
  peerBatch: 512,
};

export const QUICK_LOAD: PeerLoad = {
  ...DEFAULT_LOAD,
  concurrency: [1, 4],
  closedSeconds: 2,
  closedTokens: { prompt: 16, output: 8 },
  rates: [1, 3],
  openSeconds: 3,
  openTokens: { prompt: '16~0.5', output: '8~0.5' },
};

/** What is expected of a turn beside its load: start, warm-up and end of the server, start of each test. */
const TURN_SPARE_SECONDS = 8;
const TEST_SPARE_SECONDS = 2;

/** Seconds that a turn is expected to take. */
export function turnSeconds(load: PeerLoad): number {
  const { concurrency, closedSeconds, rates, openSeconds, warmupSeconds, drainSeconds } = load;
  const closed = concurrency.length * (warmupSeconds + closedSeconds + TEST_SPARE_SECONDS);
  const open = rates.length * (warmupSeconds + openSeconds + drainSeconds / 2) + TEST_SPARE_SECONDS;
  return TURN_SPARE_SECONDS + closed + open;
}

/** Arguments of `quept bench` behind the address: the closed loop at so many connections. */
export function closedArguments(load: PeerLoad, connections: number, seed: number): string[] {
  const { closedSeconds, closedTokens } = load;
  return [
    ...['closed', '--endpoints', 'completions-stream', '--connections', String(connections)],
    ...['--seconds', String(closedSeconds), ...commonArguments(load, seed)],
    ...['--prompt-tokens', String(closedTokens.prompt), '--output-tokens', String(closedTokens.output)],
  ];
}

/** As `closedArguments`, of the open loop at every rate. */
export function openArguments(load: PeerLoad, seed: number): string[] {
  const { rates, openSeconds, openTokens, drainSeconds, ttftMs, tpotMs } = load;
  return [
    ...['open', '--endpoint', 'completions', '--rates', rates.join(',')],
    ...['--seconds', String(openSeconds), ...commonArguments(load, seed)],
    ...['--prompt-tokens', openTokens.prompt, '--output-tokens', openTokens.output],
    ...['--ttft', String(ttftMs), '--tpot', String(tpotMs), '--drain', String(drainSeconds)],
  ];
}

function commonArguments({ warmupSeconds }: PeerLoad, seed: number): string[] {
  return ['--warmup', String(warmupSeconds), '--timeout', '60', '--seed', String(seed)];
}
