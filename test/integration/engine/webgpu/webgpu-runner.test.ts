import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { ModelRunner, PrecisionConfig } from '../../../../src/core/index.ts';
import {
  type AdapterFacts,
  artefactEmbedding,
  artefactWeights,
  openRunner,
  openWebGpuRunner,
} from '../../../../src/engine/index.ts';
import { WebGpuRunner } from '../../../../src/engine/webgpu/webgpu-runner.ts';
import { type Artefact, openArtefact } from '../../../../src/quant/index.ts';
import { DEFAULT_MODEL } from '../../../support/default-model.ts';
import { hasSoftwareGpu, NEEDS_SOFTWARE_GPU, useSoftwareGpu } from '../../../support/software-gpu.ts';
import { type TinyArtefact, writeTinyArtefact } from '../../../support/tiny-artefact.ts';
import { type Twin, TwinRunners } from '../../../support/twin-runners.ts';

// A processor that plays a device is slow, and slower beside others.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const CONTEXT = 96;
const SLOTS = 6;
/** Both compute in float32; what differs is the order of sums. */
const TOLERANCE = 2e-5;
/** Fewer rows than this are many times slower in software. */
const QUICK_ROWS = 4;
/** Longer chunks come out wrong on SwiftShader in one pass. */
const SHORT_PASS = 16;

const present = hasSoftwareGpu();
useSoftwareGpu();

/** A model on both devices. */
interface Pair {
  readonly artefact: Artefact;
  readonly cpu: ModelRunner;
  readonly gpu: WebGpuRunner;
  readonly twins: TwinRunners;
  close(): Promise<void>;
}

async function openPair(
  directory: string,
  kind: AdapterFacts['kind'] = 'software',
  proves = true,
): Promise<Pair> {
  const artefact = await openArtefact(directory, { verify: false });
  const weights = artefactWeights(artefact);
  const embedding = await artefactEmbedding(artefact);
  const shape = { slots: SLOTS, contextLength: CONTEXT, accuracyLevel: 0 } as const;
  const cpu = await openRunner(weights, embedding, shape);
  const adapter = { name: 'SwiftShader', kind, shaderF16: false, memory: null } as const;
  const gpu = proves
    ? (await openWebGpuRunner(weights, embedding, { ...shape, adapter })).runner
    : await WebGpuRunner.create(weights, embedding, { ...shape, floatType: 'f32', leastRows: QUICK_ROWS });
  // What the proof would have found.
  if (!proves) gpu.limitPasses(SHORT_PASS);
  const close = async () => {
    await gpu.close();
    await cpu.close();
    await artefact.close();
  };
  return { artefact, cpu, gpu, twins: new TwinRunners(cpu, gpu, TOLERANCE), close };
}

/** Tokens that differ from seed to seed. */
function text(length: number, seed: number): number[] {
  return Array.from({ length }, (_, i) => 3 + ((i * 37 + seed * 101) % 250));
}

/** Chunks of a prompt, ragged batches of changing rows, a step left uncommitted: all at one config. */
async function exercise(twins: TwinRunners, precision: PrecisionConfig): Promise<void> {
  const all = [0, 1, 2, 3].map(() => twins.acquire());
  for (const [i, twin] of all.entries()) {
    await twins.run(precision, [[twin, text(4 + 5 * i, i)]], { logits: 'all' });
    if (i % 2 === 1) await twins.run(precision, [[twin, text(6, i + 7)]]);
  }
  for (const pick of [[0, 1, 2, 3], [3, 0], [2], [1, 2, 3]]) {
    const rows = pick.map((i) => [all[i]!, text(1, i)] as const);
    await twins.run(precision, rows, { commits: false });
    await twins.run(precision, rows);
  }
  for (const twin of all) twins.release(twin);
}

if (!present) test('WebGPU is not tested', (context) => context.skip(NEEDS_SOFTWARE_GPU));

