import { InferenceSession, type Tensor } from 'onnxruntime-node';

/** Milliseconds spent inside ONNX Runtime, added up over sessions. */
export interface RuntimeClock {
  runtimeMs: number;
}

export type Feeds = Readonly<Record<string, Tensor>>;
export type Results = InferenceSession.OnnxValueMapType;

/** A session whose making and running count on a clock, and that takes no more of what it is fed than it asks for. */
export class TimedSession {
  readonly #session: InferenceSession;
  readonly #inputs: ReadonlySet<string>;
  readonly #clock: RuntimeClock;

  private constructor(session: InferenceSession, clock: RuntimeClock) {
    this.#session = session;
    this.#inputs = new Set(session.inputNames);
    this.#clock = clock;
  }

  static async create(
    model: Uint8Array,
    options: InferenceSession.SessionOptions,
    clock: RuntimeClock,
  ): Promise<TimedSession> {
    const started = performance.now();
    const session = await InferenceSession.create(model, options);
    clock.runtimeMs += performance.now() - started;
    return new TimedSession(session, clock);
  }

  async run(given: Feeds): Promise<Results> {
    const feeds = Object.fromEntries(Object.entries(given).filter(([name]) => this.#inputs.has(name)));
    const started = performance.now();
    const results = await this.#session.run(feeds);
    this.#clock.runtimeMs += performance.now() - started;
    return results;
  }

  async release(): Promise<void> {
    await this.#session.release();
  }
}

/** The elements of an f32 output. */
export function floatsOf(results: Results, name: string): Float32Array {
  return results[name]!.data as Float32Array;
}
