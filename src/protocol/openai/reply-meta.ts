import type { Generation, ServedModel, ServiceTier } from '../../core/index.ts';

/** What stays the same through all chunks of an answer. */
export interface ReplyMeta {
  readonly id: string;
  readonly created: number;
  readonly model: string;
  readonly system_fingerprint: string;
  /** The tier that was used, whatever was asked for. */
  readonly service_tier: ServiceTier;
}

/** `created` in seconds since the epoch. */
export function replyMeta(
  served: ServedModel,
  { range, level }: Pick<Generation, 'range' | 'level'>,
  id: string,
  created: number,
): ReplyMeta {
  const config = range.pinned ? served.ladder[range.floor]?.id : undefined;
  return {
    id,
    created,
    model: served.id,
    // A pinned answer repeats bit for bit only at the same config, so the config is part of what made it.
    system_fingerprint: config === undefined ? served.fingerprint : `${served.fingerprint}-${config}`,
    service_tier: level.tier,
  };
}
