import type { Arrival, SimulatedServer, Workload } from '../../src/simulation/index.ts';
import {
  createProfileCost,
  parseCostProfile,
  profileLadder,
  profileSamples,
} from '../../src/simulation/index.ts';
import { TINY_PROFILE } from './tiny-profile.ts';

const profile = parseCostProfile(JSON.stringify(TINY_PROFILE), 'tiny');

/** A server on the tiny profile's machine, whose scheduler believes what the profile says and learns nothing. */
export function tinyServer(fields: Partial<SimulatedServer> = {}): SimulatedServer {
  const machine = createProfileCost(profileSamples(profile));
  return {
    ladder: profileLadder(profile),
    machine,
    createCost: () => ({ stepMs: (shape) => machine.stepMs(shape), observe: () => {} }),
    contextLength: 64,
    slots: 4,
    maxWaiting: 8,
    prefillChunk: 10,
    targets: { ttftMs: null, tpotMs: null },
    maxBatch: 4,
    noise: 0,
    seed: 1,
    ...fields,
  };
}

/** So many requests of 20 prompt and 11 output tokens, one every `gapMs`. */
export function evenWorkload(requests: number, gapMs: number, fields: Partial<Arrival> = {}): Workload {
  return {
    arrivals: Array.from({ length: requests }, (_, i) => ({
      atMs: i * gapMs,
      promptTokens: 20,
      outputTokens: 11,
      tier: 'default' as const,
      ...fields,
    })),
    clippedPrompts: 0,
    clippedOutputs: 0,
    spanMs: requests * gapMs,
  };
}
