import { describe, expect, it } from 'vitest';
import {
  type FinishedEvent,
  type GenerationEvent,
  type PositionLogprobs,
  type TokenEvent,
  WITHOUT_TARGETS,
} from '../../../src/core/index.ts';
import {
  CHAT_SHAPE,
  COMPLETION_SHAPE,
  collectReply,
  encodeReplyStream,
  type IndexedEvent,
  type ReplyForm,
  replyMeta,
} from '../../../src/protocol/index.ts';
import { FAKE_MODEL } from '../../support/fake-inference-service.ts';
import { dataOf } from '../../support/http-test-app.ts';

const RANGE = { floor: 0, ceiling: 2, pinned: false };
const META = replyMeta(FAKE_MODEL, { range: RANGE, level: WITHOUT_TARGETS.level }, 'id-1', 1);

/** A token that stands somewhere; the bytes may be part of a character, or none. */
function position(bytes: number[] | string, logprob: number | null, name = ''): PositionLogprobs {
  const raw = Uint8Array.from(typeof bytes === 'string' ? Buffer.from(bytes) : bytes);
  const chosen = { tokenId: 1, text: name || Buffer.from(raw).toString(), bytes: raw, logprob };
  const end = { tokenId: 2, text: '<end>', bytes: new Uint8Array(), logprob: -3 };
  return { chosen, top: logprob === null ? [] : [{ ...chosen, logprob }, end] };
}

function token(text: string, told?: PositionLogprobs, prompt?: PositionLogprobs[]): TokenEvent {
  return {
    type: 'token',
    requestId: 'r',
    tokenId: 1,
    text,
    rung: 1,
    ...(told !== undefined && { logprobs: told }),
    ...(prompt !== undefined && { promptLogprobs: prompt }),
  };
}

function finished(usage: Partial<FinishedEvent['usage']> = {}): FinishedEvent {
  return {
    type: 'finished',
    requestId: 'r',
    reason: 'stop',
    text: '',
    usage: { promptTokens: 5, completionTokens: 3, cachedTokens: 0, ...usage },
    precision: { averageBits: 4, configs: [{ id: 'q4', averageBits: 4, tokens: 3 }], switches: 0 },
  };
}

async function* from(
  ...events: (GenerationEvent | [number, GenerationEvent])[]
): AsyncGenerator<IndexedEvent> {
  for (const event of events)
    yield Array.isArray(event) ? { index: event[0], event: event[1] } : { index: 0, event };
}

interface Choice {
  readonly index: number;
  readonly text: string;
  readonly logprobs: Record<string, unknown[]> | null;
}

async function pieces(form: ReplyForm, events: AsyncIterable<IndexedEvent>) {
  let text = '';
  for await (const frame of encodeReplyStream(events, { ...form, includeUsage: true })) text += frame;
  return dataOf(text)
    .slice(0, -1)
    .map((data) => JSON.parse(data) as { choices: Choice[]; usage: { prompt_tokens: number } | null });
}

const chat = (choices = 1): ReplyForm => ({ shape: CHAT_SHAPE, meta: META, choices, logprobs: true });
const text: ReplyForm = { shape: COMPLETION_SHAPE, meta: META, choices: 1, logprobs: true };

describe('log-probabilities of a chat', () => {
  it('name tokens by their text, special ones by name, parts of characters by their bytes', async () => {
    const half = position([0xe2, 0x80], -0.5);
    const events = from(token('', half), token('—', position([0x94], -0.25)), finished());
    const { choices } = (await collectReply(chat(), events)) as { choices: unknown[] };
    const end = { token: '<end>', logprob: -3, bytes: null };
    const first = { token: 'bytes:\\xe2\\x80', logprob: -0.5, bytes: [0xe2, 0x80] };
    const second = { token: 'bytes:\\x94', logprob: -0.25, bytes: [0x94] };
    expect(choices[0]).toMatchObject({
      message: { content: '—' },
      logprobs: {
        content: [
          { ...first, top_logprobs: [first, end] },
          { ...second, top_logprobs: [second, end] },
        ],
        refusal: null,
      },
    });
  });

  it('come in a stream with their tokens, also where those make no text certain', async () => {
    const events = from(
      token('', position([0xe2, 0x80], -0.5)),
      token('—', position([0x94], -0.25)),
      finished(),
    );
    const told = (await pieces(chat(), events)).flatMap(({ choices }) => choices);
    expect(told.map(({ logprobs }) => logprobs?.content?.length ?? null)).toEqual([null, 1, 1, null]);
  });

  it('are null where nobody asked', async () => {
    const { choices } = (await collectReply(
      { ...chat(), logprobs: false },
      from(token('a'), finished()),
    )) as {
      choices: Choice[];
    };
    expect(choices[0]?.logprobs).toBeNull();
  });
});

