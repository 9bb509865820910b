import { describe, expect, it } from 'vitest';
import { type FinishedEvent, type GenerationEvent, WITHOUT_TARGETS } from '../../../src/core/index.ts';
import {
  CHAT_SHAPE,
  COMPLETION_SHAPE,
  collectReply,
  encodeReplyStream,
  type IndexedEvent,
  type ReplyShape,
  replyMeta,
} from '../../../src/protocol/index.ts';
import { FAKE_MODEL } from '../../support/fake-inference-service.ts';

const RANGE = { floor: 0, ceiling: 2, pinned: false };
const { level } = WITHOUT_TARGETS;
const META = replyMeta(FAKE_MODEL, { range: RANGE, level }, 'id-1', 1_700_000_001);
const ZEROS = {
  reasoning_tokens: 0,
  audio_tokens: 0,
  accepted_prediction_tokens: 0,
  rejected_prediction_tokens: 0,
};
const PRECISION = {
  average_bits: 16 / 3,
  configs: [
    { id: 'q4', average_bits: 4, tokens: 2 },
    { id: 'q8', average_bits: 8, tokens: 1 },
  ],
  switches: 1,
};

function token(text: string): GenerationEvent {
  return { type: 'token', requestId: 'r', tokenId: 1, text, rung: 1 };
}

function finished(fields: Partial<FinishedEvent> = {}): GenerationEvent {
  return {
    type: 'finished',
    requestId: 'r',
    reason: 'stop',
    text: '',
    usage: { promptTokens: 5, completionTokens: 3, cachedTokens: 2 },
    precision: {
      averageBits: 16 / 3,
      configs: [
        { id: 'q4', averageBits: 4, tokens: 2 },
        { id: 'q8', averageBits: 8, tokens: 1 },
      ],
      switches: 1,
    },
    ...fields,
  };
}

async function* from(
  ...events: (GenerationEvent | [number, GenerationEvent])[]
): AsyncGenerator<IndexedEvent> {
  for (const event of events)
    yield Array.isArray(event) ? { index: event[0], event: event[1] } : { index: 0, event };
}

async function stream(
  events: AsyncIterable<IndexedEvent>,
  options: { shape?: ReplyShape; choices?: number; includeUsage?: boolean } = {},
) {
  const { shape = CHAT_SHAPE, choices = 1, includeUsage = false } = options;
  let text = '';
  for await (const frame of encodeReplyStream(events, { shape, meta: META, choices, includeUsage }))
    text += frame;
  const frames = text.split('\n\n');
  expect(frames.at(-1)).toBe('');
  expect(frames.at(-2)).toBe('data: [DONE]');
  return frames.slice(0, -2).map((frame) => {
    expect(frame.startsWith('data: ')).toBe(true);
    return JSON.parse(frame.slice('data: '.length));
  });
}

describe('collectReply', () => {
  it('makes a whole chat completion', async () => {
    const events = from(token('Hel'), token('lo'), token(''), finished({ text: '!' }));
    expect(await collectReply({ shape: CHAT_SHAPE, meta: META, choices: 1 }, events)).toEqual({
      id: 'id-1',
      object: 'chat.completion',
      created: 1_700_000_001,
      model: 'tiny',
      system_fingerprint: 'fp_0123abcd',
      service_tier: 'default',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: 'Hello!', refusal: null },
          logprobs: null,
          finish_reason: 'stop',
        },
      ],
      usage: {
        prompt_tokens: 5,
        completion_tokens: 3,
        total_tokens: 8,
        prompt_tokens_details: { cached_tokens: 2, audio_tokens: 0 },
        completion_tokens_details: ZEROS,
        precision: PRECISION,
      },
      precision: PRECISION,
    });
  });

  it('puts choices in order of index and adds up usage and precision', async () => {
    const events = from(
      [1, token('b')],
      [0, token('a')],
      [1, finished({ reason: 'length' })],
      [0, finished()],
    );
    expect(await collectReply({ shape: COMPLETION_SHAPE, meta: META, choices: 2 }, events)).toMatchObject({
      object: 'text_completion',
      choices: [
        { index: 0, text: 'a', logprobs: null, finish_reason: 'stop' },
        { index: 1, text: 'b', logprobs: null, finish_reason: 'length' },
      ],
      usage: { prompt_tokens: 10, completion_tokens: 6, total_tokens: 16 },
      precision: {
        average_bits: 16 / 3,
        configs: [
          { id: 'q4', average_bits: 4, tokens: 4 },
          { id: 'q8', average_bits: 8, tokens: 2 },
        ],
        switches: 2,
      },
    });
  });

  it.each([
    [
      'failed',
      { type: 'failed', requestId: 'r', code: 'overloaded', message: 'too much' } as const,
      'too much',
    ],
    ['cancelled', finished({ reason: 'cancelled' }), 'was cancelled'],
  ])('throws what %s', async (_, event, message) => {
    await expect(
      collectReply({ shape: CHAT_SHAPE, meta: META, choices: 1 }, from(token('a'), event)),
    ).rejects.toThrow(message);
  });

  it('throws when the events just end', async () => {
    await expect(
      collectReply({ shape: CHAT_SHAPE, meta: META, choices: 1 }, from(token('a'))),
    ).rejects.toThrow('terminal event');
  });
});

