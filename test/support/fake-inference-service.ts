import {
  type ErrorCode,
  type FinishReason,
  type GenerateRequest,
  type Generation,
  type GenerationEvent,
  type InferenceService,
  type Ladder,
  type LogprobsWish,
  type PositionLogprobs,
  type Readiness,
  type RequestDecisions,
  reportPrecision,
  resolvePrecision,
  type ServedModel,
  type TokenizeRequest,
  type Usage,
  WITHOUT_TARGETS,
} from '../../src/core/index.ts';

/** What the fake says to one request. */
export interface FakeReply {
  /** Text of each token. */
  readonly tokens: readonly string[];
  /** Rung of each token; the granted ceiling for those not given. */
  readonly rungs?: readonly number[];
  readonly finishReason?: FinishReason;
  /** Text of the finished event. */
  readonly heldText?: string;
  /** `generate` rejects with this. */
  readonly refusal?: unknown;
  /** Instead of finishing: a failed event. */
  readonly failure?: { readonly code: ErrorCode; readonly message: string };
  /** Instead of finishing: the events throw this, or just end. */
  readonly breakage?: { readonly thrown: unknown } | 'no-terminal-event';
  /** Awaited before the token of that index, and (with the count of tokens) before the end. */
  readonly gate?: (index: number, signal: AbortSignal) => Promise<void> | void;
}

export const FAKE_LADDER: Ladder = [2, 4, 8].map((bits, rung) => ({
  id: `q${bits}`,
  averageBits: bits,
  planes: [bits, bits, bits + 1],
  ranks: [0, 8, 16],
  predictedKl: rung === 2 ? 0 : 0.5 / bits,
  msPerToken: rung === 2 ? null : bits,
}));

export const FAKE_MODEL: ServedModel = {
  id: 'tiny',
  createdAt: 1_700_000_000,
  fingerprint: 'fp_0123abcd',
  contextLength: 256,
  ladder: FAKE_LADDER,
  toolFormat: 'hermes',
};

/**
 * A scripted InferenceService that keeps the port's promises: tokens in order, one terminal event, `cancelled`
 * once its signal is aborted or its events are left.
 */
export class FakeInferenceService implements InferenceService {
  readonly model: ServedModel;
  readonly received: GenerateRequest[] = [];
  readonly cancelled: string[] = [];
  readonly tokenized: TokenizeRequest[] = [];
  /** Token events that were taken. */
  produced = 0;
  /** Accepted requests without a terminal event. */
  running = 0;
  state: Readiness = { ready: true, reason: null };
  script: (request: GenerateRequest) => FakeReply;
  /** What is kept, by owner and call. */
  readonly kept = new Map<string, readonly RequestDecisions[]>();
  readonly #ended = new Set<string>();
  readonly #tellEnd = new Map<string, (usage: Usage) => void>();

  constructor(script: (request: GenerateRequest) => FakeReply, model: ServedModel = FAKE_MODEL) {
    this.script = script;
    this.model = model;
  }

