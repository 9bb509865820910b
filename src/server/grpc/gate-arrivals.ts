import {
  ResponderBuilder,
  ServerInterceptingCall,
  type ServerInterceptingCallInterface,
  type ServerInterceptor,
  ServerListenerBuilder,
} from '@grpc/grpc-js';
import { type Caller, NO_OWNER } from '../../core/index.ts';
import { ArrivalGate } from './arrival-gate.ts';
import type { Callers } from './authenticate-calls.ts';

/** Messages of one owner that may be arriving at once, over all connections. */
const PER_OWNER = 64;
/** The same of one connection, where there are no owners. */
const PER_CONNECTION = 32;
/** The same of those who need not say who they are: probes. */
const PER_STRANGER = 4;

/**
 * Bounds what messages that have not arrived whole may hold in memory: a connection has a thousand calls, and each
 * could leave its message a byte short of the longest. Beyond some, calls are not read until others have arrived,
 * so that no more of them is held than the window of their stream.
 */
export function gateArrivals(callers: Callers): ServerInterceptor {
  const gate = new ArrivalGate();
  return (_method, call) => {
    let leave = (): void => {};
    const listener = new ServerListenerBuilder()
      .withOnReceiveMetadata((metadata, next) => {
        const { name, atOnce } = doorOf(callers.get(metadata), call);
        leave = gate.visit(name, atOnce, () => next(metadata));
      })
      .withOnReceiveHalfClose((next) => {
        leave();
        next();
      })
      .withOnCancel(() => leave())
      .build();
    const responder = new ResponderBuilder().withStart((next) => next(listener)).build();
    return new ServerInterceptingCall(call, responder);
  };
}

function doorOf(caller: Caller | undefined, call: ServerInterceptingCallInterface) {
  if (caller === undefined) return { name: `stranger ${call.getPeer()}`, atOnce: PER_STRANGER };
  if (caller.owner === NO_OWNER) return { name: `connection ${call.getPeer()}`, atOnce: PER_CONNECTION };
  return { name: `owner ${caller.owner}`, atOnce: PER_OWNER };
}
