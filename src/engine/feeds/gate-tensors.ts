import { Tensor } from 'onnxruntime-node';
import type { PrecisionConfig } from '../../core/index.ts';
import type { MatrixData } from '../graph/graph-weights.ts';
import { precisionGates } from '../graph/precision-gates.ts';

/** The graph's `precision_gates` input, made once per config. */
export class GateTensors {
  readonly #matrices: readonly MatrixData[];
  readonly #made = new WeakMap<PrecisionConfig, Tensor>();

  constructor(matrices: readonly MatrixData[]) {
    this.#matrices = matrices;
  }

  /** Throws RangeError for a config of other matrices. */
  of(config: PrecisionConfig): Tensor {
    const known = this.#made.get(config);
    if (known) return known;
    const gates = precisionGates(this.#matrices, config);
    const tensor = new Tensor('bool', gates, [gates.length]);
    this.#made.set(config, tensor);
    return tensor;
  }
}
