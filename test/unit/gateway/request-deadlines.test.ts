import { describe, expect, it } from 'vitest';
import { requestDeadlines } from '../../../src/gateway/request-deadlines.ts';
import { refusalCode } from '../../support/refusal-code.ts';

const server = (totalMs: number | null) => ({ queueMs: 10, firstTokenMs: null, totalMs });

describe('requestDeadlines', () => {
  it.each([
    ['no deadline of the client', null, 500, 100, 500],
    ['one that comes first, less what has passed', 400, 500, 100, 300],
    ['one that comes last', 900, 500, 100, 500],
    ['one where the server has none', 900, null, 100, 800],
    ['none at all', null, null, 100, null],
  ])('takes the earlier end: %s', (_, timeoutMs, totalMs, elapsedMs, expected) => {
    expect(requestDeadlines(server(totalMs), timeoutMs, elapsedMs)).toEqual(server(expected));
  });

  it.each([
    [100, 100],
    [-1, 0],
    [Number.NaN, 0],
  ])('refuses a deadline that has passed: %d after %d ms', (timeoutMs, elapsedMs) => {
    expect(refusalCode(() => requestDeadlines(server(null), timeoutMs, elapsedMs))).toBe('deadline_exceeded');
  });
});
