import { z } from 'zod';
import { type JsonSchema, type OutputConstraint, QueptError } from '../../core/index.ts';

const schema = z
  .unknown()
  .refine((value) => typeof value === 'object' && value !== null && !Array.isArray(value), {
    error: 'must be an object: a JSON Schema.',
  })
  .meta({ type: 'object' })
  .describe('A JSON Schema. What is not enforced is refused by its path.');

/** What `json_schema` holds, one level deeper in chats than in responses. */
const NAMED_SCHEMA = {
  name: z
    .string()
    .regex(/^[a-zA-Z0-9_-]{1,64}$/, 'must be 1 to 64 of a-z, A-Z, 0-9, _ and -.')
    .describe('Has no effect but comes back where answers repeat their request.'),
  description: z.string().nullish().describe('Accepted without effect.'),
  schema,
  strict: z.boolean().nullish().describe('The schema is always enforced.'),
};

const textFormat = z.strictObject({ type: z.literal('text') });
const objectFormat = z.strictObject({ type: z.literal('json_object') });

const FORMAT_FAULT = {
  error: ({ code }: { readonly code?: string }) =>
    code === 'invalid_union' ? "must be 'text', 'json_object' or 'json_schema'." : undefined,
};

/** `response_format` of chats and completions. */
export const RESPONSE_FORMAT = z
  .discriminatedUnion(
    'type',
    [
      textFormat,
      objectFormat,
      z.strictObject({ type: z.literal('json_schema'), json_schema: z.strictObject(NAMED_SCHEMA) }),
    ],
    FORMAT_FAULT,
  )
  .describe('What the answer may be: any text, any JSON object, or JSON that is valid under a schema.');

/** `text.format` of responses. */
export const TEXT_FORMAT = z
  .discriminatedUnion(
    'type',
    [textFormat, objectFormat, z.strictObject({ type: z.literal('json_schema'), ...NAMED_SCHEMA })],
    FORMAT_FAULT,
  )
  .describe('As `response_format` of chats.');

type ResponseFormat = z.infer<typeof RESPONSE_FORMAT>;
export type TextFormat = z.infer<typeof TEXT_FORMAT>;

/** What `response_format` asks of an answer; null for nothing. */
export function formatConstraint(format: ResponseFormat | null | undefined): OutputConstraint | null {
  if (format?.type !== 'json_schema') return plainConstraint(format);
  return schemaConstraint(format.json_schema.schema, 'response_format.json_schema.schema');
}

/** What `text.format` asks of an answer; null for nothing. */
export function textConstraint(format: TextFormat | null | undefined): OutputConstraint | null {
  if (format?.type !== 'json_schema') return plainConstraint(format);
  return schemaConstraint(format.schema, 'text.format.schema');
}

/** Throws QueptError `invalid_request` for an answer that may not end and has to. */
export function refuseEndless(
  constraint: OutputConstraint | null,
  ignoreEnd: boolean | null | undefined,
): void {
  if (constraint === null || ignoreEnd !== true) return;
  throw new QueptError(
    'invalid_request',
    "'ignore_eos' does not go with an answer in a given format, which ends where the format does. Leave one of them out.",
    { param: 'ignore_eos' },
  );
}

function plainConstraint(format: { readonly type: string } | null | undefined): OutputConstraint | null {
  return format?.type === 'json_object' ? { kind: 'json' } : null;
}

function schemaConstraint(schemaValue: unknown, param: string): OutputConstraint {
  return { kind: 'json_schema', schema: schemaValue as JsonSchema, param };
}