describe('encodeReplyStream', () => {
  it('gives the role once, text as it comes, and the reason at the end', async () => {
    const chunks = await stream(from(token('Hel'), token(''), token('lo'), finished()));
    expect(chunks.map((chunk) => chunk.choices[0])).toEqual([
      {
        index: 0,
        delta: { role: 'assistant', content: '', refusal: null },
        logprobs: null,
        finish_reason: null,
      },
      { index: 0, delta: { content: 'Hel' }, logprobs: null, finish_reason: null },
      { index: 0, delta: { content: 'lo' }, logprobs: null, finish_reason: null },
      { index: 0, delta: {}, logprobs: null, finish_reason: 'stop' },
    ]);
    for (const chunk of chunks) {
      expect(chunk).toMatchObject({ id: 'id-1', object: 'chat.completion.chunk', service_tier: 'default' });
      expect(chunk).not.toHaveProperty('usage');
    }
    expect(chunks.map((chunk) => chunk.precision)).toEqual([undefined, undefined, undefined, PRECISION]);
  });

  it('adds usage in a chunk of its own and null everywhere else', async () => {
    const chunks = await stream(from(token('a'), finished()), { includeUsage: true });
    expect(chunks.slice(0, -1).map((chunk) => chunk.usage)).toEqual([null, null, null]);
    expect(chunks.at(-1)).toMatchObject({
      choices: [],
      usage: { prompt_tokens: 5, completion_tokens: 3, total_tokens: 8, precision: PRECISION },
      precision: PRECISION,
    });
  });

  it('sends held-back text before the end, and opens a choice that had no text', async () => {
    const chunks = await stream(from(finished({ text: 'x' })));
    expect(chunks.map((chunk) => chunk.choices[0].delta)).toEqual([
      { role: 'assistant', content: '', refusal: null },
      { content: 'x' },
      {},
    ]);
  });

  it('interleaves choices and gives precision with the last to end', async () => {
    const events = from(
      [1, token('b')],
      [0, token('a')],
      [0, finished()],
      [1, finished({ reason: 'length' })],
    );
    const chunks = await stream(events, { shape: COMPLETION_SHAPE, choices: 2 });
    expect(chunks.map((chunk) => chunk.choices[0])).toEqual([
      { index: 1, text: 'b', logprobs: null, finish_reason: null },
      { index: 0, text: 'a', logprobs: null, finish_reason: null },
      { index: 0, text: '', logprobs: null, finish_reason: 'stop' },
      { index: 1, text: '', logprobs: null, finish_reason: 'length' },
    ]);
    expect(chunks[2]).not.toHaveProperty('precision');
    expect(chunks[3].precision.configs).toHaveLength(2);
  });

  it('writes text with line breaks on one line', async () => {
    const chunks = await stream(from(token('a\n\r\n\u2028b'), finished()));
    expect(chunks[1].choices[0].delta.content).toBe('a\n\r\n\u2028b');
  });

  it('throws on failure with nothing that looks like an end', async () => {
    const failure = { type: 'failed', requestId: 'r', code: 'overloaded', message: 'too much' } as const;
    const frames: string[] = [];
    const encoded = encodeReplyStream(from(token('a'), failure), {
      shape: CHAT_SHAPE,
      meta: META,
      choices: 1,
      includeUsage: true,
    });
    await expect(
      (async () => {
        for await (const frame of encoded) frames.push(frame);
      })(),
    ).rejects.toMatchObject({ code: 'overloaded' });
    expect(frames.join('')).not.toContain('[DONE]');
    expect(frames.join('')).not.toContain('"stop"');
  });
});

describe('replyMeta', () => {
  it('adds the config to the fingerprint of a pinned answer only', () => {
    expect(META.system_fingerprint).toBe('fp_0123abcd');
    const pinned = replyMeta(FAKE_MODEL, { range: { floor: 1, ceiling: 1, pinned: true }, level }, 'id', 0);
    expect(pinned.system_fingerprint).toBe('fp_0123abcd-q4');
  });
});
