import {
  type Deadlines,
  type EngineRequest,
  type FailedEvent,
  type FinishedEvent,
  type FinishReason,
  type Ladder,
  type OutputMatcher,
  type PositionLogprobs,
  type QueptError,
  reportPrecision,
  type ServiceLevel,
  type TextDecoder,
} from '../core/index.ts';
import { hasPenalties, TokenHistory, type TokenSampler, uniformAt } from '../numerics/index.ts';
import type { PrefixWish } from './kv-places.ts';
import { LogprobRecord } from './logprob-record.ts';
import { OutputText } from './output-text.ts';
import type { OwnerAccount } from './owner-account.ts';
import type { RequestView } from './scheduling-view.ts';

/** What one sampled token came to. */
export interface AcceptedToken {
  /** Text that became certain; null for an end token, which is no part of the output. */
  readonly text: string | null;
  readonly end: 'stop' | 'length' | null;
}

/**
 * One request on its way through the scheduler. Its state changes only by `advance` and `accept`, after a commit:
 * reading the next input and sampling leave it as it is, so a failed batch can be run again.
 */
export class Sequence implements RequestView {
  readonly request: EngineRequest;
  readonly arrivedAtMs: number;
  readonly account: OwnerAccount;
  /** Set while the request holds a slot. */
  slot: number | null = null;
  /** When it first got one; null before. */
  admittedAtMs: number | null = null;
  /** The terminal event has been emitted. */
  ended = false;
  /** A chunk of it has been planned. */
  begun = false;
  /** The rung it was last planned at while it had yet to run; null before. */
  plannedRung: number | null = null;
  readonly #seed: number;
  readonly #output: OutputText;
  readonly #history: TokenHistory | null;
  readonly #logprobs: LogprobRecord | null;
  readonly #matcher: OutputMatcher | null;
  readonly #rungs: number[] = [];
  readonly #generated: number[] = [];
  firstTokenAtMs: number | null = null;
  lastTokenAtMs: number | null = null;
  lastSwitchAtMs: number | null = null;
  preemptions = 0;
  preemptedAtMs: number | null = null;
  /** The prompt; behind a preemption also the tokens that had been run. */
  #prompt: Int32Array;
  #promptDone = 0;
  /** Prompt tokens that were reused. */
  #cached = 0;
  /** While nothing is done: how much is expected to be reused. */
  #expected = 0;
  #lastToken = 0;

  /**
   * @param seed for a request that names none
   * @param matcher keeps the answer in its grammar; null for a request without one
   */
  constructor(
    request: EngineRequest,
    arrivedAtMs: number,
    account: OwnerAccount,
    decoder: TextDecoder,
    seed: number,
    matcher: OutputMatcher | null = null,
  ) {
    this.request = request;
    this.account = account;
    this.arrivedAtMs = arrivedAtMs;
    this.#prompt = request.promptTokens;
    this.#seed = request.sampling.seed ?? seed;
    this.#matcher = matcher;
    const toolMarkers = request.toolMarkers === true;
    this.#output = new OutputText(decoder.createTextStream({ toolMarkers }), request.stop);
    this.#history = hasPenalties(request.sampling) ? new TokenHistory(request.promptTokens) : null;
    const { logprobs, promptTokens } = request;
    this.#logprobs = logprobs === undefined ? null : new LogprobRecord(logprobs, promptTokens, decoder);
  }

  get id(): string {
    return this.request.id;
  }

  get floor(): number {
    return this.request.floor;
  }

  get ceiling(): number {
    return this.request.ceiling;
  }

  get maxTokens(): number {
    return this.request.maxTokens;
  }

  get level(): ServiceLevel {
    return this.request.level;
  }

  get deadlines(): Deadlines {
    return this.request.deadlines;
  }

  get owner(): string {
    return this.request.owner;
  }

  get promptTokens(): number {
    return this.request.promptTokens.length;
  }

  /** Less what is expected to be reused, before anything is done. */
  get promptLeft(): number {
    return this.#prompt.length - Math.max(this.#promptDone, this.#expected);
  }

  /** Nothing of it is in a slot. */
  get untouched(): boolean {
    return this.#promptDone === 0;
  }

