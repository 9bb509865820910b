import { type DescService, type Message, toBinary } from '@bufbuild/protobuf';
import type { MethodDefinition, ServiceDefinition } from '@grpc/grpc-js';
import { type QueptError, toPublicError } from '../../core/index.ts';
import { decodeMessage } from '../../protocol/index.ts';

/**
 * A request as it arrives. Faults are values here: what a deserializer throws would reach the client as a fault of
 * the server's.
 */
export type Incoming = { readonly message: Message } | { readonly fault: QueptError };

/** The message. Throws the fault. */
export function requireMessage(incoming: Incoming): Message {
  if ('fault' in incoming) throw incoming.fault;
  return incoming.message;
}

/** A described service in the terms of grpc-js. Methods are registered under their name in the proto file. */
export function serviceDefinition(service: DescService): ServiceDefinition {
  const methods = service.methods.map((method): [string, MethodDefinition<Incoming, Message>] => [
    method.name,
    {
      path: `/${service.typeName}/${method.name}`,
      requestStream: method.methodKind === 'client_streaming' || method.methodKind === 'bidi_streaming',
      responseStream: method.methodKind === 'server_streaming' || method.methodKind === 'bidi_streaming',
      requestDeserialize: (bytes) => {
        try {
          return { message: decodeMessage(method.input, bytes) };
        } catch (thrown) {
          return { fault: toPublicError(thrown) };
        }
      },
      responseSerialize: (message) => asBuffer(toBinary(method.output, message)),
      // The other half of the interface is for clients; none is made of this definition.
      requestSerialize: notAClient,
      responseDeserialize: notAClient,
    },
  ]);
  return Object.fromEntries(methods);
}

function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

function notAClient(): never {
  throw new Error('This definition serves only.');
}
