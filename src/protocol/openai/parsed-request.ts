import type { GenerateRequest, ServedModel } from '../../core/index.ts';
import type { SentNames } from '../sent-names.ts';
import type { CallReading } from '../tools/call-reading.ts';
import type { TargetHeaders } from './service-wish.ts';

/** What an operation's parser needs beside the body. */
export interface RequestContext {
  /** Id of the answer, unique in this process. */
  readonly id: string;
  /** `x-request-id` of the call. */
  readonly callId: string;
  readonly owner: string;
  readonly served: ServedModel;
  /** The `x-precision` request header. */
  readonly precisionHeader: string | null;
  readonly targetHeaders: TargetHeaders;
}

/** A valid request: one GenerateRequest per choice of the answer. */
export interface ParsedRequest {
  readonly requests: readonly GenerateRequest[];
  /** Choices per prompt. */
  readonly n: number;
  readonly stream: boolean;
  /** Whether a stream ends with a chunk of usage. */
  readonly includeUsage: boolean;
  /** Whether each piece of a stream tells what its tokens were served at. */
  readonly includePrecision: boolean;
  /** Whether prompts are repeated before their answers. */
  readonly echo: boolean;
  /** How calls are looked for in answers; null where there are none. */
  readonly calls: CallReading | null;
  /** For refusals of the requests. */
  readonly names: SentNames;
}
