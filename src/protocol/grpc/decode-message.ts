import { type DescMessage, fromBinary, type Message, type MessageShape } from '@bufbuild/protobuf';
import { reflect } from '@bufbuild/protobuf/reflect';
import { QueptError } from '../../core/index.ts';

/**
 * A request message from its bytes. Fields that this server does not know are refused like unknown fields of JSON,
 * though protobuf would pass over them: a newer client must not believe that they were honoured.
 *
 * Throws QueptError `invalid_request`.
 */
export function decodeMessage<Desc extends DescMessage>(desc: Desc, bytes: Uint8Array): MessageShape<Desc> {
  let message: MessageShape<Desc>;
  try {
    message = fromBinary(desc, bytes);
  } catch (cause) {
    throw new QueptError('invalid_request', `The request is not a valid ${desc.typeName} message.`, {
      cause,
    });
  }
  refuseUnknownFields(desc, message, '');
  return message;
}

function refuseUnknownFields(desc: DescMessage, message: Message, path: string): void {
  const unknown = message.$unknown?.[0];
  if (unknown !== undefined) {
    const where = path === '' ? 'The request' : `'${path.slice(0, -1)}'`;
    const param = `${path}${unknown.no}`;
    throw new QueptError(
      'invalid_request',
      `${where} has a field number ${unknown.no}, which ${desc.typeName} does not have on this server. Leave it out, or check that client and server use the same proto files.`,
      { param },
    );
  }
  const fields = desc.fields.filter(
    (field) => field.fieldKind === 'message' || (field.fieldKind === 'list' && field.listKind === 'message'),
  );
  if (fields.length === 0) return;
  const view = reflect(desc, message);
  for (const field of fields) {
    if (!view.isSet(field)) continue;
    if (field.fieldKind === 'message') {
      const inner = view.get(field);
      refuseUnknownFields(inner.desc, inner.message, `${path}${field.name}.`);
    } else if (field.fieldKind === 'list' && field.listKind === 'message') {
      let index = 0;
      for (const inner of view.get(field)) {
        const item = inner as { desc: DescMessage; message: Message };
        refuseUnknownFields(item.desc, item.message, `${path}${field.name}[${index++}].`);
      }
    }
  }
}
