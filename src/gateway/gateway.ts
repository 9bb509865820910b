import {
  type Clock,
  type Deadlines,
  type EngineRequest,
  type FinishedEvent,
  type GenerateRequest,
  type Generation,
  type GenerationEvent,
  type InferenceService,
  type Prompt,
  QueptError,
  type Readiness,
  type RequestDecisions,
  reportPrecision,
  type SamplingParams,
  type ServedModel,
  type ServerStatus,
  type TokenizeRequest,
  toPublicError,
} from '../core/index.ts';
import type { ServingMetrics, Tracer } from '../observability/index.ts';
import type { SchedulerSnapshot } from '../scheduler/index.ts';
import type { Admission, Place } from './admission.ts';
import type { EngineClient } from './engine-client.ts';
import { EventQueue } from './event-queue.ts';
import { GenerationTrace } from './generation-trace.ts';
import type { GrammarPool } from './grammar-pool.ts';
import { countRefusal } from './refusal.ts';
import { requestDeadlines } from './request-deadlines.ts';
import type { RequestIndex } from './request-index.ts';
import { RequestMeter } from './request-meter.ts';
import {
  checkLogitBias,
  checkPrompt,
  requireTokens,
  resolveMaxTokens,
  resolveRange,
  resolveSampling,
} from './resolve-request.ts';
import { rangeWithin, type ServiceLevels } from './service-levels.ts';
import { AS_GENERATED, type TokenizerPool } from './tokenizer-pool.ts';
import { UsageCount } from './usage-count.ts';

interface GatewayParts {
  readonly model: ServedModel;
  readonly vocabSize: number;
  /** Sampling that the model asks for where a request says nothing. */
  readonly samplingDefaults: Partial<SamplingParams>;
  readonly admission: Admission;
  readonly levels: ServiceLevels;
  /** Of every request. */
  readonly deadlines: Deadlines;
  readonly engine: EngineClient;
  readonly tokenizer: TokenizerPool;
  readonly grammars: GrammarPool;
  readonly metrics: ServingMetrics;
  readonly tracer: Tracer;
  readonly clock: Clock;
  readonly index: RequestIndex;
}

/** What was granted to a request. */
type Terms = Pick<Generation, 'range' | 'level'> & {
  /** When the request came, on the gateway's clock. */
  readonly arrivedAtMs: number;
  readonly trace: GenerationTrace;
};

/** What the worker threads made of a request. */
type PreparedRequest = Pick<EngineRequest, 'promptTokens' | 'grammar'>;

/** The service behind every transport: one engine process and a pool of tokenizers. */
export class Gateway implements InferenceService {
  /** Resolves when the first request can be served; rejects with QueptError when the model cannot be loaded. */
  readonly ready: Promise<void>;
  readonly model: ServedModel;
  readonly #parts: GatewayParts;
  #tokenizerLoaded = false;
  /** `retiring`: it says that it is not ready, and still takes requests. */
  #phase: 'serving' | 'retiring' | 'draining' = 'serving';
  #sequence = 0;

  constructor(parts: GatewayParts) {
    this.#parts = parts;
    this.model = parts.model;
    const tokenizerLoaded = parts.tokenizer.load().then(() => {
      this.#tokenizerLoaded = true;
    });
    this.ready = Promise.all([parts.engine.ready, tokenizerLoaded]).then(() => {});
    // Whoever awaits `ready` sees the failure; that nobody does must not end the process.
    this.ready.catch(() => {});
  }

  /** Process id of the engine; undefined when it could not be started. */
  get enginePid(): number | undefined {
    return this.#parts.engine.pid;
  }

  /** The scheduler after its last step; null before the first one of an engine. */
  get snapshot(): SchedulerSnapshot | null {
    return this.#parts.engine.snapshot;
  }

