import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  type EngineRequest,
  type GenerationEvent,
  type ModelRunner,
  WITHOUT_TARGETS,
} from '../../../../src/core/index.ts';
import {
  artefactEmbedding,
  artefactWeights,
  loadTokenizer,
  openRunner,
  openWebGpuRunner,
  type Tokenizer,
} from '../../../../src/engine/index.ts';
import { type Artefact, openArtefact } from '../../../../src/quant/index.ts';
import { createCeilingPolicy, createScheduler, firstComePolicy } from '../../../../src/scheduler/index.ts';
import { greedyRun } from '../../../support/greedy-run.ts';
import { hasSoftwareGpu, NEEDS_SOFTWARE_GPU, useSoftwareGpu } from '../../../support/software-gpu.ts';
import { type TinyArtefact, writeTinyArtefact } from '../../../support/tiny-artefact.ts';

// A processor that plays a device is slow, and slower beside others.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const SLOTS = 4;
/** A row of the cache is 1 MiB of keys and values: one that is lost with each request shows. */
const CONTEXT = 4096;
const SIZES = {
  layers: 1,
  hiddenSize: 32,
  intermediateSize: 64,
  heads: 2,
  kvHeads: 2,
  vocabSize: 300,
} as const;
const GREEDY = { temperature: 0, topK: 0, topP: 1, minP: 0, seed: 0 } as const;
const NO_PENALTIES = { repetitionPenalty: 1, frequencyPenalty: 0, presencePenalty: 0 } as const;

const present = hasSoftwareGpu();
useSoftwareGpu();

if (!present) test('WebGPU is not tested under load', (context) => context.skip(NEEDS_SOFTWARE_GPU));

describe.runIf(present)('requests on a software device', () => {
  let tiny: TinyArtefact;
  let artefact: Artefact;
  let tokenizer: Tokenizer;
  let cpu: ModelRunner;
  let gpu: ModelRunner;
  let serve: ReturnType<typeof createService>;
  beforeAll(async () => {
    tiny = await writeTinyArtefact({ contextLength: CONTEXT, sizes: SIZES });
    artefact = await openArtefact(tiny.directory, { verify: false });
    tokenizer = await loadTokenizer(tiny.directory);
    const weights = artefactWeights(artefact);
    const embedding = await artefactEmbedding(artefact);
    cpu = await openRunner(weights, embedding, { slots: 1, accuracyLevel: 0 });
    const adapter = { name: 'SwiftShader', kind: 'software', shaderF16: false, memory: null } as const;
    ({ runner: gpu } = await openWebGpuRunner(weights, embedding, { slots: SLOTS, adapter }));
    serve = createService();
  });
  afterAll(async () => {
    await gpu?.close();
    await cpu?.close();
    await artefact?.close();
    await tiny?.remove();
  });

  function request(id: number, promptTokens: readonly number[], maxTokens: number): EngineRequest {
    const rung = id % artefact.manifest.ladder.length;
    return {
      ...WITHOUT_TARGETS,
      id: String(id),
      promptTokens: Int32Array.from(promptTokens),
      maxTokens,
      sampling: { ...GREEDY, ...NO_PENALTIES },
      stop: [],
      floor: rung,
      ceiling: rung,
    };
  }

  /** One for all requests, since a scheduler keeps slots for the prefixes in them. */
  function createService(): (requests: readonly EngineRequest[]) => Promise<Map<string, number[]>> {
    const tokens = new Map<string, number[]>();
    let ended: GenerationEvent[] = [];
    const scheduler = createScheduler({
      runner: gpu,
      ladder: artefact.manifest.ladder,
      textDecoder: tokenizer,
      clock: { now: () => 0 },
      limits: { maxWaiting: 500, prefillChunk: 7, maxBatch: SLOTS },
      precisionPolicy: createCeilingPolicy({ promote: false }),
      batchPolicy: firstComePolicy,
      prefixCache: { sharing: 'shared', leastTokens: 4 },
      emit: (event) => {
        if (event.type === 'token') tokens.get(event.requestId)!.push(event.tokenId);
        else ended.push(event);
      },
    });
    return async (requests) => {
      ended = [];
      for (const { id } of requests) tokens.set(id, []);
      for (const each of requests) scheduler.submit(each);
      while (ended.length < requests.length) await scheduler.step();
      expect(ended.every(({ type }) => type === 'finished')).toBe(true);
      return tokens;
    };
  }

  test('[P1] join and leave, and reuse one another’s prefixes, each with the answer that it has alone on the processor', async () => {
    const shared = Array.from({ length: 12 }, (_, i) => 3 + i * 17);
    const requests = Array.from({ length: 14 }, (_, i) =>
      request(
        i,
        [...shared.slice(0, 4 + (i % 3) * 4), ...Array.from({ length: i }, (_, k) => 5 + i + k)],
        2 + (i % 5),
      ),
    );
    const answers = await serve(requests);
    for (const { id, promptTokens, maxTokens, floor } of requests) {
      const { steps } = await greedyRun(cpu, artefact.manifest.ladder[floor]!, promptTokens, maxTokens);
      const got = answers.get(id)!;
      const differs = got.findIndex((token, i) => token !== steps[i]!.tokenId);
      // Sums in another order: a near tie may fall either way.
      if (differs >= 0) expect(steps[differs]!.gap).toBeLessThan(1e-3);
      else expect(got).toHaveLength(maxTokens);
    }
  });

  test('[P4] five hundred requests leave memory as it was', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    // A software device's memory is this process's.
    const memory = (): number => {
      collect();
      return process.memoryUsage.rss();
    };
    let id = 1000;
    const serveMany = (count: number) =>
      serve(
        Array.from({ length: count }, () => {
          id++;
          // As many tokens as a software device runs quickly.
          const prompt = Array.from({ length: 4 + (id % 4) }, (_, k) => 3 + ((id + k * 7) % 250));
          return request(id, prompt, 1 + Number(id % 8 === 0));
        }),
      );
    await serveMany(100);
    const before = memory();
    await serveMany(400);
    // Four hundred rows, had each request taken one: 400 MiB.
    expect(memory() - before).toBeLessThan(40 * 2 ** 20);
  });
});
