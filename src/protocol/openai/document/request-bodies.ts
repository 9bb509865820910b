import { CHAT_FIELDS, CHAT_SCHEMA } from '../chat-request.ts';
import { COMPLETION_FIELDS, COMPLETION_SCHEMA } from '../completion-request.ts';
import { RESPONSE_FIELDS, RESPONSE_SCHEMA } from '../response-request.ts';
import {
  DETOKENIZE_FIELDS,
  DETOKENIZE_SCHEMA,
  TOKENIZE_FIELDS,
  TOKENIZE_SCHEMA,
} from '../tokenize-request.ts';
import { closedObject } from './closed-object.ts';
import { INPUT_BODY, MESSAGES_BODY } from './message-bodies.ts';

// What bodies may hold: the schemas that parse them, and the fields that are checked beside them.

const messages = MESSAGES_BODY.describe('The conversation, oldest message first.');

export const CHAT_BODY = closedObject({ ...CHAT_SCHEMA.shape, messages }, CHAT_FIELDS);
export const COMPLETION_BODY = closedObject(COMPLETION_SCHEMA.shape, COMPLETION_FIELDS);
const input = INPUT_BODY.describe(RESPONSE_SCHEMA.shape.input.description ?? '');

export const RESPONSE_BODY = closedObject({ ...RESPONSE_SCHEMA.shape, input }, RESPONSE_FIELDS);
export const TOKENIZE_BODY = closedObject(
  { ...TOKENIZE_SCHEMA.shape, messages: messages.nullish() },
  TOKENIZE_FIELDS,
);
export const DETOKENIZE_BODY = closedObject(DETOKENIZE_SCHEMA.shape, DETOKENIZE_FIELDS);