  status(): ServerStatus {
    const { admission, engine } = this.#parts;
    const running = engine.snapshot?.running ?? 0;
    return { ...this.readiness(), draining: this.#phase !== 'serving', inFlight: admission.held, running };
  }

  readiness(): Readiness {
    if (this.#phase !== 'serving') return { ready: false, reason: 'the server is shutting down' };
    return this.#ableToServe();
  }

  #ableToServe(): Readiness {
    const engine = this.#parts.engine.readiness();
    return engine.ready && !this.#tokenizerLoaded
      ? { ready: false, reason: 'the tokenizer is loading' }
      : engine;
  }

  async decisions(callId: string, owner: string): Promise<readonly RequestDecisions[]> {
    const { engine, index } = this.#parts;
    const requests = index.find(callId, owner);
    if (requests.length === 0) return [];
    const trails = await engine.decisions(requests.map(({ engineId }) => engineId));
    return requests.flatMap(({ id, level: { tier, ttftMs, tpotMs } }, i) => {
      const trail = trails[i];
      return trail == null ? [] : [{ id, tier, ttftMs, tpotMs, ...trail }];
    });
  }

  async generate(request: GenerateRequest, signal: AbortSignal): Promise<Generation> {
    const { tracer, clock, metrics } = this.#parts;
    const trace = new GenerationTrace(tracer, clock, request, this.model);
    try {
      return await this.#generate(request, signal, trace);
    } catch (thrown) {
      const refusal = toPublicError(thrown);
      countRefusal(metrics, refusal, request.service.tier ?? 'default');
      trace.refused(refusal);
      throw thrown;
    }
  }

  async #generate(
    request: GenerateRequest,
    signal: AbortSignal,
    trace: GenerationTrace,
  ): Promise<Generation> {
    const { model, vocabSize, admission, levels, clock } = this.#parts;
    const arrivedAtMs = clock.now();
    const { level, range: tierRange } = levels.grant(request.service);
    const range = rangeWithin(model.ladder, level.tier, tierRange, resolveRange(model, request));
    const terms: Terms = { range, level, arrivedAtMs, trace };
    checkPrompt(request.prompt, model.contextLength, vocabSize);
    checkLogitBias(request.sampling.logitBias, vocabSize);
    this.#requireReady();
    const place = admission.reserve(level.tier);
    const preparing = this.#prepare(request);
    try {
      const prepared = await unlessAborted(preparing, signal);
      if (prepared !== null) {
        const { length } = prepared.promptTokens;
        if (request.prompt.kind !== 'tokens') trace.tokenized(length);
        const granted = { ...terms, level: levels.grant(request.service, length).level };
        return this.#submit(request, prepared, granted, signal, place);
      }
    } catch (error) {
      place.release();
      throw error;
    }
    // The tokenizer works on, so the place stays taken: aborting buys no one a longer queue.
    preparing.catch(() => {}).finally(place.release);
    return this.#cancelledEarly(request, terms);
  }

  async tokenize(request: TokenizeRequest): Promise<Int32Array> {
    const { model, vocabSize, admission, tokenizer } = this.#parts;
    checkPrompt(request.prompt, model.contextLength, vocabSize);
    this.#requireReady();
    const place = admission.reserve('default');
    try {
      return await tokenizer.tokenize(request);
    } finally {
      place.release();
    }
  }

  async detokenize(tokens: readonly number[]): Promise<string> {
    const { model, vocabSize, admission, tokenizer } = this.#parts;
    if (tokens.length > model.contextLength) {
      throw new QueptError(
        'context_length_exceeded',
        `'tokens' has ${tokens.length} ids, more than any sequence of this model, which is at most ${model.contextLength}. Send them in parts.`,
        { param: 'tokens' },
      );
    }
    requireTokens(tokens, vocabSize, 'tokens');
    this.#requireReady();
    const place = admission.reserve('default');
    try {
      return await tokenizer.detokenize(Int32Array.from(tokens));
    } finally {
      place.release();
    }
  }

  /** No longer ready, so that no one sends requests who asks first; those that come are served. */
  retire(): void {
    if (this.#phase === 'serving') this.#phase = 'retiring';
  }

  /** From now on new requests are refused with `shutting_down`. */
  drain(): void {
    this.#phase = 'draining';
  }

  /** Drains, waits up to `graceMs` for the requests in flight, then ends the engine and the tokenizers. */
  async close(graceMs: number): Promise<void> {
    const { admission, engine, tokenizer, grammars } = this.#parts;
    this.drain();
    await admission.empty(graceMs);
    await engine.stop();
    await Promise.all([tokenizer.close(), grammars.close()]);
  }

  #requireReady(): void {
    if (this.#phase === 'draining') throw new QueptError('shutting_down', 'The server is shutting down.');
    const { ready, reason } = this.#ableToServe();
    if (ready) return;
    throw new QueptError('engine_unavailable', `Not available now: ${reason}.`, { retryAfterMs: 1_000 });
  }

  async #tokenize(prompt: Prompt): Promise<Int32Array> {
    return prompt.kind === 'tokens'
      ? Int32Array.from(prompt.tokens)
      : await this.#parts.tokenizer.tokenize({ prompt, ...AS_GENERATED });
  }

