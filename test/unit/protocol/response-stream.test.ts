import { describe, expect, it } from 'vitest';
import {
  type FinishedEvent,
  type GenerationEvent,
  QueptError,
  WITHOUT_TARGETS,
} from '../../../src/core/index.ts';
import {
  collectResponse,
  type IndexedEvent,
  ResponseStream,
  replyMeta,
} from '../../../src/protocol/index.ts';
import { FAKE_MODEL } from '../../support/fake-inference-service.ts';
import { dataOf } from '../../support/http-test-app.ts';

const RANGE = { floor: 0, ceiling: 2, pinned: false };
const REPEATED = {
  max_output_tokens: 9,
  temperature: null,
  top_p: null,
  top_logprobs: 0,
  text: { format: { type: 'text' } },
  metadata: {},
} as const;
const NO_TOOLS = { tools: [], tool_choice: 'auto' as const, parallel_tool_calls: true };
const FORM = {
  meta: replyMeta(FAKE_MODEL, { range: RANGE, level: WITHOUT_TARGETS.level }, 'resp_1', 100),
  repeated: { ...REPEATED, ...NO_TOOLS, instructions: 'be brief' },
  calls: null,
};
const now = () => 107;

const token = (text: string): GenerationEvent => ({
  type: 'token',
  requestId: 'r',
  tokenId: 1,
  text,
  rung: 1,
});

function finished(fields: Partial<FinishedEvent> = {}): FinishedEvent {
  return {
    type: 'finished',
    requestId: 'r',
    reason: 'stop',
    text: '',
    usage: { promptTokens: 5, completionTokens: 3, cachedTokens: 2 },
    precision: { averageBits: 4, configs: [{ id: 'q4', averageBits: 4, tokens: 3 }], switches: 0 },
    ...fields,
  };
}

async function* from(...events: GenerationEvent[]): AsyncGenerator<IndexedEvent> {
  for (const event of events) yield { index: 0, event };
}

async function read(stream: ResponseStream, events: AsyncIterable<IndexedEvent>): Promise<string> {
  let text = '';
  for await (const frame of stream.frames(events)) text += frame;
  return text;
}

describe('a streamed response', () => {
  it('is a numbered sequence of named events, without [DONE]', async () => {
    const text = await read(
      new ResponseStream(FORM, now),
      from(token('Hel'), token(''), token('lo'), finished({ text: '!' })),
    );
    const names = [...text.matchAll(/^event: (.*)$/gm)].map(([, name]) => name);
    const events = dataOf(text).map((data) => JSON.parse(data));
    expect(events.map(({ type }) => type)).toEqual(names);
    expect(names).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.content_part.added',
      'response.output_text.delta',
      'response.output_text.delta',
      'response.output_text.delta',
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.completed',
    ]);
    expect(events.map(({ sequence_number }) => sequence_number)).toEqual([...names.keys()]);
    expect(events.flatMap(({ delta }) => delta ?? [])).toEqual(['Hel', 'lo', '!']);
    expect(new Set(events.flatMap(({ item_id, item }) => item_id ?? item?.id ?? []))).toEqual(
      new Set(['msg_1']),
    );
    expect(events[0].response).toMatchObject({ status: 'in_progress', output: [], instructions: 'be brief' });
    const whole = await collectResponse(FORM, from(token('Hello'), finished({ text: '!' })), now);
    expect(events.at(-1).response).toEqual(whole);
  });

  it('that breaks off ends with an error that every client sees', async () => {
    const stream = new ResponseStream(FORM, now);
    const failed: GenerationEvent = {
      type: 'failed',
      requestId: 'r',
      code: 'engine_unavailable',
      message: 'Gone.',
    };
    await expect(read(stream, from(token('a'), failed))).rejects.toMatchObject({
      code: 'engine_unavailable',
    });
    const frame = stream.failure(new QueptError('engine_unavailable', 'Gone.'));
    expect(frame.startsWith('event: error\n')).toBe(true);
    expect(JSON.parse(dataOf(frame)[0] ?? '')).toEqual({
      type: 'error',
      sequence_number: 5,
      code: 'engine_unavailable',
      message: 'Gone.',
      param: null,
      error: { code: 'engine_unavailable', message: 'Gone.', param: null, type: 'server_error' },
    });
  });
});

describe('a whole response', () => {
  it('says what it has done, and at which precision', async () => {
    expect(await collectResponse(FORM, from(token('Hello'), finished()), now)).toMatchObject({
      id: 'resp_1',
      object: 'response',
      created_at: 100,
      completed_at: 107,
      status: 'completed',
      incomplete_details: null,
      max_output_tokens: 9,
      output: [{ id: 'msg_1', status: 'completed', content: [{ type: 'output_text', text: 'Hello' }] }],
      usage: {
        input_tokens: 5,
        output_tokens: 3,
        total_tokens: 8,
        input_tokens_details: { cached_tokens: 2 },
      },
      precision: { average_bits: 4 },
    });
  });

  it('that reached its limit is incomplete', async () => {
    const answer = await collectResponse(FORM, from(token('Hel'), finished({ reason: 'length' })), now);
    expect(answer).toMatchObject({
      status: 'incomplete',
      incomplete_details: { reason: 'max_output_tokens' },
      output: [{ status: 'incomplete' }],
    });
    expect(answer).not.toHaveProperty('completed_at');
  });

  it.each([
    ['cancelled', finished({ reason: 'cancelled' })],
    ['broken off', token('a')],
  ])('is none when %s', async (_, last) => {
    await expect(collectResponse(FORM, from(last), now)).rejects.toThrow();
  });
});
