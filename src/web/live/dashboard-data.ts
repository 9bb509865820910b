// What `/dashboard/data` answers, as docs/dashboard.md and the OpenAPI document tell it.

export const TIERS = ['priority', 'default', 'flex'] as const;
export type Tier = (typeof TIERS)[number];

export interface SecondData {
  readonly at: number;
  readonly running: number;
  readonly waiting: number;
  readonly kv_usage: number;
  readonly prompt_tokens: number;
  /** By rung. */
  readonly tokens: Partial<Record<Tier, readonly number[]>>;
  readonly first_tokens: Partial<
    Record<
      Tier,
      {
        readonly count: number;
        readonly bins: readonly (readonly [bin: number, count: number])[];
        readonly target_ms: number | null;
      }
    >
  >;
  readonly pace: Partial<
    Record<Tier, { readonly tokens: number; readonly mean_ms: number; readonly target_ms: number | null }>
  >;
  readonly passes: Record<'prefill' | 'decode', { readonly count: number; readonly seconds: number }>;
  readonly switches: readonly SwitchData[];
  readonly targets: Partial<Record<Tier, { readonly met: number; readonly judged: number }>>;
  readonly ended: Record<'finished' | 'cancelled' | 'failed' | 'refused', number>;
}

export interface SwitchData {
  readonly from: string;
  readonly to: string;
  readonly reason: string;
  readonly count: number;
}

export interface DashboardData {
  readonly boot: string;
  readonly now: number;
  readonly kept_seconds: number;
  readonly model: string;
  readonly version: string;
  readonly ready: boolean;
  readonly reason: string | null;
  readonly policy: string;
  readonly slots: number;
  readonly max_waiting: number;
  readonly key: string | null;
  readonly rungs: readonly string[];
  readonly seconds: readonly SecondData[];
}
