import { describe, expect, it } from 'vitest';
import type { JsonSchema } from '../../../src/core/index.ts';
import { GrammarPool } from '../../../src/gateway/grammar-pool.ts';
import { TokenizerPool } from '../../../src/gateway/tokenizer-pool.ts';

const NOWHERE = new URL('./no-such-worker.js', import.meta.url);

function nested(levels: number): JsonSchema {
  let schema: JsonSchema = { type: 'string' };
  for (let i = 0; i < levels; i++) schema = { allOf: [schema] };
  return schema;
}

describe('threads that cannot be started', () => {
  it('end the start with a reason, and not the process', async () => {
    const pool = new TokenizerPool({
      entry: NOWHERE,
      artefactDirectory: '/none',
      toolFormat: null,
      threads: 1,
    });
    await expect(pool.load()).rejects.toMatchObject({
      code: 'internal_error',
      message: expect.stringMatching(/^The tokenizer's thread cannot be started: /),
    });
    await pool.close();
  });

  it('[H3] fail those who need them', async () => {
    const pool = new GrammarPool(NOWHERE);
    await expect(pool.prepare({ kind: 'json' })).rejects.toMatchObject({ code: 'internal_error' });
    await pool.close();
  });
});

it.each([300, 3_000, 100_000])(
  '[H3] [J3] a schema that nests %d levels is refused before it is handed over',
  async (levels) => {
    const pool = new GrammarPool(NOWHERE);
    const constraint = { kind: 'json_schema', schema: nested(levels), param: 'response_format' } as const;
    await expect(pool.prepare(constraint)).rejects.toMatchObject({
      code: 'invalid_request',
      param: 'response_format',
      message: expect.stringContaining('nests more than 512 levels'),
    });
    await pool.close();
  },
);
