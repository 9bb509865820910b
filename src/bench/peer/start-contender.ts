import { join } from 'node:path';
import { BENCH_PLANES } from '../engine/bench-precision.ts';
import { writeRandomGguf } from '../engine/random-gguf.ts';
import { SHAPE_135M } from '../engine/shape-135m.ts';
import { writeRandomArtefact } from '../gateway/random-artefact.ts';
import { startLiveServer } from '../serving/live-server.ts';
import type { PeerContender } from './peer-contenders.ts';
import type { PeerLoad } from './peer-load.ts';
import { type RunningServer, startPeerServer } from './peer-server.ts';

/** Below the repository; shared with the benchmarks of the engine and the gateway. */
const ARTEFACT = join('.cache', 'bench', 'random-artefact');
const GGUF_FOLDER = join('.cache', 'bench', '135m');

/** Writes what weights are missing: one elastic artefact for all of ours, a file for each type of the peer. */
export async function writePeerWeights(root: string): Promise<void> {
  await writeRandomArtefact(join(root, ARTEFACT), SHAPE_135M, BENCH_PLANES);
  for (const type of ['Q8_0', 'Q4_0'] as const)
    await writeRandomGguf(join(root, GGUF_FOLDER, `${type}.gguf`), SHAPE_135M, type);
}

export interface ContenderStart {
  /** For people, as typed in the repository. */
  readonly command: string;
  start(): Promise<RunningServer>;
}

export function contenderStart(root: string, contender: PeerContender, load: PeerLoad): ContenderStart {
  const { threads, slots, contextLength, peerBatch } = load;
  if (contender.startsWith('peer')) {
    const args = [
      ...['--model', join(GGUF_FOLDER, `${contender.split(' ')[1]}.gguf`), '--threads', String(threads)],
      ...['--sequences', String(slots), '--context', String(contextLength), '--batch', String(peerBatch)],
    ];
    return {
      command: `node tools/peer-llama/serve.mjs ${args.join(' ')}`,
      start: () => startPeerServer(root, args),
    };
  }
  const args = [
    ...['--model', ARTEFACT, '--threads', String(threads), '--slots', String(slots)],
    ...[
      '--context-length',
      String(contextLength),
      '--prefix-cache',
      'off',
      ...policyArguments(contender, load),
    ],
  ];
  return { command: `npm start -- ${args.map(quoted).join(' ')}`, start: () => startLiveServer(args) };
}

/** The targets are told to every policy; only `slo` acts on them. */
function policyArguments(contender: PeerContender, { ttftMs, tpotMs }: PeerLoad): string[] {
  const limit = contender === 'ours fixed-4' ? { maxBits: 4 } : {};
  const policy = contender === 'ours slo' ? 'slo' : 'fixed';
  return ['--policy', policy, '--tiers', JSON.stringify({ default: { ttftMs, tpotMs, ...limit } })];
}

function quoted(arg: string): string {
  return /^[\w./=-]+$/.test(arg) ? arg : `'${arg}'`;
}
