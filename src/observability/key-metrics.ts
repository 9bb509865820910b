import type { ErrorCode } from '../core/index.ts';
import type { MetricRegistry } from './metric-registry.ts';

/** What the API keys are used for, by their ids. */
export interface KeyMetrics {
  /** A call was admitted. */
  keyUsed(keyId: string): void;
  keyTokens(keyId: string, tokens: number): void;
  /** A call with a valid key was refused. */
  keyRefused(keyId: string, code: ErrorCode): void;
  /** A call came without a valid key. */
  keyRejected(reason: 'missing' | 'unknown' | 'expired'): void;
  /** Whether limits are shared with other replicas at the moment. */
  limitsShared(shared: boolean): void;
}

/** Operators choose ids, so there are as many as they have keys; series beyond this many are one. */
export const MOST_KEY_LABELS = 100;
const OTHERS = 'other';

export function createKeyMetrics(registry: MetricRegistry): KeyMetrics {
  const requests = registry.counter('quept_key_requests_total', 'Calls admitted, by API key.', 'key');
  const tokens = registry.counter(
    'quept_key_tokens_total',
    'Tokens of prompts and answers that have ended, by API key.',
    'key',
  );
  const refusals = registry.counter(
    'quept_key_refusals_total',
    'Calls with a valid API key that its limits or its rights refused, by key and code.',
    'key',
    'code',
  );
  const rejections = registry.counter(
    'quept_key_rejections_total',
    'Calls without a valid API key, by reason.',
    'reason',
  );
  const shared = registry.gauge(
    'quept_limits_shared',
    'Whether limits of API keys are counted together with other replicas (1) or by this process alone (0).',
  );
  for (const reason of ['missing', 'unknown', 'expired']) rejections.inc({ reason }, 0);
  const known = new Set<string>();
  const label = (keyId: string): string => {
    if (known.has(keyId)) return keyId;
    if (known.size >= MOST_KEY_LABELS) return OTHERS;
    known.add(keyId);
    return keyId;
  };
  return {
    keyUsed: (keyId) => requests.inc({ key: label(keyId) }),
    keyTokens: (keyId, count) => tokens.inc({ key: label(keyId) }, count),
    keyRefused: (keyId, code) => refusals.inc({ key: label(keyId), code }),
    keyRejected: (reason) => rejections.inc({ reason }),
    limitsShared: (isShared) => shared.set(isShared ? 1 : 0),
  };
}
