import type { HttpBindings } from '@hono/node-server';
import type { Caller } from '../../core/index.ts';
import type { AccessRecord } from '../access-record.ts';

/** What a handler finds in hono's context. */
export interface HttpEnv {
  /** Node's own request and response; absent when the app is called without a socket. */
  Bindings: Partial<HttpBindings>;
  Variables: {
    access: AccessRecord;
    /** Absent where no key is needed. */
    caller: Caller;
    /** `x-request-id`: the client's, or ours. */
    requestId: string;
  };
}
