import {
  CHAT_SHAPE,
  COMPLETION_SHAPE,
  type ParsedRequest,
  parseChatRequest,
  parseCompletionRequest,
  type ReplyShape,
  type RequestContext,
} from '../../protocol/index.ts';

/** Where the two operations that generate text differ. */
export interface Operation {
  readonly idPrefix: string;
  readonly shape: ReplyShape;
  parse(body: object, context: RequestContext): ParsedRequest;
}

export const CHAT_OPERATION: Operation = {
  idPrefix: 'chatcmpl-',
  shape: CHAT_SHAPE,
  parse: parseChatRequest,
};

export const COMPLETION_OPERATION: Operation = {
  idPrefix: 'cmpl-',
  shape: COMPLETION_SHAPE,
  parse: parseCompletionRequest,
};
