import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  type ChannelCredentials,
  type Client,
  credentials,
  loadPackageDefinition,
  Metadata,
  type ServiceClientConstructor,
  type ServiceError,
  type StatusObject,
} from '@grpc/grpc-js';
import { loadSync, type MessageTypeDefinition } from '@grpc/proto-loader';

const PROTO = join(import.meta.dirname, '../../proto');

/** The published files, read by another implementation of protobuf than the server's. */
export const definition = loadSync(
  [
    'quept/v1/inference_service.proto',
    'grpc/health/v1/health.proto',
    'grpc/reflection/v1/reflection.proto',
    'google/rpc/status.proto',
    'google/rpc/error_details.proto',
  ],
  {
    includeDirs: [PROTO],
    keepCase: true,
    longs: String,
    enums: String,
    oneofs: true,
    arrays: true,
    defaults: true,
  },
);
const loaded = loadPackageDefinition(definition);

export const INFERENCE = serviceOf('quept.v1.InferenceService');
export const HEALTH = serviceOf('grpc.health.v1.Health');
export const REFLECTION = serviceOf('grpc.reflection.v1.ServerReflection');

function serviceOf(name: string): ServiceClientConstructor {
  let value: unknown = loaded;
  for (const part of name.split('.')) value = (value as Record<string, unknown>)[part];
  return value as ServiceClientConstructor;
}

/** Decodes messages of a type that is no method's. */
export function messageType(name: string): { decode(bytes: Buffer): Reply } {
  const type = definition[name] as MessageTypeDefinition<object, object> | undefined;
  if (type === undefined) throw new Error(`no message type ${name}`);
  return { decode: (bytes) => type.deserialize(bytes) };
}

/** A message as proto-loader makes it: names as in the proto file. */
// biome-ignore lint/suspicious/noExplicitAny: what a test reads it checks
export type Reply = any;

/** How a call went, whether well or not. */
export interface CallOutcome {
  readonly replies: Reply[];
  readonly header: Metadata;
  readonly status: StatusObject;
}

export interface CallOptions {
  readonly metadata?: Readonly<Record<string, string>>;
  readonly deadlineMs?: number;
  /** Called with each message of a stream, and how many there have been. */
  readonly onReply?: (count: number, cancel: () => void) => void;
  /** Cancels the call once this resolves. */
  readonly cancelWhen?: Promise<unknown>;
}

/** Calls methods of a service and tells header, messages and status of each. */
export class GrpcClient {
  readonly client: Client;
  readonly #service: ServiceClientConstructor;

  constructor(
    address: string,
    service = INFERENCE,
    channel: ChannelCredentials = credentials.createInsecure(),
    options: Readonly<Record<string, string | number>> = {},
  ) {
    this.#service = service;
    this.client = new service(address, channel, options);
  }

  /** Resolves once there is a connection: a call that comes then has its whole deadline for itself. */
  async connected(): Promise<this> {
    await promisify(this.client.waitForReady.bind(this.client))(Date.now() + 20_000);
    return this;
  }

  /** Unary or server streaming, as the method is. Never rejects. */
  async call(method: string, request: object, options: CallOptions = {}): Promise<CallOutcome> {
    const definition = this.#service.service[method];
    if (definition === undefined) throw new Error(`no method ${method}`);
    const { path, requestSerialize, responseDeserialize, responseStream } = definition;
    return this.raw(path, requestSerialize(request), responseStream, responseDeserialize, options);
  }

  /** The same with bytes of one's own. */
  raw(
    path: string,
    bytes: Buffer,
    responseStream: boolean,
    deserialize: (bytes: Buffer) => Reply,
    options: CallOptions = {},
  ): Promise<CallOutcome> {
    const metadata = new Metadata();
    for (const [name, value] of Object.entries(options.metadata ?? {})) metadata.set(name, value);
    const callOptions = options.deadlineMs === undefined ? {} : { deadline: Date.now() + options.deadlineMs };
    return new Promise((resolve) => {
      const replies: Reply[] = [];
      let header = new Metadata();
      const settle = (status: StatusObject): void => resolve({ replies, header, status });
      const call = responseStream
        ? this.client.makeServerStreamRequest(
            path,
            (b: Buffer) => b,
            deserialize,
            bytes,
            metadata,
            callOptions,
          )
        : this.client.makeUnaryRequest(
            path,
            (b: Buffer) => b,
            deserialize,
            bytes,
            metadata,
            callOptions,
            (_, reply) => {
              if (reply !== undefined) replies.push(reply);
            },
          );
      call.on('metadata', (received: Metadata) => {
        header = received;
      });
      call.on('error', (_: ServiceError) => {});
      if (responseStream) {
        call.on('data', (reply: Reply) => {
          replies.push(reply);
          options.onReply?.(replies.length, () => call.cancel());
        });
      }
      // A unary reply is told a moment after its status.
      call.on('status', (status: StatusObject) => setImmediate(() => settle(status)));
      options.cancelWhen?.then(() => call.cancel());
    });
  }

  close(): void {
    this.client.close();
  }
}

/** A trailer of text; null for none. */
export function trailer({ status }: CallOutcome, name: string): string | null {
  return (status.metadata.get(name)[0] as string | undefined) ?? null;
}
