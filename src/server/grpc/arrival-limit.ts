import {
  ResponderBuilder,
  ServerInterceptingCall,
  type ServerInterceptor,
  ServerListenerBuilder,
} from '@grpc/grpc-js';
import { QueptError } from '../../core/index.ts';
import { errorStatus } from '../../protocol/index.ts';

/**
 * Ends calls whose one request message has not arrived after `timeoutMs`: a call that is opened and left open holds
 * a stream and what it has sent. Methods that take several messages may take their time.
 */
export function arrivalLimit(timeoutMs: number): ServerInterceptor {
  return (method, call) => {
    if (method.requestStream) return new ServerInterceptingCall(call);
    let timer: NodeJS.Timeout | undefined;
    const arrived = (): void => clearTimeout(timer);
    const listener = new ServerListenerBuilder()
      .withOnReceiveHalfClose((next) => {
        arrived();
        next();
      })
      .withOnCancel(arrived)
      .build();
    const limited = new ServerInterceptingCall(
      call,
      new ResponderBuilder()
        .withStart((next) => {
          timer = setTimeout(() => limited.sendStatus(timeoutStatus(timeoutMs)), timeoutMs);
          next(listener);
        })
        .build(),
    );
    return limited;
  };
}

function timeoutStatus(timeoutMs: number) {
  const message = `The request was not received within ${timeoutMs} ms.`;
  const { code } = errorStatus(new QueptError('request_timeout', message));
  return { code, details: message };
}
