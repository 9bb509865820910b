import type { z } from 'zod';
import {
  DECISION_LIST,
  LIVE,
  MODEL,
  MODEL_LIST,
  PRECISION_LIST,
  READY,
  TEXT,
  TOKENS,
} from './catalogue-answers.ts';
import { CHAT_COMPLETION, CHAT_COMPLETION_CHUNK } from './chat-answers.ts';
import { COMPLETION, COMPLETION_CHUNK } from './completion-answers.ts';
import { DASHBOARD } from './dashboard-answers.ts';
import {
  CHAT_BODY,
  COMPLETION_BODY,
  DETOKENIZE_BODY,
  RESPONSE_BODY,
  TOKENIZE_BODY,
} from './request-bodies.ts';
import { RESPONSE, RESPONSE_EVENT } from './response-answers.ts';

/** What the document says of one operation. */
export interface Endpoint {
  readonly method: 'get' | 'post';
  readonly path: string;
  readonly operationId: string;
  readonly summary: string;
  /** Whether a key is asked for where there are keys. */
  readonly guarded: boolean;
  readonly body?: z.ZodType;
  /** Parameters after the path, each with what it means. */
  readonly query?: Readonly<Record<string, string>>;
  /** Answers by status; null for text that is no JSON. */
  readonly answers: Readonly<Record<number, z.ZodType | null>>;
  /** Of an answer that is no JSON; `text/plain` where left out. */
  readonly text?: string;
  /** The data of each event, where `stream` may be asked for. */
  readonly event?: z.ZodType;
}

const guarded = true;

/** Every operation of the HTTP API. */
export const ENDPOINTS: readonly Endpoint[] = [
  {
    method: 'post',
    path: '/v1/chat/completions',
    operationId: 'createChatCompletion',
    summary: 'Answer a conversation.',
    guarded,
    body: CHAT_BODY,
    answers: { 200: CHAT_COMPLETION },
    event: CHAT_COMPLETION_CHUNK,
  },
  {
    method: 'post',
    path: '/v1/completions',
    operationId: 'createCompletion',
    summary: 'Continue a text.',
    guarded,
    body: COMPLETION_BODY,
    answers: { 200: COMPLETION },
    event: COMPLETION_CHUNK,
  },
  {
    method: 'post',
    path: '/v1/responses',
    operationId: 'createResponse',
    summary: 'Answer a conversation; nothing of it is kept.',
    guarded,
    body: RESPONSE_BODY,
    answers: { 200: RESPONSE },
    event: RESPONSE_EVENT,
  },
  {
    method: 'get',
    path: '/v1/models',
    operationId: 'listModels',
    summary: 'The served model.',
    guarded,
    answers: { 200: MODEL_LIST },
  },
  {
    method: 'get',
    path: '/v1/models/{model}',
    operationId: 'retrieveModel',
    summary: 'A model by its name or an alias.',
    guarded,
    answers: { 200: MODEL },
  },
  {
    method: 'get',
    path: '/v1/precision',
    operationId: 'listPrecisionConfigs',
    summary: 'Extension: the precisions that the model is served at.',
    guarded,
    answers: { 200: PRECISION_LIST },
  },
  {
    method: 'get',
    path: '/v1/requests/{id}/decisions',
    operationId: 'listDecisions',
    summary: 'Extension: what the scheduler decided about a request, by the `x-request-id` of its answer.',
    guarded,
    answers: { 200: DECISION_LIST },
  },
  {
    method: 'post',
    path: '/tokenize',
    operationId: 'tokenize',
    summary: 'Extension: token ids of a text or a conversation.',
    guarded,
    body: TOKENIZE_BODY,
    answers: { 200: TOKENS },
  },
  {
    method: 'post',
    path: '/detokenize',
    operationId: 'detokenize',
    summary: 'Extension: the text of token ids.',
    guarded,
    body: DETOKENIZE_BODY,
    answers: { 200: TEXT },
  },
  {
    method: 'get',
    path: '/metrics',
    operationId: 'metrics',
    summary:
      'For Prometheus; a key needs the scope `metrics`. Not here where metrics have a port of their own.',
    guarded,
    answers: { 200: null },
  },
  {
    method: 'get',
    path: '/health/live',
    operationId: 'live',
    summary: 'Whether the process answers.',
    guarded: false,
    answers: { 200: LIVE },
  },
  {
    method: 'get',
    path: '/health/ready',
    operationId: 'ready',
    summary: 'Whether requests can be served.',
    guarded: false,
    answers: { 200: READY, 503: READY },
  },
  {
    method: 'get',
    path: '/',
    operationId: 'page',
    summary: 'Extension: the dashboard and playground, a page for people. Not there with `--no-dashboard`.',
    guarded: false,
    answers: { 200: null },
    text: 'text/html',
  },
  {
    method: 'get',
    path: '/dashboard/{file}',
    operationId: 'pageFile',
    summary: 'Extension: what that page consists of.',
    guarded: false,
    answers: { 200: null },
  },
  {
    method: 'get',
    path: '/dashboard/data',
    operationId: 'dashboard',
    summary: 'Extension: what that page shows; `after` leaves out seconds up to that one.',
    guarded,
    query: { after: 'The `at` of the last second that is known.' },
    answers: { 200: DASHBOARD },
  },
  {
    method: 'get',
    path: '/openapi.json',
    operationId: 'openapi',
    summary: 'This document.',
    guarded: false,
    answers: { 200: null },
    text: 'application/json',
  },
];
