import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  CHAT_FIELDS,
  COMPLETION_FIELDS,
  parseChatRequest,
  parseCompletionRequest,
  parseResponseRequest,
  RESPONSE_FIELDS,
} from '../../../src/protocol/index.ts';
import { CONTEXT } from './parse-context.ts';

const SPECIFICATION = new URL('../../../../shared/conformance/openapi.json', import.meta.url);

interface Schema {
  readonly $ref?: string;
  readonly allOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
}

interface Specification {
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

function fieldsOf(specification: Specification, schema: Schema): string[] {
  if (schema.$ref !== undefined) {
    const target = specification.components.schemas[schema.$ref.split('/').at(-1) ?? ''];
    if (target === undefined) throw new Error(`no schema ${schema.$ref}`);
    return fieldsOf(specification, target);
  }
  const inherited = (schema.allOf ?? []).flatMap((part) => fieldsOf(specification, part));
  return [...inherited, ...Object.keys(schema.properties ?? {})];
}

describe('every field of the specification is honoured, without effect, or refused by name', () => {
  it.for([
    [
      'CreateChatCompletionRequest',
      CHAT_FIELDS,
      parseChatRequest,
      { messages: [{ role: 'user', content: 'x' }] },
      37,
    ],
    ['CreateCompletionRequest', COMPLETION_FIELDS, parseCompletionRequest, { prompt: 'x' }, 18],
    ['CreateResponse', RESPONSE_FIELDS, parseResponseRequest, { input: 'x' }, 30],
  ] as const)('%s', ([name, policy, parse, minimal, atLeast], context) => {
    if (!existsSync(SPECIFICATION)) {
      context.skip(
        'the OpenAPI specification is not beside this checkout (../shared/conformance/openapi.json)',
      );
    }
    const specification = JSON.parse(readFileSync(SPECIFICATION, 'utf8')) as Specification;
    const schema = specification.components.schemas[name];
    if (schema === undefined) throw new Error(`no schema ${name}`);
    const fields = [...new Set(fieldsOf(specification, schema))];
    expect(fields.length).toBeGreaterThanOrEqual(atLeast);
    for (const field of fields) {
      const ways = [policy.honoured, policy.withoutEffect, policy.unsupported].filter((way) =>
        way.has(field),
      );
      expect(ways, field).toHaveLength(1);
      if (policy.honoured.has(field)) continue;
      // No field takes this value in earnest, so it is either ignored or refused by its name.
      const attempt = () => parse({ model: 'tiny', ...minimal, [field]: { unlikely: 1 } }, CONTEXT);
      if (policy.withoutEffect.has(field)) expect(attempt, field).not.toThrow();
      else expect(attempt, field).toThrow(expect.objectContaining({ code: 'invalid_request', param: field }));
    }
  });
});
