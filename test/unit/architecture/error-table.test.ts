import { readFileSync } from 'node:fs';
import { STATUS_CODES } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ERROR_TABLE, QueptError, toPublicError } from '../../../src/core/index.ts';

const entries = Object.entries(ERROR_TABLE);

/** gRPC code → HTTP statuses that say the same, after google/rpc/code.proto; 499 is nginx's "client closed". */
const HTTP_OF_GRPC: Record<number, number[]> = {
  1: [499],
  3: [400, 415],
  4: [408, 504],
  5: [404],
  7: [403],
  8: [413, 429],
  9: [500],
  12: [405],
  13: [500],
  14: [503],
  16: [401],
};

describe('the error table', () => {
  it('[A8] holds these codes and no others', () => {
    expect(Object.keys(ERROR_TABLE).sort()).toEqual([
      'cancelled',
      'context_length_exceeded',
      'deadline_exceeded',
      'engine_unavailable',
      'insufficient_quota',
      'internal_error',
      'invalid_api_key',
      'invalid_artefact',
      'invalid_checkpoint',
      'invalid_config',
      'invalid_request',
      'invalid_usage',
      'method_not_allowed',
      'model_not_found',
      'not_found',
      'overloaded',
      'permission_denied',
      'rate_limit_exceeded',
      'request_timeout',
      'request_too_large',
      'shutting_down',
      'unsupported_media_type',
    ]);
  });

  it('lists each code once', () => {
    const source = readFileSync(join(import.meta.dirname, '../../../src/core/errors.ts'), 'utf8');
    const keys = [...source.matchAll(/^ {2}([a-z_]+): \{ http:/gm)].map((match) => match[1]);
    expect(keys).toHaveLength(entries.length);
  });

  it.each(entries)('[A8] gives %s an HTTP status and a gRPC code that agree', (_, { http, grpc }) => {
    expect(http === 499 || STATUS_CODES[http] !== undefined).toBe(true);
    expect(HTTP_OF_GRPC[grpc]).toContain(http);
  });

  it.each(entries)('blames the right side for %s', (_, { http, type }) => {
    expect(type === 'server_error').toBe(http >= 500);
  });

  it.each(entries.filter(([, { retryable }]) => retryable))(
    'calls %s retryable only where waiting helps',
    (_, { http }) => {
      expect([408, 429, 503, 504]).toContain(http);
    },
  );
});

describe('toPublicError', () => {
  it('hides the text of any other fault', () => {
    const error = toPublicError(new Error('ENOENT /home/me/secret'));
    expect(error.code).toBe('internal_error');
    expect(error.message).not.toContain('secret');
  });

  it('passes a QueptError as it is', () => {
    const error = new QueptError('overloaded', 'busy', { retryAfterMs: 5 });
    expect(toPublicError(error)).toBe(error);
    expect([error.http, error.retryAfterMs, error.param]).toEqual([503, 5, null]);
  });
});
