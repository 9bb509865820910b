import type { QueptError, ServedModel } from '../../core/index.ts';
import {
  CHAT_SHAPE,
  COMPLETION_SHAPE,
  collectReply,
  collectResponse,
  encodeReplyStream,
  errorBody,
  type IndexedEvent,
  type ParsedRequest,
  parseChatRequest,
  parseCompletionRequest,
  parseResponseRequest,
  type ReplyMeta,
  type ReplyShape,
  type RequestContext,
  ResponseStream,
  sseData,
} from '../../protocol/index.ts';

/** Writes one answer, whole or as a stream. */
export interface ReplyEncoder {
  whole(events: AsyncIterable<IndexedEvent>): Promise<object>;
  frames(events: AsyncIterable<IndexedEvent>): AsyncGenerator<string, void>;
  /** The last frame of a stream that broke off. */
  failure(error: QueptError): string;
}

/** What is known of an answer before its first token. */
export interface AnswerStart {
  readonly meta: ReplyMeta;
  /** Texts of the prompts, if they are to be repeated. */
  readonly echo: readonly string[] | null;
  /** Seconds since the epoch. */
  readonly now: () => number;
}

/** A valid request, and how it is answered. */
export interface ReadRequest {
  readonly parsed: ParsedRequest;
  encoder(start: AnswerStart): ReplyEncoder;
}

/** Where the operations that generate text differ. */
export interface Operation {
  readonly idPrefix: string;
  /** Throws QueptError naming the field at fault. */
  read(body: object, context: RequestContext): ReadRequest;
}

export const CHAT_OPERATION: Operation = {
  idPrefix: 'chatcmpl-',
  read: (body, context) => withChoices(CHAT_SHAPE, parseChatRequest(body, context), context.served),
};

export const COMPLETION_OPERATION: Operation = {
  idPrefix: 'cmpl-',
  read: (body, context) =>
    withChoices(COMPLETION_SHAPE, parseCompletionRequest(body, context), context.served),
};

export const RESPONSE_OPERATION: Operation = {
  idPrefix: 'resp_',
  read(body, context) {
    const parsed = parseResponseRequest(body, context);
    return {
      parsed,
      encoder({ meta, now }) {
        const form = { meta, repeated: parsed.repeated, calls: parsed.calls };
        const stream = new ResponseStream(form, now);
        return {
          whole: (events) => collectResponse(form, events, now),
          frames: (events) => stream.frames(events),
          failure: (error) => stream.failure(error),
        };
      },
    };
  },
};

function withChoices(shape: ReplyShape, parsed: ParsedRequest, { ladder }: ServedModel): ReadRequest {
  return {
    parsed,
    encoder({ meta, echo }) {
      const { requests, n, includeUsage, includePrecision, calls } = parsed;
      const pieceLadder = includePrecision ? ladder : null;
      const logprobs = requests[0]?.logprobs !== undefined;
      const form = { shape, meta, choices: requests.length, perPrompt: n, logprobs, echo, calls };
      return {
        whole: (events) => collectReply(form, events),
        frames: (events) => encodeReplyStream(events, { ...form, includeUsage, pieceLadder }),
        failure: (error) => sseData(errorBody(error)),
      };
    },
  };
}
