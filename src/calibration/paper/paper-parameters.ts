import { Tensor } from 'onnxruntime-node';
import { ParameterSet } from '../parameter-set.ts';
import type { Stage } from '../stage.ts';
import type { StageWeights } from '../stage-weights.ts';
import type { Feeds } from '../timed-session.ts';
import { xavierUniform } from '../xavier-uniform.ts';
import { groupNames, paperNames } from './paper-names.ts';
import { STARTING_CLIP } from './paper-quantizer.ts';
import { type PaperScheme, scaleBlock, schemeWidths } from './paper-scheme.ts';

/** What a block's graphs are fed with beside its stream: weights, and what is learned. */
export class PaperParameters {
  readonly learned = new ParameterSet();
  readonly #stage: Stage;
  readonly #fixed: Record<string, Tensor>;

  /**
   * A Xavier-uniform and B zero, so that the cascade starts as nothing; α and β at 4.
   *
   * @param shared feeds every block has: rotary tables and causal mask
   */
  constructor(stage: Stage, weights: StageWeights, scheme: PaperScheme, shared: Feeds, seed: number) {
    this.#stage = stage;
    this.#fixed = { ...shared };
    for (const [name, vector] of weights.vectors)
      this.#fixed[name] = new Tensor('float32', vector, [vector.length]);
    const { rank } = scheme[0]!;
    stage.matrices.forEach(({ name, n, k }, m) => {
      this.#fixed[paperNames.weights(name)] = new Tensor('float32', weights.matrices[m]!, [n, k]);
      if (rank > 0) {
        const start = xavierUniform(k, rank, seed + 1000 * (m + 1));
        this.learned.add(paperNames.a(name), 'fused', [k, rank], start);
        this.learned.add(paperNames.b(name), 'fused', [n, rank], new Float32Array(n * rank));
      }
      for (const width of schemeWidths(scheme)) {
        const blocks = Math.ceil(k / scaleBlock(width, k));
        for (const parameter of [paperNames.alpha(name, width), paperNames.beta(name, width)]) {
          const start = new Float32Array(n * blocks).fill(STARTING_CLIP);
          this.learned.add(parameter, 'clipping', [n, blocks, 1], start);
        }
      }
    });
  }

  /** Of a graph's inputs, the parameters behind them when group g runs at `widths[g]`. */
  behind(widths: readonly number[]): Map<string, string> {
    const names = new Map<string, string>();
    for (const { name } of this.#stage.matrices) {
      for (const cascade of [paperNames.a(name), paperNames.b(name)]) names.set(cascade, cascade);
      widths.forEach((width, group) => {
        names.set(groupNames.alpha(name, group), paperNames.alpha(name, width));
        names.set(groupNames.beta(name, group), paperNames.beta(name, width));
      });
    }
    return names;
  }

  /** Tensors over the parameters' own memory, for groups that run at `widths`. */
  feeds(widths: readonly number[]): Feeds {
    const learned = this.learned.feeds();
    const feeds: Record<string, Tensor> = { ...this.#fixed };
    for (const [input, parameter] of this.behind(widths)) {
      const tensor = learned[parameter];
      if (tensor) feeds[input] = tensor;
    }
    widths.forEach((width, group) => {
      feeds[groupNames.top(group)] = new Tensor('float32', Float32Array.of(2 ** width - 1), []);
    });
    return feeds;
  }
}
