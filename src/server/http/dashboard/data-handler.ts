import type { Handler } from 'hono';
import { type Clock, type InferenceService, type LiveSecond, QueptError } from '../../../core/index.ts';
import { liveSecondJson } from '../../../protocol/index.ts';
import type { HttpEnv } from '../http-env.ts';
import type { Dashboard } from './dashboard.ts';
import { LookLimit } from './look-limit.ts';

/**
 * The last minutes as `/dashboard/data` tells them; `after` leaves out what the page has already. Seconds are written
 * once, however many look on.
 */
export function dataHandler(
  { figures, setup }: Dashboard,
  service: InferenceService,
  clock: Clock,
): Handler<HttpEnv> {
  const limit = new LookLimit(clock);
  const written = new WeakMap<LiveSecond, string>();
  const write = (second: LiveSecond): string => {
    const text = written.get(second) ?? JSON.stringify(liveSecondJson(second));
    written.set(second, text);
    return text;
  };
  return (context) => {
    limit.look();
    const after = parseAfter(context.req.query('after'));
    const { ready, reason } = service.readiness();
    const head = JSON.stringify({
      object: 'dashboard',
      boot: setup.boot,
      now: figures.nowSeconds(),
      kept_seconds: figures.keptSeconds,
      model: service.model.id,
      version: setup.version,
      ready,
      reason,
      policy: setup.policy,
      slots: setup.slots,
      max_waiting: setup.maxWaiting,
      key: context.get('caller').keyId,
      rungs: service.model.ladder.map(({ id }) => id),
    });
    const seconds = figures.after(after).map(write).join(',');
    return context.body(`${head.slice(0, -1)},"seconds":[${seconds}]}`, 200, {
      'content-type': 'application/json',
      'cache-control': 'no-store',
    });
  };
}

function parseAfter(text: string | undefined): number {
  if (text === undefined) return Number.NEGATIVE_INFINITY;
  if (/^-?\d{1,15}$/.test(text)) return Number(text);
  throw new QueptError(
    'invalid_request',
    "'after' must be a whole number: the 'at' of the last second known.",
    {
      param: 'after',
    },
  );
}