describe('log-probabilities of completions', () => {
  const prompt = [position([], null, '<begin>'), position('Oné ', -1)];
  const events = () =>
    from(token('tw', position('tw', -2), prompt), token('', position([0xf0, 0x9f], -1)), finished());

  it('are told of prompt and answer, with places in the text', async () => {
    const form = { ...text, echo: ['Oné '] };
    const { choices } = (await collectReply(form, events())) as { choices: Choice[] };
    expect(choices[0]).toEqual({
      index: 0,
      text: 'Oné tw',
      logprobs: {
        tokens: ['<begin>', 'Oné ', 'tw', 'bytes:\\xf0\\x9f'],
        token_logprobs: [null, -1, -2, -1],
        top_logprobs: [
          null,
          { 'Oné ': -1, '<end>': -3 },
          { tw: -2, '<end>': -3 },
          { 'bytes:\\xf0\\x9f': -1, '<end>': -3 },
        ],
        text_offset: [0, 0, 4, 6],
      },
      finish_reason: 'stop',
    });
  });

  it('are the same in pieces, the prompt first', async () => {
    const form = { ...text, echo: ['Oné '] };
    const whole = (await collectReply(form, events())) as { choices: Choice[] };
    const told = (await pieces(form, events())).flatMap(({ choices }) => choices);
    expect(told.map((choice) => choice.text)).toEqual(['Oné ', 'tw', '', '']);
    for (const part of ['tokens', 'token_logprobs', 'text_offset']) {
      expect(told.flatMap(({ logprobs }) => logprobs?.[part] ?? [])).toEqual(
        whole.choices[0]?.logprobs?.[part],
      );
    }
  });

  it('of the answer alone begin at its text', async () => {
    const { choices } = (await collectReply(text, from(token('tw', position('tw', -2)), finished()))) as {
      choices: Choice[];
    };
    expect(choices[0]?.logprobs).toMatchObject({ tokens: ['tw'], text_offset: [0] });
  });
});

describe('several choices of several prompts', () => {
  const form: ReplyForm = { ...text, logprobs: false, choices: 4, perPrompt: 2, echo: ['one ', 'two '] };
  const events = () =>
    from(
      ...[0, 1, 2, 3].map((i): [number, GenerationEvent] => [i, token(`a${i}`)]),
      [3, finished({ promptTokens: 7, cachedTokens: 6, completionTokens: 1 })],
      [2, finished({ promptTokens: 7, cachedTokens: 0, completionTokens: 2 })],
      [1, finished({ promptTokens: 5, cachedTokens: 4, completionTokens: 4 })],
      [0, finished({ promptTokens: 5, cachedTokens: 3, completionTokens: 8 })],
    );

  it('echo the prompt they belong to, and count it once', async () => {
    const answer = (await collectReply(form, events())) as { choices: Choice[]; usage: object };
    expect(answer.choices.map((choice) => choice.text)).toEqual(['one a0', 'one a1', 'two a2', 'two a3']);
    expect(answer.usage).toMatchObject({
      prompt_tokens: 12,
      completion_tokens: 15,
      total_tokens: 27,
      // What the choice had of it that found least.
      prompt_tokens_details: { cached_tokens: 3 },
    });
  });

  it('do so in a stream', async () => {
    const chunks = await pieces(form, events());
    const said = ['', '', '', ''];
    for (const { index, text: piece } of chunks.flatMap(({ choices }) => choices)) said[index] += piece;
    expect(said).toEqual(['one a0', 'one a1', 'two a2', 'two a3']);
    expect(chunks.at(-1)?.usage?.prompt_tokens).toBe(12);
  });
});