// The first pair stays open to the end: kernels are compiled once for all that are open meanwhile.
describe.runIf(present)('on a software device', () => {
  let tiny: TinyArtefact;
  let pair: Pair;
  beforeAll(async () => {
    tiny = await writeTinyArtefact({ contextLength: CONTEXT });
    pair = await openPair(tiny.directory);
  });
  afterAll(async () => {
    await pair?.close();
    await tiny?.remove();
  });

  const ladder = () => pair.artefact.manifest.ladder;
  const top = () => ladder().at(-1)!;

  test('[P1] computes what the processor does at every rung, in chunks and ragged batches', async () => {
    for (const precision of ladder()) await exercise(pair.twins, precision);
  });

  test('[P1] goes on at another rung with every token', async () => {
    const { twins } = pair;
    const [long, short] = [twins.acquire(), twins.acquire()];
    await twins.run(top(), [[long, text(20, 1)]]);
    await twins.run(ladder()[0]!, [[short, text(3, 2)]]);
    for (let step = 0; step < 2 * ladder().length; step++) {
      await twins.run(ladder()[step % ladder().length]!, [
        [short, text(1, step)],
        [long, text(1, step + 1)],
      ]);
    }
    twins.release(long);
    twins.release(short);
  });

  test('[P1] a sequence fills its context, others beside it', async () => {
    const { twins } = pair;
    const [long, short] = [twins.acquire(), twins.acquire()];
    await twins.run(top(), [[long, text(CONTEXT - 2, 1)]]);
    await twins.run(top(), [[short, text(2, 2)]]);
    for (let i = 0; i < 2; i++) {
      await twins.run(top(), [
        [long, text(1, i)],
        [short, text(1, i)],
      ]);
    }
    // It is full, and stands idle below the other.
    await twins.run(top(), [[short, text(1, 5)]]);
    const slot = long.slots[1];
    const beyond = { precision: top(), rows: [{ slot, tokens: Int32Array.of(5), logits: 'last' as const }] };
    await expect(pair.gpu.execute(beyond)).rejects.toThrow(/would exceed the context of 96/);
    twins.release(long);
    twins.release(short);
  });

  test('[P1] beginnings are copied from row to row, and cut', async () => {
    const { twins } = pair;
    const [from, to, other] = [twins.acquire(), twins.acquire(), twins.acquire()];
    await twins.run(top(), [[from, text(30, 1)]]);
    await twins.run(top(), [[other, text(9, 3)]]);
    twins.copyPrefix(from, to, 17);
    twins.truncate(from, 11);
    const rows: (readonly [Twin, number[]])[] = [from, to, other].map((twin, i) => [twin, text(1, i)]);
    await twins.run(top(), rows);
    await twins.run(top(), [[to, text(5, 9)]]);
    await twins.run(top(), rows);
    for (const twin of [from, to, other]) twins.release(twin);
  });

  test('[P2] a step passes hidden states and indices up and logits down, the same at every precision', async () => {
    const { gpu, artefact } = pair;
    const { hiddenSize, vocabSize } = artefact.manifest.architecture;
    const slots = [gpu.acquireSlot()!, gpu.acquireSlot()!, gpu.acquireSlot()!, gpu.acquireSlot()!];
    const step = async (precision: PrecisionConfig) => {
      const before = gpu.transfers();
      const rows = slots.map((slot) => ({ slot, tokens: Int32Array.of(5), logits: 'last' as const }));
      await gpu.execute({ precision, rows });
      for (const slot of slots) gpu.commit(slot, 1);
      const after = gpu.transfers();
      return {
        up: after.uploadedBytes - before.uploadedBytes,
        down: after.downloadedBytes - before.downloadedBytes,
      };
    };
    const steps = [];
    for (let i = 0; i < 12; i++) steps.push(await step(ladder()[i % ladder().length]!));
    const [gates, indices] = [artefact.matrices.length, 8 * 3 + 8 * slots.length + 4 * slots.length + 4];
    const expected = {
      up: 4 * hiddenSize * slots.length + gates + indices,
      down: 4 * vocabSize * slots.length,
    };
    expect(steps).toEqual(steps.map(() => expected));
    for (const slot of slots) gpu.releaseSlot(slot);
  });

  test('bad batches change nothing, and the device is not given up for them', async () => {
    const { gpu, twins } = pair;
    const twin = twins.acquire();
    await twins.run(top(), [[twin, text(5, 1)]]);
    const execute = (slot: number, token: number) =>
      gpu.execute({ precision: top(), rows: [{ slot, tokens: Int32Array.of(token), logits: 'last' }] });
    await expect(execute(twin.slots[1], 5000)).rejects.toThrow(/token 5000 is not in the vocabulary/);
    await expect(execute(SLOTS - 1, 5)).rejects.toThrow(/is not acquired/);
    await twins.run(top(), [[twin, text(4, 2)]]);
    twins.release(twin);
  });

  test.each(['qwen2', 'qwen3'] as const)(
    '[P1] a tiny %s computes what it does on the processor',
    async (family) => {
      const tiny = await writeTinyArtefact({ contextLength: CONTEXT, family });
      const pair = await openPair(tiny.directory, 'software', false);
      await exercise(pair.twins, pair.artefact.manifest.ladder.at(-1)!);
      await pair.close();
      await tiny.remove();
    },
  );

  test('[P1] single rows run by kernels of their own, as on hardware', async () => {
    const tiny = await writeTinyArtefact({ contextLength: CONTEXT });
    const pair = await openPair(tiny.directory, 'hardware');
    const { twins } = pair;
    for (const precision of pair.artefact.manifest.ladder.filter((_, i) => i % 2 === 0)) {
      const [a, b] = [twins.acquire(), twins.acquire()];
      await twins.run(precision, [[a, text(5, 1)]]);
      await twins.run(precision, [[b, text(1, 2)]]);
      await twins.run(precision, [[a, text(1, 3)]]);
      await twins.run(precision, [
        [b, text(1, 4)],
        [a, text(1, 5)],
      ]);
      twins.release(a);
      twins.release(b);
    }
    await pair.close();
    await tiny.remove();
  });

  test('[P1] the model that comes with the package computes what it does on the processor, its cascade too', async () => {
    const large = await openPair(DEFAULT_MODEL, 'software', false);
    const { twins } = large;
    const { ladder } = large.artefact.manifest;
    const cascaded = ladder.find(({ ranks }) => ranks.some((rank) => rank > 0));
    expect(cascaded).toBeDefined();
    const rungs = [ladder[0]!, cascaded!, ladder.at(-1)!];
    const all = [0, 1, 2, 3].map(() => twins.acquire());
    await twins.run(rungs[0]!, [[all[0]!, text(6, 0)]]);
    // Each rung goes on where the one before it left.
    for (const precision of rungs) {
      await twins.run(
        precision,
        all.map((twin, i) => [twin, text(1, i)]),
      );
    }
    await large.close();
  });

  test('a pass that the device cannot run is told, and none runs after it', async () => {
    const tiny = await writeTinyArtefact({ contextLength: CONTEXT });
    const artefact = await openArtefact(tiny.directory, { verify: false });
    const told: unknown[] = [];
    const runner = await WebGpuRunner.create(artefactWeights(artefact), await artefactEmbedding(artefact), {
      ...{ slots: 1, contextLength: CONTEXT, floatType: 'f32', accuracyLevel: 0, leastRows: QUICK_ROWS },
      onDeviceLost: (fault) => void told.push(fault),
    });
    const slot = runner.acquireSlot()!;
    const rows = [{ slot, tokens: Int32Array.of(5, 6), logits: 'last' as const }];
    const batch = { precision: artefact.manifest.ladder[0]!, rows };
    await runner.execute(batch);
    expect(told).toEqual([]);
    await runner.close();
    await expect(runner.execute(batch)).rejects.toThrow();
    expect(told).toHaveLength(1);
    await expect(runner.execute(batch)).rejects.toThrow('the device is lost');
    expect(told).toHaveLength(1);
    await artefact.close();
    await tiny.remove();
  });
});
