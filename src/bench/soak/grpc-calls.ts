import { create, type DescMessage, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { Client, credentials, type StatusObject } from '@grpc/grpc-js';
import { InferenceServiceDescription } from '../../protocol/index.ts';

const { chatStream } = InferenceServiceDescription.method;
const PATH = `/${InferenceServiceDescription.typeName}/${chatStream.name}`;

export interface GrpcCallOptions {
  readonly deadlineMs?: number;
  /** The call is cancelled after so many messages. */
  readonly leaveAfter?: number;
}

/** Streams chats over one connection. */
export class GrpcCalls {
  readonly #client: Client;

  constructor(address: string) {
    this.#client = new Client(address, credentials.createInsecure());
  }

  /** Resolves with the status code of the call's end, as text. */
  chat(
    message: MessageInitShape<typeof chatStream.input>,
    { deadlineMs, leaveAfter }: GrpcCallOptions = {},
  ): Promise<string> {
    return new Promise((resolve) => {
      const call = this.#client.makeServerStreamRequest(
        PATH,
        (bytes: Buffer) => bytes,
        (bytes: Buffer) => fromBinary(chatStream.output, bytes),
        bytesOf(chatStream.input, message),
        deadlineMs === undefined ? {} : { deadline: Date.now() + deadlineMs },
      );
      let messages = 0;
      call.on('data', () => {
        if (++messages === leaveAfter) call.cancel();
      });
      // The status follows.
      call.on('error', () => {});
      call.on('status', ({ code }: StatusObject) => resolve(String(code)));
    });
  }

  close(): void {
    this.#client.close();
  }
}

function bytesOf<Schema extends DescMessage>(schema: Schema, message: MessageInitShape<Schema>): Buffer {
  return Buffer.from(toBinary(schema, create(schema, message)));
}
