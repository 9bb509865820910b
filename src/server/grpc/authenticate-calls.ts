import {
  type Metadata,
  ResponderBuilder,
  ServerInterceptingCall,
  type ServerInterceptor,
  ServerListenerBuilder,
} from '@grpc/grpc-js';
import type { Caller } from '../../core/index.ts';
import { errorStatus } from '../../protocol/index.ts';
import { reportFailure } from '../report-failure.ts';
import { requestIdOf } from '../request-id.ts';
import { metadataOf, textOf } from './call-metadata.ts';
import { callRecord } from './call-record.ts';
import type { GrpcServerDependencies } from './grpc-server-options.ts';

/** Whose each call is, by the metadata it came with: grpc-js hands that one object on from stage to stage. */
export type Callers = WeakMap<Metadata, Caller>;

/**
 * Finds out whose a call is before its message is read: who has no key costs no more than the headers. `isOpen` tells
 * of the paths that need none.
 */
export function authenticateCalls(
  dependencies: GrpcServerDependencies,
  callers: Callers,
  isOpen: (path: string) => boolean,
): ServerInterceptor {
  return (method, call) => {
    if (isOpen(method.path)) return new ServerInterceptingCall(call);
    const listener = new ServerListenerBuilder()
      .withOnReceiveMetadata(async (metadata, next) => {
        try {
          const certificate = call.getAuthContext().sslPeerCertificate;
          const caller = await dependencies.authenticate({
            authorization: textOf(metadata, 'authorization'),
            clientCertificate: certificate?.fingerprint256 ?? null,
          });
          callers.set(metadata, caller);
        } catch (thrown) {
          guarded.sendStatus(refusal(thrown, method.path, metadata, dependencies));
          return;
        }
        next(metadata);
      })
      .build();
    const responder = new ResponderBuilder().withStart((next) => next(listener)).build();
    const guarded = new ServerInterceptingCall(call, responder);
    return guarded;
  };
}

/** Notes the refusal in the log, and returns how the client is told. */
function refusal(thrown: unknown, path: string, metadata: Metadata, dependencies: GrpcServerDependencies) {
  const requestId = requestIdOf(textOf(metadata, 'x-request-id') ?? undefined, dependencies.createId);
  const access = callRecord(dependencies, requestId, path, metadata);
  const { code, message, trailers } = errorStatus(reportFailure(thrown, false, access));
  access.add({ grpc_code: code, outcome: 'failed' });
  access.finish();
  return { code, details: message, metadata: metadataOf({ 'x-request-id': requestId, ...trailers }) };
}
