import type { DescField, DescMessage } from '@bufbuild/protobuf';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { QueptError } from '../../core/index.ts';

/**
 * More messages than any good request has inside it: 10,000 of a conversation, with some calls. They are counted since
 * an empty one takes two bytes on the wire, and some hundred in memory.
 */
const MAX_INNER_MESSAGES = 50_000;

/**
 * Looks through a message before it is decoded. Fields that this server does not know are refused like unknown fields
 * of JSON, though protobuf would pass over them: a newer client must not believe that they were honoured.
 *
 * Throws QueptError `invalid_request` for those and for too many messages; any Error where the bytes are no message.
 */
export function checkWire(desc: DescMessage, bytes: Uint8Array): void {
  new WireCheck().message(desc, bytes, '');
}

class WireCheck {
  #messages = 0;

  message(desc: DescMessage, bytes: Uint8Array, path: string): void {
    if (++this.#messages > MAX_INNER_MESSAGES) throw tooMany();
    const fields = fieldsOf(desc);
    const reader = new BinaryReader(bytes);
    const counts = new Map<DescField, number>();
    while (reader.pos < reader.len) {
      const [no, wireType] = reader.tag();
      if (wireType === WireType.StartGroup || wireType === WireType.EndGroup) throw new Error('a group');
      const field = fields.get(no);
      if (field === undefined) throw unknownField(desc, no, path);
      const inner = messageOf(field);
      if (inner === undefined || wireType !== WireType.LengthDelimited) {
        reader.skip(wireType, no);
        continue;
      }
      const index = counts.get(field) ?? 0;
      if (field.fieldKind === 'list') counts.set(field, index + 1);
      const place = field.fieldKind === 'list' ? `[${index}]` : '';
      this.message(inner, reader.bytes(), `${path}${field.name}${place}.`);
    }
  }
}

const known = new WeakMap<DescMessage, ReadonlyMap<number, DescField>>();

function fieldsOf(desc: DescMessage): ReadonlyMap<number, DescField> {
  const found = known.get(desc) ?? new Map(desc.fields.map((field) => [field.number, field]));
  known.set(desc, found);
  return found;
}

/** Of a field that holds messages. Entries of maps are none: they hold a key and a value. */
function messageOf(field: DescField): DescMessage | undefined {
  return field.fieldKind === 'message' || field.fieldKind === 'list' ? field.message : undefined;
}

function unknownField(desc: DescMessage, no: number, path: string): QueptError {
  const where = path === '' ? 'The request' : `'${path.slice(0, -1)}'`;
  return new QueptError(
    'invalid_request',
    `${where} has a field number ${no}, which ${desc.typeName} does not have on this server. Leave it out, or check that client and server use the same proto files.`,
    { param: `${path}${no}` },
  );
}

function tooMany(): QueptError {
  return new QueptError(
    'invalid_request',
    `The request has more than ${MAX_INNER_MESSAGES} messages inside it. Send fewer.`,
  );
}
