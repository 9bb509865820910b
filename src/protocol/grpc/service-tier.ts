import { QueptError, type ServiceTier } from '../../core/index.ts';
import { ServiceTier as TierMessage } from './gen/quept/v1/options_pb.ts';

const MESSAGES = {
  priority: TierMessage.PRIORITY,
  default: TierMessage.DEFAULT,
  flex: TierMessage.FLEX,
} as const satisfies Record<ServiceTier, TierMessage>;

export function tierMessage(tier: ServiceTier): TierMessage {
  return MESSAGES[tier];
}

/** Null where it is not set. Throws QueptError `invalid_request` for a number without a name: enums are open. */
export function tierOf(message: TierMessage): ServiceTier | null {
  switch (message) {
    case TierMessage.UNSPECIFIED:
      return null;
    case TierMessage.PRIORITY:
      return 'priority';
    case TierMessage.DEFAULT:
      return 'default';
    case TierMessage.FLEX:
      return 'flex';
    default:
      throw new QueptError(
        'invalid_request',
        `'options.service_tier' is ${String(message)}, which is no service tier of this server.`,
        { param: 'options.service_tier' },
      );
  }
}