  async generate(request: GenerateRequest, signal: AbortSignal): Promise<Generation> {
    this.received.push(request);
    const reply = this.script(request);
    if (reply.refusal !== undefined) throw reply.refusal;
    const range = resolvePrecision(this.model.ladder, request.precision);
    this.running++;
    const ended = new Promise<Usage>((resolve) => this.#tellEnd.set(request.id, resolve));
    // Without this, a request that is aborted before its events are read would never be given up.
    signal.addEventListener('abort', () => this.#cancel(request.id), { once: true });
    return {
      request,
      promptTokens: 3,
      range,
      level: { ...WITHOUT_TARGETS.level, tier: request.service.tier ?? 'default' },
      events: this.#events(request, reply, range.ceiling, signal),
      ended,
    };
  }

  readiness(): Readiness {
    return this.state;
  }

  /** One token per character: its code point. */
  async tokenize(request: TokenizeRequest): Promise<Int32Array> {
    this.tokenized.push(request);
    const { prompt } = request;
    const text =
      prompt.kind === 'text' ? prompt.text : prompt.messages.map(({ content }) => content).join('');
    return Int32Array.from([...text].map((character) => character.codePointAt(0) as number));
  }

  /** The inverse of `tokenize`. */
  async detokenize(tokens: readonly number[]): Promise<string> {
    return String.fromCodePoint(...tokens);
  }

  async decisions(callId: string, owner: string): Promise<readonly RequestDecisions[]> {
    return this.kept.get(`${owner} ${callId}`) ?? [];
  }

  /** Counts the one end of a request; false if it had ended before. */
  #end(id: string, completionTokens = 0): boolean {
    if (this.#ended.has(id)) return false;
    this.#ended.add(id);
    this.running--;
    this.#tellEnd.get(id)?.({ promptTokens: 3, completionTokens, cachedTokens: 0 });
    return true;
  }

  #cancel(id: string): void {
    if (this.#end(id)) this.cancelled.push(id);
  }

  async *#events(
    request: GenerateRequest,
    reply: FakeReply,
    ceiling: number,
    signal: AbortSignal,
  ): AsyncGenerator<GenerationEvent, void> {
    const requestId = request.id;
    const rungs: number[] = [];
    const limit = Math.min(reply.tokens.length, request.maxTokens ?? Number.POSITIVE_INFINITY);
    try {
      for (let i = 0; i < limit; i++) {
        await this.#gate(reply, i, signal);
        if (signal.aborted) break;
        const rung = reply.rungs?.[i] ?? ceiling;
        rungs.push(rung);
        this.produced++;
        const text = reply.tokens[i] ?? '';
        const told = request.logprobs === undefined ? {} : fakeLogprobs(request.logprobs, i, text);
        yield { type: 'token', requestId, tokenId: i, text, rung, ...told };
      }
      await this.#gate(reply, reply.tokens.length, signal);
      if (!signal.aborted && reply.failure !== undefined) {
        this.#end(requestId);
        yield { type: 'failed', requestId, ...reply.failure };
        return;
      }
      if (!signal.aborted && reply.breakage !== undefined) {
        this.#end(requestId);
        if (reply.breakage === 'no-terminal-event') return;
        throw reply.breakage.thrown;
      }
      const reason = signal.aborted
        ? 'cancelled'
        : (reply.finishReason ?? (limit < reply.tokens.length ? 'length' : 'stop'));
      this.#end(requestId, rungs.length);
      yield {
        type: 'finished',
        requestId,
        reason,
        text: reply.heldText ?? '',
        usage: { promptTokens: 3, completionTokens: rungs.length, cachedTokens: 0 },
        precision: reportPrecision(this.model.ladder, rungs),
      };
    } finally {
      this.#cancel(requestId);
    }
  }

  /** Waits for the script, but never longer than the request lives. */
  async #gate(reply: FakeReply, index: number, signal: AbortSignal): Promise<void> {
    if (reply.gate === undefined) return;
    const aborted = new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      else signal.addEventListener('abort', () => resolve(), { once: true });
    });
    await Promise.race([reply.gate(index, signal), aborted]);
  }
}

/** The token of index i has log-probability −(i + 1)/8; `x` is told as often as wished for, then an end token. */
function fakeLogprobs(
  { top, prompt }: LogprobsWish,
  index: number,
  text: string,
): { logprobs: PositionLogprobs; promptLogprobs?: readonly PositionLogprobs[] } {
  const chosen = fakeToken(index, text, -(index + 1) / 8);
  const others = Array.from({ length: top }, (_, i) => fakeToken(100 + i, 'x'.repeat(i + 1), -i - 2));
  const end = { tokenId: 99, text: '<end>', bytes: new Uint8Array(), logprob: -9 };
  const logprobs = { chosen, top: top > 0 ? [...others.slice(1), end] : [] };
  if (!prompt || index > 0) return { logprobs };
  const first = { chosen: { ...fakeToken(50, 'On', 0), logprob: null }, top: [] };
  return { logprobs, promptLogprobs: [first, { chosen: fakeToken(51, 'ce', -1), top: others }] };
}

function fakeToken(tokenId: number, text: string, logprob: number) {
  return { tokenId, text, bytes: Uint8Array.from(Buffer.from(text)), logprob };
}
