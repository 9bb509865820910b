import type { StatusObject } from '@grpc/grpc-js';
import { messageType, type Reply } from './grpc-client.ts';

/** The `google.rpc.Status` of a call, its details by the last word of their type. */
export function decodeStatus(status: StatusObject): Reply & { details: Record<string, Reply> } {
  const [bytes] = status.metadata.get('grpc-status-details-bin');
  if (!Buffer.isBuffer(bytes)) throw new Error('the call has no details');
  const decoded = messageType('google.rpc.Status').decode(bytes);
  const details = decoded.details.map((any: { type_url: string; value: Buffer }) => {
    const name = any.type_url.split('/').at(-1) as string;
    return [name.split('.').at(-1), messageType(name).decode(any.value)];
  });
  return { ...decoded, details: Object.fromEntries(details) };
}