  async #prepare({ prompt, constraint }: GenerateRequest): Promise<PreparedRequest> {
    const grammar = constraint && this.#parts.grammars.prepare(constraint);
    const [promptTokens, made] = await Promise.all([this.#tokenize(prompt), grammar]);
    return { promptTokens, ...(made !== undefined && { grammar: made }) };
  }

  /** Sends an admitted request to the engine. `place` is given back at its terminal event. */
  #submit(
    request: GenerateRequest,
    { promptTokens, grammar }: PreparedRequest,
    terms: Terms,
    signal: AbortSignal,
    place: Place,
  ): Generation {
    const { engine, model, samplingDefaults, metrics, clock, index } = this.#parts;
    const { level, range, arrivedAtMs, trace } = terms;
    // Request ids may come from clients and repeat; the engine's may not.
    const id = String(++this.#sequence);
    const maxTokens = resolveMaxTokens(
      model.contextLength,
      request.prompt,
      promptTokens.length,
      request.maxTokens,
    );
    const { timeoutMs } = request.service;
    const deadlines = requestDeadlines(this.#parts.deadlines, timeoutMs, clock.now() - arrivedAtMs);
    place.claim(promptTokens.length + maxTokens);
    const engineRequest = {
      id,
      promptTokens,
      maxTokens,
      sampling: resolveSampling(samplingDefaults, request.sampling),
      stop: request.stop,
      ...(request.ignoreEnd === true && { ignoreEnd: true }),
      ...(request.toolMarkers === true && { toolMarkers: true }),
      floor: range.floor,
      ceiling: range.ceiling,
      level,
      deadlines,
      owner: request.owner,
      ...(request.logprobs !== undefined && { logprobs: request.logprobs }),
      ...(grammar !== undefined && { grammar }),
    };
    const meter = new RequestMeter({
      metrics,
      clock,
      ladder: model.ladder,
      arrivedAtMs,
      level,
      promptTokens: promptTokens.length,
    });
    const cancel = () => {
      // An engine that has never heard of the request sends no terminal event.
      if (engine.cancel(id)) deliver(this.#cancelled(request, promptTokens.length));
    };
    const events = new EventQueue(cancel);
    const usage = new UsageCount(promptTokens.length);
    const deliver = (event: GenerationEvent) => {
      meter.observe(event);
      usage.observe(event);
      trace.observe(event);
      if (event.type !== 'token') {
        place.release();
        signal.removeEventListener('abort', cancel);
      }
      events.push({ ...event, requestId: request.id });
    };
    engine.submit(engineRequest, {
      onEvent: deliver,
      onReuse: (tokens) => place.lessen(tokens),
      onPhases: (times) => trace.phases(times),
    });
    trace.submitted(request, engineRequest, range);
    index.add(request.callId, request.owner, { engineId: id, id: request.id, level });
    if (signal.aborted) cancel();
    else signal.addEventListener('abort', cancel, { once: true });
    return { request, promptTokens: promptTokens.length, range, level, events, ended: usage.ended };
  }

  /** The answer to a request that was aborted while its prompt was being tokenized. */
  #cancelledEarly(request: GenerateRequest, { range, level, arrivedAtMs, trace }: Terms): Generation {
    const { metrics, clock } = this.#parts;
    metrics.requestFinished('cancelled', (clock.now() - arrivedAtMs) / 1000);
    const events = new EventQueue(() => {});
    const cancelled = this.#cancelled(request, 0);
    events.push(cancelled);
    trace.observe(cancelled);
    const ended = Promise.resolve(cancelled.usage);
    return { request, promptTokens: 0, range, level, events, ended };
  }

  #cancelled(request: GenerateRequest, promptTokens: number): FinishedEvent {
    return {
      type: 'finished',
      requestId: request.id,
      reason: 'cancelled',
      text: '',
      usage: { promptTokens, completionTokens: 0, cachedTokens: 0 },
      precision: reportPrecision(this.model.ladder, []),
    };
  }
}

/** The promise's value, or null as soon as `signal` is aborted. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | null> {
  return new Promise((resolve, reject) => {
    const onAbort = () => resolve(null);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
