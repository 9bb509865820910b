import type { DescService, Message } from '@bufbuild/protobuf';
import type { handleBidiStreamingCall, UntypedServiceImplementation } from '@grpc/grpc-js';
import { toPublicError } from '../../core/index.ts';
import { errorStatus, type ServerReflectionRequest } from '../../protocol/index.ts';
import { ReflectionAnswers } from './reflection-answers.ts';
import { type Incoming, requireMessage } from './service-definition.ts';

/** `grpc.reflection.v1.ServerReflection`: tells clients such as grpcurl what the server offers. */
export function reflectionService(services: readonly DescService[]): UntypedServiceImplementation {
  const answers = new ReflectionAnswers(services);
  const info: handleBidiStreamingCall<Incoming, Message> = (call) => {
    // Not iterated: at the end of its input an iterator destroys the stream, and what is still to be written with it.
    call.on('data', (incoming: Incoming) => {
      try {
        const question = requireMessage(incoming) as ServerReflectionRequest;
        if (call.write(answers.answer(question))) return;
        // Who does not read the answers is not asked for more.
        call.pause();
        call.once('drain', () => call.resume());
      } catch (thrown) {
        const { code, message } = errorStatus(toPublicError(thrown));
        call.emit('error', { code, details: message });
      }
    });
    call.on('end', () => call.end());
  };
  return { ServerReflectionInfo: info };
}
