import { setMaxListeners } from 'node:events';
import type { ServerUnaryCall, ServerWritableStream } from '@grpc/grpc-js';
import { Metadata } from '@grpc/grpc-js';
import { type Caller, QueptError } from '../../core/index.ts';
import { type ErrorStatus, errorStatus, rateLimitHeaders } from '../../protocol/index.ts';
import type { AccessRecord } from '../access-record.ts';
import { GIVEN_UP } from '../given-up.ts';
import { reportFailure } from '../report-failure.ts';
import { requestIdOf } from '../request-id.ts';
import { metadataOf, printable, textOf } from './call-metadata.ts';
import { callRecord } from './call-record.ts';
import type { GrpcServerDependencies } from './grpc-server-options.ts';
import type { Incoming } from './service-definition.ts';

type AnyCall = ServerUnaryCall<Incoming, unknown> | ServerWritableStream<Incoming, unknown>;

/** Client and server give up at the same moment: whose word comes first says nothing about why. */
const DEADLINE_SLACK_MS = 50;

/** Around every call of the InferenceService: its id, its log line, its end, whichever side brings it about. */
export class CallScope {
  readonly requestId: string;
  readonly access: AccessRecord;
  /** Aborted when the client goes away or the deadline passes, and by `abort`. */
  readonly abort = new AbortController();
  /** Sent with the status. */
  readonly trailers = new Metadata();
  #headerSent = false;
  readonly #call: AnyCall;
  readonly #dependencies: GrpcServerDependencies;
  readonly #deadlineMs: number;
  #caller: Caller | null = null;
  #ended = false;
  #gone = false;

  constructor(call: AnyCall, dependencies: GrpcServerDependencies) {
    this.#call = call;
    this.#dependencies = dependencies;
    // Every choice listens.
    setMaxListeners(0, this.signal);
    const deadline = call.getDeadline();
    this.#deadlineMs = deadline instanceof Date ? deadline.getTime() : deadline;
    this.requestId = requestIdOf(this.metadata('x-request-id') ?? undefined, dependencies.createId);
    this.access = callRecord(dependencies, this.requestId, call.getPath(), call.metadata);
    // Also emitted once the status has been sent; what is over by then takes no notice.
    call.on('cancelled', () => this.#leave());
    if (call.cancelled) this.#leave();
  }

  /** From now on it is known whose the call is: the log names the key, header and trailers what is left of its limits. */
  identified(caller: Caller): void {
    this.#caller = caller;
    if (caller.keyId !== null) this.access.add({ key: caller.keyId });
  }

  get signal(): AbortSignal {
    return this.abort.signal;
  }

  /** What is left of the deadline; null without one. */
  get timeoutMs(): number | null {
    return Number.isFinite(this.#deadlineMs) ? this.#deadlineMs - this.#dependencies.epochMs() : null;
  }

  /** Throws QueptError where nobody waits for the answer any more: nothing need be begun for it. */
  requireWaiting(): void {
    if (this.timeoutMs !== null && this.timeoutMs <= 0) {
      throw new QueptError('deadline_exceeded', 'The deadline has passed.');
    }
    if (this.signal.aborted) throw new QueptError('cancelled', 'The call has ended.');
  }

  /** The first value of a key of text; null for none. */
  metadata(name: string): string | null {
    return textOf(this.#call.metadata, name);
  }

  /** Sends the header of the answer, unless it has been sent. */
  sendHeader(fields: Readonly<Record<string, string>> = {}): void {
    if (this.#headerSent) return;
    this.#headerSent = true;
    this.#call.sendMetadata(metadataOf({ 'x-request-id': this.requestId, ...this.#limits(), ...fields }));
  }

  addTrailer(name: string, text: string): void {
    this.trailers.set(name, printable(text));
  }

  /** Notes the end of a call that went well. */
  succeeded(): void {
    this.#end({ grpc_code: 0, outcome: 'complete' });
  }

  /** Notes the end of a call that failed, and returns how its client is told. */
  failed(thrown: unknown): { code: number; details: string; metadata: Metadata } {
    // What had failed before the client left is told as it was, though nobody hears it.
    const gone = this.#gone && !(thrown instanceof QueptError && thrown.code !== 'cancelled');
    const late = this.timeoutMs !== null && this.timeoutMs <= DEADLINE_SLACK_MS;
    const error =
      gone && late
        ? reportFailure(new QueptError('deadline_exceeded', 'The deadline has passed.'), false, this.access)
        : reportFailure(thrown, gone, this.access);
    const status: ErrorStatus = errorStatus(error);
    this.#end({ grpc_code: status.code, outcome: gone && !late ? 'disconnected' : 'failed' });
    const metadata = metadataOf({ 'x-request-id': this.requestId, ...this.#limits(), ...status.trailers });
    return { code: status.code, details: status.message, metadata };
  }

  #limits(): Record<string, string> {
    return rateLimitHeaders(this.#caller?.limits ?? null);
  }

  #leave(): void {
    this.#gone = true;
    this.abort.abort(GIVEN_UP);
  }

  #end(fields: Readonly<Record<string, unknown>>): void {
    if (this.#ended) return;
    this.#ended = true;
    this.access.add(fields);
    this.access.finish();
  }
}
