import { describe, expect, it } from 'vitest';
import { ApiError, describeError, readError } from '../../../src/web/api/api-error.ts';
import { sseData } from '../../../src/web/api/sse-data.ts';
import { AnswerFigures } from '../../../src/web/playground/answer-figures.ts';

async function* bytes(...pieces: readonly (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) yield typeof piece === 'string' ? new TextEncoder().encode(piece) : piece;
}

async function collect(events: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = [];
  for await (const event of events) all.push(event);
  return all;
}

describe('server-sent events', () => {
  it('come whole however they are cut, even within a character', async () => {
    const text = 'data: {"a":"é"}\n\n: keep-alive\n\ndata: [DONE]\n\n';
    const all = new TextEncoder().encode(text);
    for (let cut = 0; cut <= all.length; cut++) {
      const events = await collect(sseData(bytes(all.slice(0, cut), all.slice(cut))));
      expect(events).toEqual(['{"a":"é"}', '[DONE]']);
    }
  });

  it('are none where a body ends within one', async () => {
    expect(await collect(sseData(bytes('data: 1\n\ndata: 2')))).toEqual(['1']);
  });
});

describe('errors in words', () => {
  it('tell what the server says, and when to try again where it does not', () => {
    const body = { error: { message: 'At its limit.', code: 'rate_limit_exceeded' } };
    expect(describeError(readError(429, body, 11_300))).toBe(
      'Limit reached: At its limit. Try again in 12 s.',
    );
    const told = { error: { message: 'At its limit. Try again in 3 s.', code: 'rate_limit_exceeded' } };
    expect(describeError(readError(429, told, 3_000))).toBe('Limit reached: At its limit. Try again in 3 s.');
    const key = { error: { message: 'Unknown.', code: 'invalid_api_key' } };
    expect(describeError(readError(401, key, null))).toBe('Key refused: Unknown.');
    expect(describeError(new ApiError(0, 'unreachable', ''))).toMatch(/does not answer/);
  });

  it('do with an answer that is no error of ours, and with faults of the page', () => {
    expect(describeError(readError(502, null, null))).toBe('The server answered with status 502.');
    expect(describeError(readError(502, '<html>', null))).toBe('The server answered with status 502.');
    expect(describeError(new TypeError('x is not a function'))).not.toContain('function');
  });
});

describe('the figures of an answer', () => {
  const q = (bits: number, tokens: number) => ({ id: `q${bits}`, average_bits: bits, tokens });

  it('[V6] count tokens by config, average bits over them, and switches', () => {
    const figures = new AnswerFigures(1_000);
    figures.add([q(8, 1)], 1_050);
    figures.add([q(8, 2), q(4, 1)], 1_150);
    figures.add([q(4, 4), q(8, 2)], 1_450);
    expect([...figures.byConfig]).toEqual([
      ['q8', 5],
      ['q4', 5],
    ]);
    expect(figures.told()).toEqual([
      ['bits', '6.0'],
      ['tokens', '10'],
      ['first token', '50 ms'],
      ['tokens/s', '22.5'],
      ['switches', '2'],
    ]);
  });

  it('tell no speed of a single piece, and nothing before the first', () => {
    const figures = new AnswerFigures(0);
    expect(figures.told()).toEqual([]);
    figures.add([q(8, 3)], 40);
    expect(figures.told().map(([name]) => name)).toEqual(['bits', 'tokens', 'first token', 'switches']);
  });
});
