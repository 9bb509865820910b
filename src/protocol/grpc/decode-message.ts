import { type DescMessage, fromBinary, type MessageShape } from '@bufbuild/protobuf';
import { QueptError } from '../../core/index.ts';
import { checkWire } from './check-wire.ts';

/**
 * A request message from its bytes.
 *
 * Throws QueptError `invalid_request`, also for fields that this server does not know.
 */
export function decodeMessage<Desc extends DescMessage>(desc: Desc, bytes: Uint8Array): MessageShape<Desc> {
  try {
    checkWire(desc, bytes);
    return fromBinary(desc, bytes);
  } catch (cause) {
    if (cause instanceof QueptError) throw cause;
    throw new QueptError('invalid_request', `The request is not a valid ${desc.typeName} message.`, {
      cause,
    });
  }
}
