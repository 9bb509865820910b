import type { Caller, ServedModel } from '../core/index.ts';

/**
 * Does work that generates nothing, as one request within the limits of `caller`.
 *
 * Rejects with QueptError as `Caller.admit` does, else as `work` does.
 */
export async function countedCall<Result>(
  caller: Caller,
  model: ServedModel,
  work: () => Promise<Result>,
): Promise<Result> {
  const permit = await caller.admit([], model);
  try {
    const result = await work();
    permit.settle([], null);
    return result;
  } catch (thrown) {
    permit.settle([], thrown);
    throw thrown;
  }
}
