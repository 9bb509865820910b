import type { Message } from '@bufbuild/protobuf';
import type {
  handleServerStreamingCall,
  handleUnaryCall,
  Metadata,
  ServerWritableStream,
} from '@grpc/grpc-js';
import { type Caller, QueptError } from '../../core/index.ts';
import { GIVEN_UP } from '../given-up.ts';
import type { Callers } from './authenticate-calls.ts';
import { CallScope } from './call-scope.ts';
import type { CallsInFlight } from './calls-in-flight.ts';
import type { GrpcServerDependencies } from './grpc-server-options.ts';
import { type Incoming, requireMessage } from './service-definition.ts';

export interface CallContext {
  readonly dependencies: GrpcServerDependencies;
  readonly inFlight: CallsInFlight;
  readonly callers: Callers;
  readonly stalledReaderMs: number;
}

/** What a method does with a request. Rejects with whatever ends the call. */
export type UnaryMethod = (request: Message, scope: CallScope, caller: Caller) => Promise<Message>;
export type StreamMethod = (request: Message, scope: CallScope, caller: Caller) => AsyncGenerator<Message>;

export function unaryHandler(
  method: UnaryMethod,
  { dependencies, inFlight, callers }: CallContext,
): handleUnaryCall<Incoming, Message> {
  return async (call, callback) => {
    const done = inFlight.begin();
    const scope = new CallScope(call, dependencies);
    try {
      const caller = callerOf(call.metadata, callers);
      scope.identified(caller);
      scope.requireWaiting();
      const reply = await method(requireMessage(call.request), scope, caller);
      scope.sendHeader();
      callback(null, reply, scope.trailers);
      scope.succeeded();
    } catch (thrown) {
      callback(scope.failed(thrown));
      // What else was begun for this call has nobody left to wait for it.
      scope.abort.abort(GIVEN_UP);
    } finally {
      done();
    }
  };
}

export function streamHandler(
  method: StreamMethod,
  { dependencies, inFlight, callers, stalledReaderMs }: CallContext,
): handleServerStreamingCall<Incoming, Message> {
  return async (call) => {
    const done = inFlight.begin();
    const scope = new CallScope(call, dependencies);
    try {
      const caller = callerOf(call.metadata, callers);
      scope.identified(caller);
      scope.requireWaiting();
      for await (const reply of method(requireMessage(call.request), scope, caller)) {
        // The next piece is asked for when this one is on its way: a slow reader slows its own stream alone.
        if (!call.write(reply)) await drained(call, scope.signal, stalledReaderMs);
      }
      call.end(scope.trailers);
      scope.succeeded();
    } catch (thrown) {
      call.emit('error', scope.failed(thrown));
      // Whatever it was, nobody will read on.
      scope.abort.abort(GIVEN_UP);
    } finally {
      done();
    }
  };
}

/** Every call of a method here has passed `authenticateCalls`. */
function callerOf(metadata: Metadata, callers: Callers): Caller {
  const caller = callers.get(metadata);
  if (caller === undefined) throw new Error('A call came that nobody had asked whose it was.');
  return caller;
}

/** Resolves when the stream takes more. Rejects when the call has ended, or its client reads nothing any more. */
function drained(
  call: ServerWritableStream<Incoming, Message>,
  signal: AbortSignal,
  stalledReaderMs: number,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const finish = (error: QueptError | null): void => {
      clearTimeout(stall);
      call.off('drain', onDrain);
      signal.removeEventListener('abort', onAbort);
      if (error === null) resolve();
      else reject(error);
    };
    const onDrain = (): void => finish(null);
    const onAbort = (): void => finish(new QueptError('cancelled', 'The call has ended.'));
    const stall = setTimeout(
      () => finish(new QueptError('request_timeout', 'The client has stopped reading the stream.')),
      stalledReaderMs,
    );
    call.once('drain', onDrain);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
  });
}
