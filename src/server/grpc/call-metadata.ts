import { Metadata } from '@grpc/grpc-js';

/** Metadata of texts and, under names that end in `-bin`, bytes. */
export function metadataOf(fields: Readonly<Record<string, string | Uint8Array>>): Metadata {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(fields)) {
    metadata.set(name, typeof value === 'string' ? printable(value) : Buffer.from(value));
  }
  return metadata;
}

/** The first value of a key of text; null for none. */
export function textOf(metadata: Metadata, name: string): string | null {
  const [value] = metadata.get(name);
  return typeof value === 'string' ? value : null;
}

/** Metadata of text holds printable ASCII only, and setting anything else would throw. */
export function printable(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, '?');
}
