import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openCheckpoint, writeCheckpoint } from '../../../src/engine/index.ts';
import { requireHeldOut } from '../../../src/training/held-out-loss.ts';
import { EMBEDDING, initialParameters } from '../../../src/training/initial-parameters.ts';
import { TokenShards } from '../../../src/training/token-shards.ts';
import {
  beginningWith,
  type StepRecord,
  type TrainOptions,
  trainModel,
} from '../../../src/training/train-model.ts';
import { TrainingSession } from '../../../src/training/training-session.ts';
import { loadTraining, saveTraining, type TrainingState } from '../../../src/training/training-store.ts';
import { referenceLogits } from '../../support/reference-model.ts';
import { tinyLlama } from '../../support/tiny-llama.ts';

const ARCHITECTURE = tinyLlama({ intermediateSize: 48, kvHeads: 2, vocabSize: 20 });
const PHASES = [
  { sequences: 4, length: 8, steps: 30 },
  { sequences: 2, length: 16, steps: 10 },
];

let folder: string;
let stream: TokenShards;

/** Counting in steps of 3 around 20 words: what comes next depends on the token alone. Every fifth is not learned. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quept-training-'));
  for (const [name, from, length] of [
    ['train-0', 0, 500],
    ['train-1', 500, 300],
  ] as const) {
    const tokens = Uint16Array.from({ length }, (_, i) => ((from + i) * 3) % 20);
    await writeFile(join(folder, `${name}.tokens`), new Uint8Array(tokens.buffer));
    await writeFile(
      join(folder, `${name}.mask`),
      Uint8Array.from({ length }, (_, i) => ((from + i) % 5 ? 1 : 0)),
    );
  }
  stream = await TokenShards.open(folder, 'train-');
});
afterAll(async () => {
  await stream.close();
  await rm(folder, { recursive: true });
});

function options(overrides: Partial<TrainOptions> = {}): TrainOptions {
  return {
    architecture: ARCHITECTURE,
    phases: PHASES,
    optimizer: { learningRate: 0.02, weightDecay: 0.01, gradientNorm: 1, warmUpSteps: 5, totalSteps: 40 },
    seed: 3,
    lookBack: false,
    threads: 2,
    stateEvery: 7,
    onStep: () => {},
    onState: async () => {},
    signal: new AbortController().signal,
    ...overrides,
  };
}

describe('a token stream in shards', () => {
  test('reads across shards, and around its end', async () => {
    expect(stream.length).toBe(800);
    const { tokens, mask } = await stream.read(498, 4);
    expect([...tokens]).toEqual([498, 499, 500, 501].map((i) => (3 * i) % 20));
    expect([...mask]).toEqual([1, 1, 0, 1]);
    expect([...(await stream.read(799, 2)).tokens]).toEqual([(3 * 799) % 20, 0]);
  });

  test('without a mask, or absent, says what is missing', async () => {
    await writeFile(join(folder, 'odd-0.tokens'), new Uint8Array(8));
    await expect(TokenShards.open(folder, 'odd-')).rejects.toThrow('has no mask');
    await expect(TokenShards.open(folder, 'absent-')).rejects.toThrow('holds no absent-*.tokens');
  });

  test('too short to be judged on is refused, with what is needed', () => {
    expect(() => requireHeldOut(stream)).toThrow(/held-out-\*\.tokens hold 800 tokens, where more than 4097/);
  });
});

test('the loss is that of a float64 reference, and its gradients are central differences', async () => {
  const parameters = initialParameters(ARCHITECTURE, 5);
  // Norms stay one; of matrices as narrow as those of a new model no slope would stand out.
  for (const { kind, data } of parameters) if (kind === 'matrix') data.set(data.map((value) => 8 * value));
  const checkpoint = join(folder, 'checkpoint');
  const byName = new Map(parameters.map(({ name, data }) => [name, data]));
  await writeCheckpoint(checkpoint, ARCHITECTURE, (name) => byName.get(name) as Float32Array);
  const batch = { sequences: 1, length: 6 };
  const session = await TrainingSession.open(ARCHITECTURE, batch, parameters, {
    threads: 1,
    withGradients: true,
  });
  const stretch = await stream.read(3, 7);
  const { loss, counted, gradients } = await session.run(stretch);

  const source = await openCheckpoint(checkpoint);
  const logits = await referenceLogits(source, [...stretch.tokens.subarray(0, 6)]);
  await source.close();
  const losses = [...stretch.mask.subarray(1)].flatMap((mask, row) => {
    const own = logits[row] as ArrayLike<number>;
    const values = Array.from(own);
    const total = Math.log(values.reduce((sum, value) => sum + Math.exp(value), 0));
    return mask ? [total - (values[stretch.tokens[row + 1] as number] as number)] : [];
  });
  expect(counted).toBe(losses.length);
  expect(loss).toBeCloseTo(losses.reduce((sum, each) => sum + each, 0) / losses.length, 5);

  for (const { name, data } of parameters) {
    const gradient = gradients.get(name) as Float32Array;
    // The embedding has two parts of gradient: the rows looked up, and the head.
    const index = name === EMBEDDING ? (stretch.tokens[1] as number) * ARCHITECTURE.hiddenSize + 3 : 5;
    const kept = data[index] as number;
    const step = 1e-2;
    const lossAt = async (value: number) => {
      data[index] = value;
      return (await session.run(stretch)).loss;
    };
    const slope = ((await lossAt(kept + step)) - (await lossAt(kept - step))) / (2 * step);
    data[index] = kept;
    expect(Math.abs((gradient[index] as number) - slope), name).toBeLessThan(2e-3 + 0.02 * Math.abs(slope));
  }
  await session.close();
});

describe('training', () => {
  test('learns what the stream does, the same way every time', async () => {
    const losses: StepRecord[] = [];
    const first = await trainModel(stream, null, options({ onStep: (record) => losses.push(record) }));
    expect(losses).toHaveLength(40);
    expect(Math.abs((losses[0]?.loss ?? 0) - Math.log(20))).toBeLessThan(0.2);
    expect(losses.at(-1)?.loss).toBeLessThan(0.3);
    expect(losses.at(-1)?.tokens).toBe(40 * 32);
    const second = await trainModel(stream, null, options());
    expect(second.parameters).toEqual(first.parameters);
  });

  test('from a model goes on with what that has learned', async () => {
    const { parameters } = await trainModel(stream, null, options());
    const from = parameters.map((each) => ({ ...each, data: each.data.slice() }));
    const losses: number[] = [];
    const overrides = { lookBack: true, onStep: ({ loss }: StepRecord) => losses.push(loss) };
    const further = await trainModel(stream, beginningWith(from), options(overrides));
    expect(losses[0]).toBeLessThan(0.3);
    expect(further.parameters).not.toEqual(parameters);
  });

  test('interrupted and taken up again from its file it ends as if it had not been', async () => {
    const description = { phases: PHASES };
    const whole = await trainModel(stream, null, options());
    for (const stop of [3, 31]) {
      const interrupt = new AbortController();
      const onStep = ({ step }: StepRecord) => {
        if (step === stop) interrupt.abort();
      };
      const onState = (state: TrainingState) => saveTraining(folder, description, state);
      await trainModel(stream, null, options({ onStep, onState, signal: interrupt.signal }));
      const state = await loadTraining(folder, description);
      expect(state?.step).toBe(stop + 1);
      expect((await trainModel(stream, state, options())).parameters).toEqual(whole.parameters);
    }
    await expect(loadTraining(folder, { phases: [] })).rejects.toThrow('other options');
  });
});
