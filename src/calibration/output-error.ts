import { Tensor } from 'onnxruntime-node';
import { cpuSessionOptions } from '../engine/index.ts';
import { GraphBuilder, matMulTransposed, mul, reduceSum } from '../onnx/index.ts';
import { floatsOf, type RuntimeClock, TimedSession } from './timed-session.ts';

/** Measures what a change of weights does to outputs. Close it after use. */
export class OutputError {
  readonly #session: TimedSession;
  readonly #output: string;

  private constructor(session: TimedSession, output: string) {
    this.#session = session;
    this.#output = output;
  }

  static async open(threads: number, clock: RuntimeClock): Promise<OutputError> {
    const g = new GraphBuilder('output-error');
    const x = g.input('x', 'f32', ['rows', 'k']);
    const difference = g.input('difference', 'f32', ['n', 'k']);
    const y = matMulTransposed(g, x, difference);
    const error = reduceSum(g, mul(g, y, y), [0, 1]);
    g.output(error);
    const session = await TimedSession.create(g.encode(), cpuSessionOptions('.', threads), clock);
    return new OutputError(session, error.name);
  }

  /**
   * Σ over rows of ‖D·x‖².
   *
   * @param x f32 [rows, k]
   * @param difference D, f32 [n, k]
   */
  async of(x: Float32Array, difference: Float32Array, k: number): Promise<number> {
    const results = await this.#session.run({ x: rowsOf(x, k), difference: rowsOf(difference, k) });
    return floatsOf(results, this.#output)[0]!;
  }

  async close(): Promise<void> {
    await this.#session.release();
  }
}

function rowsOf(data: Float32Array, k: number): Tensor {
  return new Tensor('float32', data, [data.length / k, k]);
}
