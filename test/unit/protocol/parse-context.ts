import { NO_OWNER } from '../../../src/core/index.ts';
import type { RequestContext } from '../../../src/protocol/index.ts';
import { FAKE_MODEL } from '../../support/fake-inference-service.ts';

/** The context of a request without headers of ours. */
export const CONTEXT: RequestContext = {
  id: 'chatcmpl-1',
  callId: 'req_1',
  owner: NO_OWNER,
  served: FAKE_MODEL,
  precisionHeader: null,
  targetHeaders: { ttftMs: null, tpotMs: null },
};
