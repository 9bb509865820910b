import { type JsonSchema, type OutputConstraint, QueptError } from '../../core/index.ts';
import type { OutputFormat } from './gen/quept/v1/options_pb.ts';

/** What a format asks of an answer; null where any text will do. Throws QueptError `invalid_request` for a schema that is none. */
export function outputConstraint(message: OutputFormat | undefined): OutputConstraint | null {
  const format = message?.format ?? { case: undefined };
  switch (format.case) {
    case 'jsonObject':
      return { kind: 'json' };
    case 'jsonSchema':
      return { kind: 'json_schema', schema: parseSchema(format.value), param: SCHEMA_PARAM };
    case undefined:
      return null;
    default:
      return format satisfies never;
  }
}

const SCHEMA_PARAM = 'options.output_format.json_schema';

function parseSchema(text: string): JsonSchema {
  let schema: unknown;
  try {
    schema = JSON.parse(text);
  } catch (cause) {
    throw new QueptError('invalid_request', `'${SCHEMA_PARAM}' is not JSON.`, { param: SCHEMA_PARAM, cause });
  }
  if (
    typeof schema === 'boolean' ||
    (typeof schema === 'object' && schema !== null && !Array.isArray(schema))
  ) {
    return schema as JsonSchema;
  }
  throw new QueptError(
    'invalid_request',
    `'${SCHEMA_PARAM}' must be a JSON Schema: an object, true or false.`,
    {
      param: SCHEMA_PARAM,
    },
  );
}