  /** What may be reused: what no logits are wanted of, at most all but a token. At `least` or better, and in its range. */
  wish(least: number): PrefixWish {
    const { owner, ceiling } = this.request;
    const rungs = { least: Math.min(least, this.plannedRung ?? least), most: ceiling };
    const most = this.wantsPromptLogits ? 0 : this.#prompt.length - 1;
    return { owner, tokens: this.#prompt, most, rungs };
  }

  expectReuse(tokens: number): void {
    this.#expected = tokens;
  }

  /** Its slot holds the first `tokens` of it already. */
  reuse(tokens: number): void {
    this.#expected = 0;
    this.#promptDone = tokens;
    if (this.preemptions === 0) this.#cached = tokens;
  }

  /** Its slot is taken away. What was in it, but for the newest token, is to be run again; nothing is sampled again. */
  preempt(nowMs: number): void {
    this.preemptions++;
    this.preemptedAtMs = nowMs;
    this.slot = null;
    this.plannedRung = null;
    this.#prompt = Int32Array.from([...this.request.promptTokens, ...this.#generated.slice(0, -1)]);
    this.#promptDone = 0;
  }

  get generatedTokens(): number {
    return this.#rungs.length;
  }

  get lastRung(): number | null {
    return this.#rungs.at(-1) ?? null;
  }

  /** The next prompt tokens, or the newest token once the prompt is done. */
  input(tokens: number): Int32Array {
    return this.promptLeft > 0
      ? this.#prompt.subarray(this.#promptDone, this.#promptDone + tokens)
      : Int32Array.of(this.#lastToken);
  }

  /** Whether running `tokens` more yields logits to sample from. What follows what is run again is known already. */
  yieldsToken(tokens: number): boolean {
    if (this.request.maxTokens === 0) return false;
    return this.promptLeft === 0 || (this.generatedTokens === 0 && tokens >= this.promptLeft);
  }

  /** All that was wanted is done: the prompt has been run, and no token is to follow it. */
  get done(): boolean {
    return this.promptLeft === 0 && this.request.maxTokens === 0;
  }

  /** The token that follows, given the logits of the newest position. Throws on unusable logits. */
  sample(sampler: TokenSampler, logits: Float32Array): number {
    const uniform = uniformAt(this.#seed, this.generatedTokens);
    const allowed = this.#matcher?.allowed(this.request.maxTokens - this.generatedTokens) ?? null;
    return sampler.sample(logits, this.request.sampling, this.#history, uniform, allowed);
  }

  /** The logits of every position of its chunk are wanted, not the last one's alone. */
  get wantsPromptLogits(): boolean {
    return this.#logprobs?.wantsPrompt === true;
  }

  /** What is told of a token that was sampled from `logits`; null for nothing. */
  score(logits: Float32Array, tokenId: number): PositionLogprobs | null {
    return this.#logprobs?.score(logits, tokenId) ?? null;
  }

  /** What is told of the prompt, of a chunk of `tokens` whose logits these are. */
  scoreChunk(logits: Float32Array, tokens: number): readonly PositionLogprobs[] {
    return this.#logprobs?.scoreChunk(logits, this.#promptDone, tokens) ?? [];
  }

  /** Scores of the prompt, for the first event only. */
  takePromptLogprobs(): { readonly promptLogprobs?: readonly PositionLogprobs[] } {
    return this.#logprobs?.takePrompt() ?? {};
  }

  /** Notes that `tokens` of input have been committed, and what they said of the prompt if that was wanted. */
  advance(tokens: number, promptScores: readonly PositionLogprobs[] | null = null): void {
    if (promptScores !== null) this.#logprobs?.addChunk(this.#promptDone, promptScores);
    if (this.promptLeft > 0) this.#promptDone += tokens;
  }

  /** Takes a token that was sampled at `nowMs` into the output. */
  accept(
    tokenId: number,
    rung: number,
    nowMs: number,
    endTokenIds: ReadonlySet<number>,
    contextLength: number,
  ): AcceptedToken {
    if (endTokenIds.has(tokenId) && this.request.ignoreEnd !== true) return { text: null, end: 'stop' };
    this.#matcher?.accept(tokenId);
    this.#lastToken = tokenId;
    this.firstTokenAtMs ??= nowMs;
    this.lastTokenAtMs = nowMs;
    if (this.lastRung !== null && this.lastRung !== rung) this.lastSwitchAtMs = nowMs;
    this.#rungs.push(rung);
    this.#generated.push(tokenId);
    this.#history?.add(tokenId);
    const { text, stopped } = this.#output.push(tokenId);
    if (stopped) return { text, end: 'stop' };
    const generated = this.generatedTokens;
    const full = generated >= this.request.maxTokens || this.promptTokens + generated >= contextLength;
    if (!full) return { text, end: null };
    return { text, end: this.#matcher?.complete === true ? 'stop' : 'length' };
  }

  /** The terminal event of a request that ends with `reason`. `completionTokens` leaves an end token out. */
  finished(reason: FinishReason, ladder: Ladder): FinishedEvent {
    const rest = this.#output.end();
    return {
      type: 'finished',
      requestId: this.id,
      reason: reason === 'length' && rest.stopped ? 'stop' : reason,
      text: rest.text,
      usage: {
        promptTokens: this.promptTokens,
        completionTokens: this.generatedTokens,
        cachedTokens: this.#cached,
      },
      precision: reportPrecision(ladder, this.#rungs),
      ...this.takePromptLogprobs(),
    };
  }

  failed(error: QueptError): FailedEvent {
    return { type: 'failed', requestId: this.id, code: error.code, message: error.message };
  }
}
