import { once } from 'node:events';
import type { DescService, Message } from '@bufbuild/protobuf';
import type { handleBidiStreamingCall, UntypedServiceImplementation } from '@grpc/grpc-js';
import { toPublicError } from '../../core/index.ts';
import { errorStatus, type ServerReflectionRequest } from '../../protocol/index.ts';
import { ReflectionAnswers } from './reflection-answers.ts';
import { type Incoming, requireMessage } from './service-definition.ts';

/** `grpc.reflection.v1.ServerReflection`: tells clients such as grpcurl what the server offers. */
export function reflectionService(services: readonly DescService[]): UntypedServiceImplementation {
  const answers = new ReflectionAnswers(services);
  const info: handleBidiStreamingCall<Incoming, Message> = async (call) => {
    const ended = new AbortController();
    call.on('cancelled', () => ended.abort());
    try {
      for await (const incoming of call) {
        const question = requireMessage(incoming as Incoming) as ServerReflectionRequest;
        // One question at a time: who does not read the answers is not asked for more.
        if (!call.write(answers.answer(question))) await once(call, 'drain', { signal: ended.signal });
      }
      call.end();
    } catch (thrown) {
      const { code, message } = errorStatus(toPublicError(thrown));
      call.emit('error', { code, details: message });
    }
  };
  return { ServerReflectionInfo: info };
}
