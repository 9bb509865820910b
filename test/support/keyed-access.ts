import { createAccessControl } from '../../src/access/index.ts';
import { createLogger, createPrometheusMetrics } from '../../src/observability/index.ts';
import { newKey, withKey } from './api-key.ts';
import { VirtualClock } from './virtual-clock.ts';

/** What time it is for expiry. */
export const NOW = '2026-06-01T00:00:00Z';

/** API keys of these fields, by id, with limits in memory on a virtual clock. */
export async function keyedAccess(keys: Readonly<Record<string, object>>) {
  const made = Object.entries(keys).map(([id, fields]) => newKey(id, fields));
  const clock = new VirtualClock();
  const metrics = createPrometheusMetrics();
  const access = await createAccessControl({
    keysPath: null,
    keyEntries: made.map(({ entry }) => entry),
    redisUrl: null,
    metrics,
    clock,
    epochMs: () => Date.parse(NOW),
    logger: createLogger({ level: 'error', destination: 'stderr' }),
  });
  const secretOf = (id: string): string => made.find(({ entry }) => entry.id === id)?.secret ?? '';
  return { made, clock, metrics, access, secretOf, as: (id: string) => withKey(secretOf(id)) };
}
