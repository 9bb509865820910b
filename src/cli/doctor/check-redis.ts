import { parseRedisUrl, probeRedis } from '../../access/index.ts';
import { QueptError } from '../../core/index.ts';
import { type Finding, fail, ok, warn } from './finding.ts';

const CHECK = 'redis';
const TIMEOUT_MS = 2_000;
/** Replicas count by Redis's clock, and tell clients times by their own. */
const APART_SECONDS = 5;

/** Runs a script in the Redis that counts limits. Its URL is not told: it may hold a password. */
export async function checkRedis(url: string): Promise<Finding> {
  try {
    parseRedisUrl(url);
    const { address, epochSeconds } = await probeRedis(url, TIMEOUT_MS);
    const apart = Math.abs(epochSeconds - Date.now() / 1000);
    if (apart > APART_SECONDS) {
      return warn(
        CHECK,
        `${address} answers; its clock is ${Math.round(apart)} s from this one`,
        'Set both clocks by the same time service.',
      );
    }
    return ok(CHECK, `${address} answers and runs scripts`);
  } catch (thrown) {
    if (thrown instanceof QueptError) return fail(CHECK, thrown.message, 'Correct redisUrl.');
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    return warn(
      CHECK,
      `it cannot be used: ${reason}`,
      'See that redisUrl is right and reachable, and that its user may run EVAL. Until then each server counts limits for itself.',
    );
  }
}
