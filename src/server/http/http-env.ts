import type { HttpBindings } from '@hono/node-server';
import type { AccessRecord } from '../access-record.ts';
import type { Caller } from '../caller.ts';

/** What a handler finds in hono's context. */
export interface HttpEnv {
  /** Node's own request and response; absent when the app is called without a socket. */
  Bindings: Partial<HttpBindings>;
  Variables: {
    access: AccessRecord;
    /** Set for paths that need a key, where there are keys. */
    caller: Caller;
    /** `x-request-id`: the client's, or ours. */
    requestId: string;
  };
}
