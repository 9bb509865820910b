import { describe, expect, it } from 'vitest';
import { readStream } from '../../../../src/bench/load/read-stream.ts';

const event = (value: object | string, end = '\n\n') =>
  `data: ${typeof value === 'string' ? value : JSON.stringify(value)}${end}`;
const delta = (fields: object, finish_reason: string | null = null) => ({
  choices: [{ index: 0, delta: fields, finish_reason }],
});

function read(...pieces: readonly (readonly [number, string | Buffer])[]) {
  return readStream({
    status: 200,
    endedAtMs: 99,
    pieces: pieces.map(([atMs, data]) => ({ atMs, data: Buffer.from(data) })),
  });
}

describe('readStream', () => {
  it('reads a chat of a server that tells nothing but text', () => {
    const reading = read(
      [1, event(delta({ role: 'assistant', content: '' }))],
      [5, event(delta({ content: 'a' }))],
      [7, event(delta({ content: 'b' })) + event(delta({}, 'stop'))],
      [8, event('[DONE]')],
    );
    expect(reading).toEqual({
      textAtMs: [5, 7],
      finishedAtMs: 7,
      usage: null,
      precision: null,
      serviceTier: null,
      done: true,
      fault: null,
    });
  });

  it('takes calls and reasoning for text', () => {
    const { textAtMs } = read(
      [1, event(delta({ reasoning_content: 'hm' }))],
      [2, event(delta({ tool_calls: [{ index: 0 }] }))],
      [3, event(delta({ content: null, tool_calls: [] }))],
    );
    expect(textAtMs).toEqual([1, 2]);
  });

  it('reads usage, tier and precision from whichever chunk has them', () => {
    const precision = { average_bits: 6, configs: [{ id: 'q6', average_bits: 6, tokens: 2 }], switches: 0 };
    const reading = read(
      [1, event({ ...delta({ content: 'a' }), service_tier: 'flex', usage: null })],
      [2, event({ ...delta({}, 'length'), precision })],
      [3, event({ choices: [], usage: { prompt_tokens: 3, completion_tokens: 2 } }) + event('[DONE]')],
    );
    expect(reading).toMatchObject({
      usage: { promptTokens: 3, outputTokens: 2, cachedTokens: null },
      precision,
      serviceTier: 'flex',
    });
  });

  it('knows other line ends, comments, and events and characters that are cut anywhere', () => {
    const text = Buffer.from(
      `: keep-alive\r\n\r\n${event(delta({ content: 'ä€🦊' }), '\r\n\r\n')}${event('[DONE]', '\r\n\r\n')}`,
    );
    const bytes = [...text].map((byte, i) => [i, Buffer.from([byte])] as const);
    const { textAtMs, done, fault } = read(...bytes);
    expect([textAtMs.length, done, fault]).toEqual([1, true, null]);
    // Complete with the last byte of its empty line.
    const end = text.indexOf('}\r\n\r\n') + 4;
    expect(textAtMs[0]).toBe(end);
  });

  it.each([
    [
      'an error event',
      event({ error: { code: 'engine_unavailable', type: 'server_error' } }),
      'engine_unavailable',
    ],
    ['an error without a code', event({ error: { code: null, type: 'server_error' } }), 'server_error'],
    ['an error that is a text', event({ error: 'no' }), 'error'],
    ['what is no JSON', event('{"choices": ['), 'malformed'],
    ['a chunk of another form', event({ choices: 'none' }), 'malformed'],
  ])('finds the fault in %s, and reads no further', (_, text, fault) => {
    const reading = read([1, event(delta({ content: 'a' }))], [2, text], [3, event('[DONE]')]);
    expect(reading).toMatchObject({ textAtMs: [1], fault, done: false });
  });
});
