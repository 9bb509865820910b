import type { ErrorCode } from './errors.ts';
import type { OutputConstraint, OutputGrammar } from './output-constraint.ts';
import type { PrecisionReport, PrecisionWish } from './precision.ts';
import type { Deadlines, ServiceLevel, ServiceWish } from './service-level.ts';
import type { FunctionTool, ToolCall } from './tools.ts';
import type { TraceContext } from './trace-context.ts';

/** One message of a conversation. `content` is plain text: parts have been joined by the protocol layer. */
export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant' | 'tool';
  readonly content: string;
  readonly name?: string;
  /** Of an assistant's message: what it asked to be called; left out, not empty, where it asked for nothing. */
  readonly toolCalls?: readonly ToolCall[];
  /** Of a tool's message: the call that it answers. */
  readonly toolCallId?: string;
}

/** A conversation to be answered. */
export interface Conversation {
  readonly kind: 'messages';
  readonly messages: readonly ChatMessage[];
  /** What may be called. Left out, not empty, where nothing may. */
  readonly tools?: readonly FunctionTool[];
  /** What the answer is made to begin with; it is part of the prompt. Left out: nothing. */
  readonly answerStart?: string;
}

export type Prompt =
  | Conversation
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'tokens'; readonly tokens: readonly number[] };

/** How the next token is drawn from the logits. `temperature` 0 is greedy and ignores the rest but penalties. */
export interface SamplingParams {
  readonly temperature: number;
  /** Keep the k most probable tokens; 0 keeps all. */
  readonly topK: number;
  /** Keep the smallest set whose probability reaches topP, (0, 1]; 1 keeps all. */
  readonly topP: number;
  /** Drop tokens below minP × the largest probability, [0, 1]. */
  readonly minP: number;
  /** Same seed, prompt, parameters and precision: same tokens. Null draws a seed. */
  readonly seed: number | null;
  /** Divides positive and multiplies negative logits of tokens in prompt and output; 1 is off. */
  readonly repetitionPenalty: number;
  /** Subtracted from a token's logit per earlier occurrence in the output. */
  readonly frequencyPenalty: number;
  /** Subtracted once from a token's logit if it occurred in the output. */
  readonly presencePenalty: number;
  /** Added to the logits of single tokens, by id, after the penalties. */
  readonly logitBias?: ReadonlyMap<number, number>;
}

/**
 * Which log-probabilities come with an answer. They are of the distribution that the model gives, before penalties,
 * bias, temperature and any cut, so they do not depend on how tokens are drawn.
 */
export interface LogprobsWish {
  /** Most probable tokens told of at each position, 0 to 20, beside the one that stands there. */
  readonly top: number;
  /** Also of the prompt's tokens. */
  readonly prompt: boolean;
}

/** A token and how probable it was. */
export interface TokenLogprob {
  readonly tokenId: number;
  /** Nats, at most 0. */
  readonly logprob: number;
  /** For display: special tokens by name, part of a character as U+FFFD. */
  readonly text: string;
  /** What the token adds to the text, possibly part of a character; empty for special tokens. */
  readonly bytes: Uint8Array;
}

/** What was known of one position. */
export interface PositionLogprobs {
  /** The token that stands there; its `logprob` is null for a prompt's first, which nothing precedes. */
  readonly chosen: Omit<TokenLogprob, 'logprob'> & { readonly logprob: number | null };
  /** The most probable ones, best first. */
  readonly top: readonly TokenLogprob[];
}

/** A request as the adapters hand it to the InferenceService. */
export interface GenerateRequest {
  readonly id: string;
  /** The transport's id of the call that it belongs to (`x-request-id`); clients may choose it, and repeat it. */
  readonly callId: string;
  /** Whose request it is, for fairness between clients: `NO_OWNER` where there are no keys. */
  readonly owner: string;
  /** Model name as the client wrote it, an `@config` alias included; null for the served model. */
  readonly model: string | null;
  /** One object for all choices of a prompt: limits count it once, as `usage` does. */
  readonly prompt: Prompt;
  /** Unset fields take the model's generation_config, then neutral values. */
  readonly sampling: Partial<SamplingParams>;
  /** Tokens to generate at most; null for what the context leaves. */
  readonly maxTokens: number | null;
  /** Strings that end generation; they are not part of the output. */
  readonly stop: readonly string[];
  /** Tokens that end an answer do not end this one: it goes on to `maxTokens`. Left out: they do. */
  readonly ignoreEnd?: boolean;
  /** Special tokens that mark calls (`TOOL_MARKERS`) are part of the text. Left out: they have no text. */
  readonly toolMarkers?: boolean;
  readonly precision: PrecisionWish;
  readonly service: ServiceWish;
  /** Left out: none. */
  readonly logprobs?: LogprobsWish;
  /** The call's place in its trace. Left out: the call is not traced. */
  readonly trace?: TraceContext;
  /** What the answer may be; left out: anything. Not together with `ignoreEnd`. */
  readonly constraint?: OutputConstraint;
}

/** A request after tokenization and precision resolution: all that the scheduler needs. */
export interface EngineRequest {
  readonly id: string;
  /** Prompt ids, length >= 1, int32. */
  readonly promptTokens: Int32Array;
  /** 0 for the scores of the prompt alone; promptTokens.length + maxTokens <= context length. */
  readonly maxTokens: number;
  readonly sampling: SamplingParams;
  readonly stop: readonly string[];
  /** As in GenerateRequest. */
  readonly ignoreEnd?: boolean;
  readonly toolMarkers?: boolean;
  /** Ladder rungs, floor <= ceiling. */
  readonly floor: number;
  readonly ceiling: number;
  readonly level: ServiceLevel;
  readonly deadlines: Deadlines;
  /** Whose request it is, for fairness between clients; one name for all where there are no keys. */
  readonly owner: string;
  /** Left out: none. */
  readonly logprobs?: LogprobsWish;
  /** The constraint of the GenerateRequest, made ready; left out: none. */
  readonly grammar?: OutputGrammar;
}

export type FinishReason = 'stop' | 'length' | 'cancelled';

export interface Usage {
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** Prompt tokens whose KV was reused. */
  readonly cachedTokens: number;
}

/** What only the first event of a request has, and only if it was wished for. */
interface PromptLogprobs {
  /** One per token of the prompt. */
  readonly promptLogprobs?: readonly PositionLogprobs[];
}

/** One sampled token. `text` is what became certain with it: it may be empty, or hold several characters. */
export interface TokenEvent extends PromptLogprobs {
  readonly type: 'token';
  readonly requestId: string;
  readonly tokenId: number;
  readonly text: string;
  /** Ladder rung that produced the token. */
  readonly rung: number;
  /** If wished for. */
  readonly logprobs?: PositionLogprobs;
}

export interface FinishedEvent extends PromptLogprobs {
  readonly type: 'finished';
  readonly requestId: string;
  readonly reason: FinishReason;
  /** Text that was held back (possible stop string, incomplete character) and is now certain. */
  readonly text: string;
  readonly usage: Usage;
  readonly precision: PrecisionReport;
}

export interface FailedEvent {
  readonly type: 'failed';
  readonly requestId: string;
  readonly code: ErrorCode;
  readonly message: string;
}

/** Events of one request: tokens in order, then exactly one of finished or failed. */
export type GenerationEvent = TokenEvent | FinishedEvent | FailedEvent;
