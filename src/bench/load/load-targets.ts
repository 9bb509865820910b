import { z } from 'zod';
import { QueptError, SERVICE_TIERS, type ServiceTier } from '../../core/index.ts';
import { type LoadRecord, tpotMs, ttftMs } from './load-record.ts';

/** What a request is to be served within; null asks for nothing. */
export const LATENCY_TARGETS = z.object({
  ttftMs: z.number().positive().nullable(),
  tpotMs: z.number().positive().nullable(),
});

export type LatencyTargets = z.infer<typeof LATENCY_TARGETS>;

/** Targets by tier; those of `all` for the tiers that have none of their own. */
export interface TargetTable {
  readonly all: LatencyTargets;
  readonly byTier: Partial<Readonly<Record<ServiceTier, LatencyTargets>>>;
}

export function targetsOf({ all, byTier }: TargetTable, tier: ServiceTier): LatencyTargets {
  return byTier[tier] ?? all;
}

/**
 * `priority:200:50,flex:5000:-`: TTFT and TPOT in milliseconds by tier, `-` for none.
 *
 * @param option the flag, for messages
 * Throws QueptError `invalid_usage`.
 */
export function parseTierTargets(text: string, option: string): TargetTable['byTier'] {
  const entries = text.split(',').map((part) => {
    const [name, ttft, tpot] = /^\s*([a-z]+):([\d.]+|-):([\d.]+|-)\s*$/.exec(part)?.slice(1) ?? [];
    const tier = SERVICE_TIERS.find((one) => one === name);
    const targets = { ttftMs: target(ttft), tpotMs: target(tpot) };
    if (tier !== undefined && LATENCY_TARGETS.safeParse(targets).success) return [tier, targets] as const;
    throw new QueptError(
      'invalid_usage',
      `${option}: '${part}' is not like priority:200:50 (tier, TTFT and TPOT in ms; - for none). Tiers are ${SERVICE_TIERS.join(', ')}.`,
    );
  });
  if (new Set(entries.map(([tier]) => tier)).size < entries.length) {
    throw new QueptError('invalid_usage', `${option}: name each tier once.`);
  }
  return Object.fromEntries(entries);
}

function target(text: string | undefined): number | null {
  return text === '-' ? null : Number(text);
}

/** Whether the answer came to its end with its first token in time. */
export function meetsTtft(record: LoadRecord, targets: LatencyTargets): boolean {
  return record.outcome === 'completed' && within(ttftMs(record), targets.ttftMs);
}

/** Whether it came to its end with the others in time; one token has no others. */
export function meetsTpot(record: LoadRecord, targets: LatencyTargets): boolean {
  return record.outcome === 'completed' && within(tpotMs(record), targets.tpotMs);
}

/** Both. Whatever did not come to its end has missed. */
export function meetsTargets(record: LoadRecord, targets: LatencyTargets): boolean {
  return meetsTtft(record, targets) && meetsTpot(record, targets);
}

function within(measured: number | null, target: number | null): boolean {
  return target === null || measured === null || measured <= target;
}
