import type { DescMessage } from '@bufbuild/protobuf';
import { InferenceService } from './grpc/gen/quept/v1/inference_service_pb.ts';
import { openApiDocument } from './openai/document/openapi-document.ts';
import {
  UNSUPPORTED_ASSISTANT_FIELDS,
  UNSUPPORTED_CHAT_FIELDS,
  UNSUPPORTED_COMPLETION_FIELDS,
  UNSUPPORTED_RESPONSE_FIELDS,
} from './openai/unsupported-fields.ts';

let names: ReadonlySet<string> | null = null;

/**
 * The `param` of an error for a log: names of fields that the API knows, and `*` for each that a client made up, since
 * that may be anything.
 */
export function toldParam(param: string): string {
  names ??= fieldNames();
  return param
    .split(/([.[\]])/)
    .map((part) => (/^([.[\]]|\d*)$/.test(part) || names?.has(part) ? part : '*'))
    .join('');
}

function fieldNames(): Set<string> {
  const found = new Set<string>();
  collectNames(openApiDocument(), found);
  for (const fields of [
    UNSUPPORTED_CHAT_FIELDS,
    UNSUPPORTED_COMPLETION_FIELDS,
    UNSUPPORTED_ASSISTANT_FIELDS,
    UNSUPPORTED_RESPONSE_FIELDS,
  ]) {
    for (const name of fields.keys()) found.add(name);
  }
  for (const { input } of InferenceService.methods) collectFields(input, found);
  return found;
}

/** Keys of all `properties` of a JSON Schema, and the names of `parameters`, however deep. */
function collectNames(node: unknown, found: Set<string>): void {
  if (typeof node !== 'object' || node === null) return;
  const { properties, in: place, name } = node as Readonly<Record<string, unknown>>;
  if (typeof properties === 'object') for (const key of Object.keys(properties ?? {})) found.add(key);
  if (typeof place === 'string' && typeof name === 'string') found.add(name);
  for (const inner of Object.values(node)) collectNames(inner, found);
}

function collectFields({ fields }: DescMessage, found: Set<string>): void {
  for (const field of fields) {
    found.add(field.name);
    if (field.message !== undefined) collectFields(field.message, found);
  }
}
