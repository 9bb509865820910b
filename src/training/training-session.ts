import { InferenceSession, Tensor } from 'onnxruntime-node';
import { type BatchShape, causalFeeds } from '../calibration/index.ts';
import type { ModelArchitecture } from '../core/index.ts';
import { cpuSessionOptions } from '../engine/index.ts';
import { EMBEDDING, type TrainedParameter } from './initial-parameters.ts';
import type { TokenStretch } from './token-shards.ts';
import { type TrainingGraph, trainingGraph, trainingInputs } from './training-graph.ts';

export interface BatchOutcome {
  /** Mean cross-entropy of the tokens that count, nats. */
  readonly loss: number;
  /** How many those are. */
  readonly counted: number;
  /** Of the mean loss, by parameter name; empty without gradients. */
  readonly gradients: ReadonlyMap<string, Float32Array>;
}

/** Runs a model on batches of one shape, over the parameters' own memory. Close it after use. */
export class TrainingSession {
  /** Tokens that a batch predicts; it reads one more. */
  readonly rows: number;
  readonly #graph: TrainingGraph;
  readonly #session: InferenceSession;
  readonly #fixed: Readonly<Record<string, Tensor>>;
  readonly #embedding: TrainedParameter;

  private constructor(
    rows: number,
    graph: TrainingGraph,
    session: InferenceSession,
    fixed: Record<string, Tensor>,
    embedding: TrainedParameter,
  ) {
    this.rows = rows;
    this.#graph = graph;
    this.#session = session;
    this.#fixed = fixed;
    this.#embedding = embedding;
  }

  static async open(
    architecture: ModelArchitecture,
    batch: BatchShape,
    parameters: readonly TrainedParameter[],
    { threads, withGradients }: { readonly threads: number; readonly withGradients: boolean },
  ): Promise<TrainingSession> {
    const names = withGradients ? parameters.map(({ name }) => name) : null;
    const graph = trainingGraph(architecture, batch, names);
    const session = await InferenceSession.create(graph.model, cpuSessionOptions('.', threads));
    const fixed: Record<string, Tensor> = { ...causalFeeds(architecture, batch) };
    for (const { name, data, shape } of parameters) fixed[name] = new Tensor('float32', data, shape);
    const embedding = parameters.find(({ name }) => name === EMBEDDING)!;
    return new TrainingSession(batch.sequences * batch.length, graph, session, fixed, embedding);
  }

  /** @param stretch rows + 1 tokens; each row reads one and predicts the next */
  async run({ tokens, mask }: TokenStretch): Promise<BatchOutcome> {
    const counted = mask.subarray(1).reduce((sum, each) => sum + (each ? 1 : 0), 0);
    const share = counted === 0 ? 0 : 1 / counted;
    const weights = Float32Array.from(mask.subarray(1), (each) => (each ? share : 0));
    const targets = BigInt64Array.from(tokens.subarray(1), BigInt);
    const results = await this.#session.run({
      ...this.#fixed,
      [trainingInputs.hidden]: new Tensor('float32', this.#lookUp(tokens), [this.rows, this.#width]),
      [trainingInputs.targets]: new Tensor('int64', targets, [this.rows, 1]),
      [trainingInputs.weights]: new Tensor('float32', weights, [this.rows, 1]),
    });
    const floats = (name: string) => results[name]!.data as Float32Array;
    const gradients = new Map([...this.#graph.gradients].map(([name, output]) => [name, floats(output)]));
    const { hiddenGradient } = this.#graph;
    if (hiddenGradient) this.#addLookedUp(gradients.get(EMBEDDING)!, tokens, floats(hiddenGradient));
    return { loss: floats(this.#graph.loss)[0]!, counted, gradients };
  }

  async close(): Promise<void> {
    await this.#session.release();
  }

  get #width(): number {
    return this.#embedding.shape[1]!;
  }

  #lookUp(tokens: Uint16Array): Float32Array {
    const width = this.#width;
    const hidden = new Float32Array(this.rows * width);
    for (let row = 0; row < this.rows; row++) {
      const from = tokens[row]! * width;
      hidden.set(this.#embedding.data.subarray(from, from + width), row * width);
    }
    return hidden;
  }

  /** gradient[token] += slope of each row that read the token. */
  #addLookedUp(gradient: Float32Array, tokens: Uint16Array, slope: Float32Array): void {
    const width = this.#width;
    for (let row = 0; row < this.rows; row++) {
      const to = tokens[row]! * width;
      for (let i = 0; i < width; i++) gradient[to + i]! += slope[row * width + i]!;
    }
  }
}
