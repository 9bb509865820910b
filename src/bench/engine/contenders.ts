import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { QueptError } from '../../core/index.ts';
import { BENCH_PLANES } from './bench-precision.ts';
import type { ContenderId, ContenderLoad } from './bench-results.ts';
import type { BenchBits } from './contender-messages.ts';
import { ContenderProcess } from './contender-process.ts';
import { writeRandomGguf } from './random-gguf.ts';
import { writeRandomModel } from './random-model.ts';
import { SHAPE_135M } from './shape-135m.ts';

/** A loaded engine and the precisions it can step at. */
export interface Contender {
  readonly id: ContenderId;
  readonly bits: readonly BenchBits[];
  readonly process: ContenderProcess;
  readonly load: ContenderLoad;
}

interface OpenOptions {
  /** The repository. */
  readonly root: string;
  readonly threads: number;
  readonly withPeer: boolean;
}

const PEER_TYPES = { 4: 'Q4_0', 8: 'Q8_0' } as const;

/** Where the weights of all contenders are kept between runs, below the repository. */
const WEIGHTS_FOLDER = join('.cache', 'bench', '135m');

/**
 * Writes what weights are missing and loads every contender in a process of its own, one after the other. Whoever
 * calls this stops them; after a rejection none is left running.
 */
export async function openContenders(options: OpenOptions): Promise<Contender[]> {
  const { root, threads, withPeer } = options;
  if (withPeer) installPeer(root);
  const folder = join(root, WEIGHTS_FOLDER);
  await mkdir(folder, { recursive: true });
  const opened: Contender[] = [];
  try {
    const artefactBytes = await writeRandomModel(folder, SHAPE_135M, BENCH_PLANES);
    const script = fileURLToPath(new URL('./quept-contender.js', import.meta.url));
    for (const attention of ['in-place', 'two-part'] as const) {
      const process = new ContenderProcess(attention, script);
      const report = process.load({ folder, attention, threads });
      opened.push(await contender(attention, null, process, report, artefactBytes));
    }
    for (const bits of withPeer ? ([4, 8] as const) : []) {
      const path = join(folder, `${PEER_TYPES[bits]}.gguf`);
      const bytes = await writeRandomGguf(path, SHAPE_135M, PEER_TYPES[bits]);
      const process = new ContenderProcess('node-llama-cpp', join(root, 'tools/peer-llama/measure.mjs'));
      const report = process.load({ path, threads });
      opened.push(await contender('peer', bits, process, report, bytes));
    }
    return opened;
  } catch (error) {
    await Promise.all(opened.map(({ process }) => process.stop()));
    throw error;
  }
}

async function contender(
  id: ContenderId,
  bits: BenchBits | null,
  process: ContenderProcess,
  report: ReturnType<ContenderProcess['load']>,
  artefactBytes: number,
): Promise<Contender> {
  try {
    const load = { contender: id, bits, artefactBytes, ...(await report) };
    return { id, bits: bits === null ? [4, 8] : [bits], process, load };
  } catch (error) {
    await process.stop();
    throw error;
  }
}

/** Throws QueptError `invalid_usage` where the peer is not to be had. */
function installPeer(root: string): void {
  const script = join(root, 'tools/peer-llama/install.mjs');
  const alone = 'Run with --no-peer to measure our engine alone.';
  if (!existsSync(script)) throw new QueptError('invalid_usage', `tools/peer-llama is missing. ${alone}`);
  const { status } = spawnSync(process.execPath, [script], { stdio: ['ignore', 2, 2] });
  if (status === 0) return;
  throw new QueptError(
    'invalid_usage',
    `node-llama-cpp could not be installed; npm's messages are above. It is set up for Linux on x64. ${alone}`,
  );
}
