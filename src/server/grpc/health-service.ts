import { create, type Message } from '@bufbuild/protobuf';
import type {
  handleServerStreamingCall,
  handleUnaryCall,
  ServerWritableStream,
  UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { QueptError, type Readiness, toPublicError } from '../../core/index.ts';
import {
  errorStatus,
  type HealthCheckRequest,
  HealthCheckResponseSchema,
  HealthListResponseSchema,
  ServingStatus,
} from '../../protocol/index.ts';
import { type Incoming, requireMessage } from './service-definition.ts';

interface HealthServiceOptions {
  readonly readiness: () => Readiness;
  /** Full names of the services whose state this is; the server as a whole has the same. */
  readonly services: readonly string[];
  readonly intervalMs: number;
}

/** What a watching client was told last. */
interface Watcher {
  readonly call: ServerWritableStream<Incoming, Message>;
  told: ServingStatus;
}

/**
 * `grpc.health.v1.Health` over the readiness of the service: NOT_SERVING while the model loads, while the engine is
 * down and while the server drains. Readiness is asked for, since part of it is the passing of time (an engine that
 * no longer moves); only while clients watch is it asked for again and again.
 */
export class HealthService {
  readonly implementation: UntypedServiceImplementation;
  readonly #options: HealthServiceOptions;
  readonly #names: ReadonlySet<string>;
  readonly #watchers = new Set<Watcher>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: HealthServiceOptions) {
    this.#options = options;
    this.#names = new Set(['', ...options.services]);
    this.implementation = { Check: this.#check, List: this.#list, Watch: this.#watch };
  }

  /** Tells watching clients what has changed. */
  refresh(): void {
    const status = this.#status();
    for (const watcher of this.#watchers) {
      if (watcher.told === ServingStatus.SERVICE_UNKNOWN || watcher.told === status) continue;
      // One that does not read gets the newest state when it does, and no backlog.
      if (watcher.call.writableNeedDrain) continue;
      watcher.told = status;
      watcher.call.write(create(HealthCheckResponseSchema, { status }));
    }
  }

  /** Tells watching clients for the last time, and ends their calls. */
  close(): void {
    this.refresh();
    for (const { call } of this.#watchers) call.end();
    this.#watchers.clear();
    this.#pace();
  }

  #status(): ServingStatus {
    return this.#options.readiness().ready ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
  }

  readonly #check: handleUnaryCall<Incoming, Message> = (call, callback) => {
    answer(callback, () => {
      const { service } = requireMessage(call.request) as HealthCheckRequest;
      if (this.#names.has(service)) return create(HealthCheckResponseSchema, { status: this.#status() });
      throw new QueptError('not_found', 'There is no such service.');
    });
  };

  readonly #list: handleUnaryCall<Incoming, Message> = (call, callback) => {
    answer(callback, () => {
      requireMessage(call.request);
      const status = this.#status();
      const statuses = Object.fromEntries(
        [...this.#names].map((name) => [name, create(HealthCheckResponseSchema, { status })]),
      );
      return create(HealthListResponseSchema, { statuses });
    });
  };

  readonly #watch: handleServerStreamingCall<Incoming, Message> = (call) => {
    let service: string;
    try {
      service = (requireMessage(call.request) as HealthCheckRequest).service;
    } catch (thrown) {
      call.emit('error', statusOf(thrown));
      return;
    }
    const told = this.#names.has(service) ? this.#status() : ServingStatus.SERVICE_UNKNOWN;
    const watcher = { call, told };
    this.#watchers.add(watcher);
    call.on('cancelled', () => {
      this.#watchers.delete(watcher);
      this.#pace();
    });
    call.write(create(HealthCheckResponseSchema, { status: told }));
    this.#pace();
  };

  /** The clock runs while someone watches. */
  #pace(): void {
    if (this.#watchers.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    } else {
      this.#timer ??= setInterval(() => this.refresh(), this.#options.intervalMs);
    }
  }
}

function answer(callback: Parameters<handleUnaryCall<Incoming, Message>>[1], reply: () => Message): void {
  try {
    callback(null, reply());
  } catch (thrown) {
    callback(statusOf(thrown));
  }
}

function statusOf(thrown: unknown): { code: number; details: string } {
  const { code, message } = errorStatus(toPublicError(thrown));
  return { code, details: message };
}
