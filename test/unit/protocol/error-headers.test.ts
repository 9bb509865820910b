import { describe, expect, it } from 'vitest';
import { ERROR_TABLE, type ErrorCode, QueptError } from '../../../src/core/index.ts';
import { errorBody, retryHeaders } from '../../../src/protocol/index.ts';

const codes = Object.keys(ERROR_TABLE) as ErrorCode[];

describe('retryHeaders', () => {
  it.each(codes.filter((code) => ERROR_TABLE[code].retryable))('says when to try %s again', (code) => {
    const headers = retryHeaders(new QueptError(code, 'x', { retryAfterMs: 1_500 }));
    expect(headers).toEqual({ 'retry-after': '2', 'retry-after-ms': '1500' });
    expect(retryHeaders(new QueptError(code, 'x'))).toEqual({ 'retry-after': '1', 'retry-after-ms': '1000' });
  });

  it('never asks for more than a minute or less than a moment', () => {
    const headers = (retryAfterMs: number) =>
      retryHeaders(new QueptError('overloaded', 'x', { retryAfterMs }));
    expect(headers(3_600_000)).toEqual({ 'retry-after': '60', 'retry-after-ms': '60000' });
    expect(headers(0)).toEqual({ 'retry-after': '1', 'retry-after-ms': '1' });
  });

  it('keeps clients from repeating in vain', () => {
    expect(retryHeaders(new QueptError('insufficient_quota', 'x'))).toEqual({ 'x-should-retry': 'false' });
    expect(retryHeaders(new QueptError('internal_error', 'x'))).toEqual({ 'x-should-retry': 'false' });
    expect(retryHeaders(new QueptError('invalid_request', 'x'))).toEqual({});
  });
});

describe('errorBody', () => {
  it.each(codes)('has all four members for %s', (code) => {
    expect(errorBody(new QueptError(code, 'text'))).toEqual({
      error: { message: 'text', type: ERROR_TABLE[code].type, param: null, code },
    });
  });
});
