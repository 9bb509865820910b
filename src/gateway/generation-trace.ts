import {
  type Clock,
  type EngineRequest,
  type FinishedEvent,
  formatPrecisionRange,
  type GenerateRequest,
  type GenerationEvent,
  type PrecisionRange,
  type QueptError,
  type ServedModel,
} from '../core/index.ts';
import type { Span, SpanAttributes, SpanEnd, Tracer } from '../observability/index.ts';
import type { PhaseTimes } from '../scheduler/index.ts';

/** By OpenTelemetry's conventions for generative AI: whose model it is. */
const PROVIDER = 'quept';

/**
 * The span of one request, and below it what its time went to: tokenization, queue, prefill, decode. Does nothing where
 * the request is not traced.
 *
 * Points in time are this process's own; only how long the request waited in the queue is told by the engine, at the
 * request's end. Where an engine ends without a word there is no span of queue and prefill.
 */
export class GenerationTrace {
  readonly #tracer: Tracer;
  readonly #clock: Clock;
  readonly #model: ServedModel;
  readonly #span: Span | null;
  readonly #startedAtMs: number;
  #submittedAtMs: number | null = null;
  #firstAtMs: number | null = null;
  #lastAtMs: number | null = null;
  #tokens = 0;
  #phases: PhaseTimes | null = null;

  constructor(tracer: Tracer, clock: Clock, request: GenerateRequest, model: ServedModel) {
    this.#tracer = tracer;
    this.#clock = clock;
    this.#model = model;
    this.#startedAtMs = clock.now();
    const { trace } = request;
    this.#span =
      trace?.sampled === true
        ? tracer.startSpan({
            name: `${operationOf(request)} ${model.id}`,
            kind: 'internal',
            parent: trace,
            startMs: this.#startedAtMs,
            attributes: requestAttributes(request, model),
          })
        : null;
  }

  /** The prompt has become so many tokens. */
  tokenized(promptTokens: number): void {
    if (this.#span === null) return;
    this.#phase('tokenization', this.#startedAtMs, this.#clock.now(), {
      'gen_ai.usage.input_tokens': promptTokens,
    });
  }

  /** The request is on its way to the engine. */
  submitted({ model }: GenerateRequest, request: EngineRequest, range: PrecisionRange): void {
    if (this.#span === null) return;
    this.#submittedAtMs = this.#clock.now();
    // Now it is known to be a name of this model, and nothing else that a client may have sent.
    this.#span.set({
      'gen_ai.request.model': model ?? this.#model.id,
      ...samplingAttributes(request),
      ...levelAttributes(request),
      'quept.precision.granted': formatPrecisionRange(this.#model.ladder, range),
    });
  }

  /** What the engine says of where the time of the request went, before its terminal event. */
  phases(times: PhaseTimes): void {
    this.#phases = times;
  }

  /** To be told of every event, in order. */
  observe(event: GenerationEvent): void {
    if (this.#span === null) return;
    const nowMs = this.#clock.now();
    if (event.type === 'token') {
      this.#firstAtMs ??= nowMs;
      this.#lastAtMs = nowMs;
      this.#tokens++;
      return;
    }
    this.#tellPhases(nowMs);
    if (event.type === 'failed') {
      this.#end(nowMs, { 'gen_ai.usage.output_tokens': this.#tokens }, event.code);
    } else {
      this.#end(nowMs, resultAttributes(event));
    }
  }

  /** The request was not accepted. */
  refused({ code }: QueptError): void {
    if (this.#span !== null) this.#end(this.#clock.now(), {}, code);
  }

  #end(endMs: number, attributes: SpanAttributes, errorType?: string): void {
    const end: SpanEnd = errorType === undefined ? { endMs } : { endMs, errorType };
    this.#span?.set(attributes);
    this.#span?.end(end);
  }

  #tellPhases(endedAtMs: number): void {
    const [submittedAtMs, phases] = [this.#submittedAtMs, this.#phases];
    if (submittedAtMs !== null && phases !== null) {
      // Without a token the prefill, if there was one, lasted until the end.
      const untilMs = this.#firstAtMs ?? endedAtMs;
      const admittedAtMs = Math.min(submittedAtMs + phases.queueMs, untilMs);
      this.#phase('queue', submittedAtMs, admittedAtMs);
      if (this.#firstAtMs !== null || admittedAtMs < untilMs) this.#phase('prefill', admittedAtMs, untilMs);
    }
    if (this.#firstAtMs !== null && this.#lastAtMs !== null) {
      this.#phase('decode', this.#firstAtMs, this.#lastAtMs, { 'gen_ai.usage.output_tokens': this.#tokens });
    }
  }

  #phase(name: string, startMs: number, endMs: number, attributes: SpanAttributes = {}): void {
    const parent = this.#span?.context ?? null;
    this.#tracer.startSpan({ name, kind: 'internal', parent, startMs, attributes }).end({ endMs });
  }
}

function operationOf({ prompt }: GenerateRequest): string {
  return prompt.kind === 'messages' ? 'chat' : 'text_completion';
}

function requestAttributes(request: GenerateRequest, { id }: ServedModel): SpanAttributes {
  return {
    'gen_ai.operation.name': operationOf(request),
    'gen_ai.provider.name': PROVIDER,
    'gen_ai.output.type': 'text',
    'gen_ai.request.model': id,
    'gen_ai.response.model': id,
    'gen_ai.response.id': request.id,
  };
}

function samplingAttributes({ sampling, maxTokens, promptTokens }: EngineRequest): SpanAttributes {
  const { temperature, topP, topK, frequencyPenalty, presencePenalty, seed } = sampling;
  return {
    'gen_ai.request.max_tokens': maxTokens,
    'gen_ai.request.temperature': temperature,
    'gen_ai.request.top_p': topP,
    'gen_ai.request.top_k': topK > 0 ? topK : null,
    'gen_ai.request.frequency_penalty': frequencyPenalty,
    'gen_ai.request.presence_penalty': presencePenalty,
    'gen_ai.request.seed': seed,
    'gen_ai.usage.input_tokens': promptTokens.length,
  };
}

function levelAttributes({ level: { tier, ttftMs, tpotMs } }: EngineRequest): SpanAttributes {
  return {
    'quept.tier': tier,
    'quept.target.ttft_ms': Number.isFinite(ttftMs) ? ttftMs : null,
    'quept.target.tpot_ms': Number.isFinite(tpotMs) ? tpotMs : null,
  };
}

function resultAttributes({ reason, usage, precision }: FinishedEvent): SpanAttributes {
  return {
    'gen_ai.response.finish_reasons': [reason],
    'gen_ai.usage.input_tokens': usage.promptTokens,
    'gen_ai.usage.output_tokens': usage.completionTokens,
    'gen_ai.usage.cache_read.input_tokens': usage.cachedTokens,
    'quept.precision.average_bits': usage.completionTokens > 0 ? precision.averageBits : null,
    'quept.precision.switches': precision.switches,
    'quept.precision.configs': precision.configs.map(({ id }) => id),
  };
}
