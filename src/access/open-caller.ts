import type { Caller } from '../core/index.ts';

/** A caller without a key, whom nothing limits. */
export function openCaller(owner: string): Caller {
  return { owner, keyId: null, limits: null, admit: async (requests) => ({ requests, settle: () => {} }) };
}
