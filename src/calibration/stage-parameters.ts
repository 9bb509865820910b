import { Tensor } from 'onnxruntime-node';
import { type ElasticScheme, inputNames } from './elastic-matrix.ts';
import { type ParameterKind, ParameterSet } from './parameter-set.ts';
import type { Stage } from './stage.ts';
import type { StageWeights } from './stage-weights.ts';
import { type PlaneRange, startingRanges } from './starting-planes.ts';
import type { Feeds } from './timed-session.ts';
import { xavierUniform } from './xavier-uniform.ts';

/** What a stage's graphs are fed with beside its stream: weights, ranges, and what is learned. */
export class StageParameters {
  readonly learned = new ParameterSet();
  readonly #stage: Stage;
  readonly #scheme: ElasticScheme;
  readonly #fixed: Record<string, Tensor>;

  /** @param shared feeds every stage has: rotary tables and causal mask */
  constructor(
    stage: Stage,
    weights: StageWeights,
    scheme: ElasticScheme,
    zeroPoints: readonly (readonly boolean[])[],
    shared: Feeds,
    seed: number,
    liveA: readonly Float32Array[] | null,
  ) {
    this.#stage = stage;
    this.#scheme = scheme;
    this.#fixed = { ...(stage.kind === 'block' ? shared : {}) };
    for (const [name, vector] of weights.vectors) this.#fixed[name] = f32(vector, [vector.length]);
    stage.matrices.forEach((matrix, m) => {
      this.#fixed[inputNames.weights(matrix.name)] = f32(weights.matrices[m]!, [matrix.n, matrix.k]);
      startingRanges(weights.matrices[m]!, matrix, scheme, zeroPoints[m]!).forEach((range, plane) => {
        this.#setRange(m, plane, range);
        if (scheme.clipping) this.#addClipping(m, plane, range);
      });
      this.#addCascades(m, seed + 1000 * (m + 1), liveA);
    });
  }

  /** Tensors over the learned values' own memory, and the fixed ones. */
  feeds(): Feeds {
    return { ...this.#fixed, ...this.learned.feeds() };
  }

  /** Puts the range of a plane where rounding alone would, clipping unlearned. */
  resetRange(m: number, plane: number, range: PlaneRange): void {
    this.#setRange(m, plane, range);
    if (!this.#scheme.clipping) return;
    const { name } = this.#stage.matrices[m]!;
    this.learned.get(inputNames.clipHigh(name, plane)).data.fill(0);
    if (range.low) this.learned.get(inputNames.clipLow(name, plane)).data.fill(0);
  }

  #setRange(m: number, plane: number, { low, high }: PlaneRange): void {
    const { name } = this.#stage.matrices[m]!;
    this.#fixed[inputNames.high(name, plane)] = f32(high, this.#groups(m));
    if (low) this.#fixed[inputNames.low(name, plane)] = f32(low, this.#groups(m));
  }

  #addClipping(m: number, plane: number, { low, high }: PlaneRange): void {
    const { name } = this.#stage.matrices[m]!;
    const add = (parameter: string, length: number) =>
      this.learned.add(parameter, 'clipping', this.#groups(m), new Float32Array(length));
    add(inputNames.clipHigh(name, plane), high.length);
    if (low) add(inputNames.clipLow(name, plane), low.length);
  }

  /** Down-projection of a segment of the live cascade, f32 [k, rank]. */
  liveA(m: number, segment: number): Float32Array {
    const name = inputNames.liveA(this.#stage.matrices[m]!.name, segment);
    return this.feeds()[name]!.data as Float32Array;
  }

  /** A Xavier-uniform, B zero: the cascade starts as nothing. */
  #addCascades(m: number, seed: number, givenA: readonly Float32Array[] | null): void {
    const { name, n, k } = this.#stage.matrices[m]!;
    const { fusedRanks, liveRanks } = this.#scheme;
    const add = (kind: ParameterKind, a: string, b: string, rank: number, stream: number) => {
      const given = kind === 'live' ? givenA?.[stream - 1] : undefined;
      if (given) this.#fixed[a] = f32(given, [k, rank]);
      else this.learned.add(a, kind, [k, rank], xavierUniform(k, rank, seed + stream));
      this.learned.add(b, kind, [n, rank], new Float32Array(n * rank));
    };
    if (fusedRanks[0]! > 0) add('fused', inputNames.fusedA(name), inputNames.fusedB(name), fusedRanks[0]!, 0);
    liveRanks.forEach((rank, j) => {
      add(
        'live',
        inputNames.liveA(name, j),
        inputNames.liveB(name, j),
        rank - (liveRanks[j - 1] ?? 0),
        j + 1,
      );
    });
  }

  #groups(m: number): number[] {
    const { n, k } = this.#stage.matrices[m]!;
    return [n, Math.ceil(k / this.#scheme.block), 1];
  }
}

function f32(data: Float32Array, shape: readonly number[]): Tensor {
  return new Tensor('float32', data, shape);
}
