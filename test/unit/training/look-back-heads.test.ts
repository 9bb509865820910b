import { describe, expect, test } from 'vitest';
import { EMBEDDING, initialParameters } from '../../../src/training/initial-parameters.ts';
import { giveLookBackHeads } from '../../../src/training/look-back-heads.ts';
import { seededUniform } from '../../support/seeded-random.ts';
import { tinyLlama } from '../../support/tiny-llama.ts';

const A = tinyLlama({ hiddenSize: 256, headDim: 64, vocabSize: 200, contextLength: 128 });

const parameters = initialParameters(A, 5);
giveLookBackHeads(parameters, A);
const data = (name: string) => parameters.find((parameter) => parameter.name === name)!.data;

type Vector = readonly number[];
const dot = (a: Vector, b: Vector) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
const normed = (x: Vector) => x.map((value) => value / Math.sqrt(dot(x, x) / x.length));
const times = (name: string, first: number, rows: number, x: Vector): Vector =>
  Array.from({ length: rows }, (_, r) => {
    const at = (first + r) * x.length;
    return dot(Array.from(data(name).subarray(at, at + x.length)), x);
  });

/** Half rotation, as in Llama. */
function rotated(x: Vector, position: number): Vector {
  const half = x.length / 2;
  return x.map((value, d) => {
    const angle = position * A.rope.theta ** (-(d % half) / half);
    const other = d < half ? -x[d + half]! : x[d - half]!;
    return value * Math.cos(angle) + other * Math.sin(angle);
  });
}

/** Attention weights [t][s] and outputs of one head for a stream of normalized states. */
function attend(layer: number, head: number, states: readonly Vector[]) {
  const part = (index: number, x: Vector) =>
    times(`layers.${layer}.qkv`, (index * A.heads + head) * A.headDim, A.headDim, x);
  const keys = states.map((x, s) => rotated(part(1, x), s));
  const values = states.map((x) => part(2, x));
  return states.map((x, t) => {
    const q = rotated(part(0, x), t);
    const scores = keys.slice(0, t + 1).map((k) => Math.exp(dot(q, k) / Math.sqrt(A.headDim)));
    const sum = scores.reduce((total, score) => total + score, 0);
    const weights = scores.map((score) => score / sum);
    const value = values[0]!.map((_, d) => weights.reduce((total, w, s) => total + w * values[s]![d]!, 0));
    return { weights, value };
  });
}

/** What a layer's heads write for a stream, as the residual stream adds it. */
function written(layer: number, states: readonly Vector[]): Vector[] {
  const heads = Array.from({ length: A.heads }, (_, head) => attend(layer, head, states));
  return states.map((_, t) =>
    times(
      `layers.${layer}.o`,
      0,
      A.hiddenSize,
      heads.flatMap((h) => h[t]!.value),
    ),
  );
}

const uniform = seededUniform(3);
const half = Array.from({ length: 30 }, () => Math.floor(uniform() * A.vocabSize));
const tokens = [...half, ...half];
const embedded = tokens.map((id) =>
  Array.from(data(EMBEDDING).subarray(id * A.hiddenSize, (id + 1) * A.hiddenSize)),
);

describe('heads that look back', () => {
  test('of the first layer attend to the token before', () => {
    for (const head of [0]) {
      for (const [t, { weights }] of attend(0, head, embedded.map(normed)).entries()) {
        if (t > 0) expect(weights[t - 1]).toBeGreaterThan(0.6);
      }
    }
  });

  test('of the second find what followed the present token before, from the first layer on', () => {
    const first = written(0, embedded.map(normed));
    const stream = embedded.map((x, t) => normed(x.map((value, j) => value + first[t]![j]!)));
    for (const head of [0, 1]) {
      const found = attend(1, head, stream)
        .map(({ weights }, t) => ({ weights, t }))
        .filter(({ t }) => t >= half.length);
      const most = found.filter(
        ({ weights, t }) => weights.indexOf(Math.max(...weights)) === t - half.length + 1,
      );
      // By chance it would be 1 in 45.
      expect(most.length / found.length).toBeGreaterThan(0.4);
    }
  });

  test('want an architecture that has room for them', () => {
    const grouped = { ...A, kvHeads: 2 };
    expect(() => giveLookBackHeads(initialParameters(grouped, 1), grouped)).toThrow('as many kv heads');
    const shallow = { ...A, layers: 1 };
    expect(() => giveLookBackHeads(initialParameters(shallow, 1), shallow)).toThrow('two layers');
  });
});
