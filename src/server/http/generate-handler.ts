import { setMaxListeners } from 'node:events';
import type { Context, Handler } from 'hono';
import { formatPrecisionRange, type Generation } from '../../core/index.ts';
import {
  asSent,
  type IndexedEvent,
  type ParsedRequest,
  replyMeta,
  SSE_KEEP_ALIVE,
} from '../../protocol/index.ts';
import type { AccessRecord } from '../access-record.ts';
import { echoTexts } from '../echo-texts.ts';
import { GIVEN_UP } from '../given-up.ts';
import { mergeEvents } from '../merge-events.ts';
import { reportFailure } from '../report-failure.ts';
import { startGenerations } from '../start-generations.ts';
import type { HttpAppDependencies, HttpAppOptions } from './http-app-options.ts';
import type { HttpEnv } from './http-env.ts';
import type { Operation, ReplyEncoder } from './operation.ts';
import { readJsonBody } from './read-json-body.ts';
import { sseBody } from './sse-body.ts';

/** An accepted request on its way to an answer. */
interface Answer {
  readonly encoder: ReplyEncoder;
  readonly events: AsyncIterable<IndexedEvent>;
  /** Cancels all generations of the answer. */
  readonly abort: AbortController;
}

/** Decode, submit, encode: all that generates text. */
export function generateHandler(
  operation: Operation,
  dependencies: HttpAppDependencies,
  options: HttpAppOptions,
): Handler<HttpEnv> {
  const { service, createId, epochSeconds } = dependencies;
  return async (context) => {
    const caller = context.get('caller');
    const body = await readJsonBody(context.req.raw, options.maxBodyBytes);
    const id = `${operation.idPrefix}${createId()}`;
    const precisionHeader = context.req.header('x-precision') ?? null;
    const targetHeaders = {
      ttftMs: context.req.header('x-slo-ttft-ms') ?? null,
      tpotMs: context.req.header('x-slo-tpot-ms') ?? null,
    };
    const { parsed, encoder } = operation.read(body, {
      id,
      callId: context.get('requestId'),
      owner: caller.owner,
      served: service.model,
      precisionHeader,
      targetHeaders,
    });
    const abort = abortWith(context.req.raw.signal);
    const access = context.get('access');
    const start = async () => ({
      generations: await startGenerations(service, parsed.requests, abort, caller, access.trace),
      echo: await echoTexts(parsed, service, abort),
    });
    const { generations, echo } = await refusedAsSent(parsed, start);
    // All requests of an answer carry the same wish, so all were granted the same range.
    const granting = generations[0] as Generation;
    const granted = formatPrecisionRange(service.model.ladder, granting.range);
    access.add({ id, stream: parsed.stream, precision: granted, service_tier: granting.level.tier });
    context.header('x-precision', granted);
    const events = observed(mergeEvents(generations.map((generation) => generation.events)), access);
    const meta = replyMeta(service.model, granting, id, epochSeconds());
    const answer = { encoder: encoder({ meta, echo, now: epochSeconds }), events, abort };
    return parsed.stream
      ? streamAnswer(context, answer, options)
      : context.json(await answer.encoder.whole(events));
  };
}

/** What `start` comes to; what it throws names fields as the client did. */
async function refusedAsSent<T>({ names }: ParsedRequest, start: () => Promise<T>): Promise<T> {
  try {
    return await start();
  } catch (thrown) {
    throw asSent(thrown, names);
  }
}

function streamAnswer(
  context: Context<HttpEnv>,
  { encoder, events, abort }: Answer,
  options: HttpAppOptions,
): Response {
  const access = context.get('access');
  access.defer();
  const body = sseBody({
    frames: encoder.frames(events),
    keepAlive: { frame: SSE_KEEP_ALIVE, everyMs: options.keepAliveMs },
    stalledReaderMs: options.stalledReaderMs,
    encodeFailure: (thrown) => encoder.failure(reportFailure(thrown, abort.signal.aborted, access)),
    onEnd: (outcome) => {
      access.add({ outcome });
      access.finish();
      if (outcome !== 'complete') abort.abort(GIVEN_UP);
      // Only tearing the connection down tells a reader that will not read.
      if (outcome === 'stalled') context.env?.outgoing?.destroy();
    },
  });
  context.header('content-type', 'text/event-stream; charset=utf-8');
  context.header('cache-control', 'no-cache');
  // Some proxies collect a response before passing it on unless told not to.
  context.header('x-accel-buffering', 'no');
  return context.body(body);
}

/** A controller that the client's going away aborts, and that can be aborted for other reasons. */
function abortWith(signal: AbortSignal): AbortController {
  const controller = new AbortController();
  // Every choice listens.
  setMaxListeners(0, controller.signal);
  if (signal.aborted) controller.abort(GIVEN_UP);
  else signal.addEventListener('abort', () => controller.abort(GIVEN_UP), { once: true });
  return controller;
}

/** Passes events on and notes the figures of finished choices for the log. */
async function* observed(
  events: AsyncIterable<IndexedEvent>,
  access: AccessRecord,
): AsyncGenerator<IndexedEvent> {
  let promptTokens = 0;
  let completionTokens = 0;
  for await (const indexed of events) {
    const { event } = indexed;
    if (event.type === 'finished') {
      promptTokens += event.usage.promptTokens;
      completionTokens += event.usage.completionTokens;
      access.add({
        prompt_tokens: promptTokens,
        completion_tokens: completionTokens,
        average_bits: event.precision.averageBits,
        finish_reason: event.reason,
      });
    }
    yield indexed;
  }
}
