import { distributionOf } from '../../src/bench/load/distribution.ts';
import type { PeerContender } from '../../src/bench/peer/peer-contenders.ts';
import { DEFAULT_LOAD, type PeerLoad } from '../../src/bench/peer/peer-load.ts';
import type { PeerTurn } from '../../src/bench/peer/peer-turn.ts';
import { endpointResult, openResult } from './bench-result.ts';

/** One closed loop of four, one rate. */
export const SMALL_LOAD: PeerLoad = { ...DEFAULT_LOAD, concurrency: [4], rates: [1] };

/** A turn whose closed loop took so long for each of its answers. */
export function peerTurn(contender: PeerContender, round: number, latenciesMs: readonly number[]): PeerTurn {
  const latencyMs = distributionOf(latenciesMs);
  return {
    contender,
    round,
    command: `start ${contender}`,
    startMs: 1000,
    otherLoad: 0,
    memory: { readyBytes: 200e6, peakBytes: null },
    closed: [endpointResult(contender, { 'completions-stream': { connections: 4, latencyMs } })],
    open: openResult(contender),
  };
}
