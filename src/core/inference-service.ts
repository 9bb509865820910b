import type { RequestDecisions } from './decision.ts';
import type { GenerateRequest, GenerationEvent, Prompt, Usage } from './generation.ts';
import type { Ladder, PrecisionRange } from './precision.ts';
import type { ServiceLevel } from './service-level.ts';
import type { ToolFormat } from './tools.ts';

/** What is served, as `/v1/models` and `/v1/precision` show it. */
export interface ServedModel {
  readonly id: string;
  /** Seconds since the epoch at which the artefact was made. */
  readonly createdAt: number;
  /** Short hash of the artefact: `system_fingerprint`. */
  readonly fingerprint: string;
  readonly contextLength: number;
  readonly ladder: Ladder;
  /** How the model writes calls. */
  readonly toolFormat: ToolFormat;
}

/** An accepted request. */
export interface Generation {
  readonly request: GenerateRequest;
  readonly promptTokens: number;
  readonly range: PrecisionRange;
  /** The tier it is served in, and its targets. */
  readonly level: ServiceLevel;
  /**
   * Tokens, then exactly one terminal event. Iterate once. Ends after the terminal event; leaving the loop
   * early cancels the request.
   */
  readonly events: AsyncIterable<GenerationEvent>;
  /**
   * Resolves at the terminal event, whether or not anyone reads it, with what was computed for the request: nothing
   * for one that failed before its first token. Never rejects.
   */
  readonly ended: Promise<Usage>;
}

/** A prompt to be turned into token ids as `generate` would, unless it is told otherwise. */
export interface TokenizeRequest {
  readonly prompt: Exclude<Prompt, { kind: 'tokens' }>;
  /** Of a text: add the tokens that the model wants around one. */
  readonly addSpecialTokens: boolean;
  /** Of messages: end with the beginning of the assistant's next one. */
  readonly addGenerationPrompt: boolean;
}

export interface Readiness {
  readonly ready: boolean;
  /** Why not, in a few words; null when ready. */
  readonly reason: string | null;
}

/** The one service behind every transport. */
export interface InferenceService {
  readonly model: ServedModel;
  /**
   * Tokenizes, resolves precision and queues `request`. Aborting `signal` cancels it at any time and frees its
   * slot; its events then end with a `finished` event of reason `cancelled`.
   *
   * Rejects with QueptError: model_not_found, invalid_request, context_length_exceeded, overloaded,
   * shutting_down, engine_unavailable, deadline_exceeded.
   */
  generate(request: GenerateRequest, signal: AbortSignal): Promise<Generation>;
  /**
   * Token ids of a prompt. Holds a place like a request to be served while it lasts, so that it is refused where
   * those are.
   *
   * Rejects with QueptError: invalid_request, context_length_exceeded, overloaded, shutting_down,
   * engine_unavailable.
   */
  tokenize(request: TokenizeRequest): Promise<Int32Array>;
  /**
   * Text of token ids, special tokens left out. Holds a place as `tokenize` does.
   *
   * Rejects with QueptError: invalid_request, context_length_exceeded (more tokens than any sequence has),
   * overloaded, shutting_down, engine_unavailable.
   */
  detokenize(tokens: readonly number[]): Promise<string>;
  readiness(): Readiness;
  /**
   * What the scheduler decided about the requests of a call of this owner, in order of submission. Empty when it is
   * unknown, another owner's, or no longer kept.
   */
  decisions(callId: string, owner: string): Promise<readonly RequestDecisions[]>;
}

/** Splits `name@config` into the model name and the config id (null without an alias). */
export function splitModelAlias(model: string): { name: string; config: string | null } {
  const at = model.lastIndexOf('@');
  return at < 0 ? { name: model, config: null } : { name: model.slice(0, at), config: model.slice(at + 1) };
}
