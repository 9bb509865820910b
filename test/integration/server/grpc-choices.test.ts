import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import type { FakeReply } from '../../support/fake-inference-service.ts';
import { type Reply, trailer } from '../../support/grpc-client.ts';
import { type GrpcTestServer, grpcTestServer } from '../../support/grpc-test-server.ts';

let open: GrpcTestServer | null = null;

afterEach(async () => {
  await open?.close();
  open = null;
});

/** Choice k of a prompt says k letters more than the first. */
const growing = ({ id }: { id: string }): FakeReply => {
  const choice = Number(/-(\d+)$/.exec(id)?.[1] ?? 0);
  return { tokens: ['a', ...Array<string>(choice).fill(String(choice))], rungs: [choice % 3] };
};

async function start(script: Parameters<typeof grpcTestServer>[0] = growing) {
  open = await grpcTestServer(script);
  return { ...open, client: open.connect() };
}

const chat = { model: 'tiny', messages: [{ role: 'CHAT_ROLE_USER', content: 'hi' }] };
const TEXTS = ['a', 'a1', 'a22'];

/** What a stream said, choice by choice. */
function choicesOf(replies: readonly Reply[]) {
  const choices: { text: string; ids: number[]; ends: string[] }[] = [];
  for (const { event, delta, choice_finished } of replies) {
    if (event !== 'delta' && event !== 'choice_finished') continue;
    const index = delta?.choice ?? choice_finished.choice;
    choices[index] ??= { text: '', ids: [], ends: [] };
    const choice = choices[index];
    // After the end of a choice nothing more is said of it.
    expect(choice.ends).toEqual([]);
    if (event === 'choice_finished') choice.ends.push(choice_finished.finish_reason);
    else {
      choice.text += delta.text;
      choice.ids.push(...delta.tokens.map(({ id }: Reply) => id));
    }
  }
  return choices;
}

describe('several choices over gRPC', () => {
  it('are told whole, each at its place, and counted together', async () => {
    const { client, service, log } = await start();
    const options = { n: 3, seed: '7' };
    const outcome = await client.call('Chat', { ...chat, options });
    const [{ info, choices, result }] = outcome.replies as [Reply];
    expect(choices.map(({ index }: Reply) => index)).toEqual([0, 1, 2]);
    expect(choices.map(({ message }: Reply) => message.content)).toEqual(TEXTS);
    expect(choices.map(({ tokens }: Reply) => tokens.length)).toEqual([1, 2, 3]);
    expect(service.received.map(({ id }) => id)).toEqual([0, 1, 2].map((k) => `${info.id}-${k}`));
    expect(service.received.map(({ sampling }) => sampling.seed)).toEqual([7, 8, 9]);
    expect(info.prompt_tokens).toBe(3);
    expect(result.usage).toEqual({ prompt_tokens: 3, completion_tokens: 6, cached_tokens: 0 });
    const report = JSON.parse(trailer(outcome, 'x-precision-report') ?? '');
    expect(report).toEqual({
      average_bits: (2 + 4 + 4 * 8) / 6,
      configs: [
        { id: 'q2', average_bits: 2, tokens: 1 },
        { id: 'q4', average_bits: 4, tokens: 1 },
        { id: 'q8', average_bits: 8, tokens: 4 },
      ],
      switches: 1,
    });
    expect(result.precision).toEqual(report);
    expect(log[0]).toMatchObject({ completion_tokens: 6, finish_reason: 'stop', outcome: 'complete' });
  });

  it('are streamed side by side, each with its end, and one end for all', async () => {
    const { client } = await start();
    const { replies } = await client.call('ChatStream', { ...chat, options: { n: 3 } });
    expect(choicesOf(replies)).toEqual(
      TEXTS.map((text, k) => ({
        text,
        ids: Array.from({ length: k + 1 }, (_, id) => id),
        ends: ['FINISH_REASON_STOP'],
      })),
    );
    const events = replies.map(({ event }) => event);
    expect([events[0], events.at(-1)]).toEqual(['started', 'finished']);
    expect(events.filter((event) => event === 'finished')).toHaveLength(1);
    // The last one is on its way before the first one ends.
    expect(replies.findIndex(({ delta }) => delta?.choice === 2)).toBeLessThan(
      replies.findIndex(({ choice_finished: end }) => end?.choice === 2),
    );
    expect(replies.at(-1).finished.usage).toMatchObject({ prompt_tokens: 3, completion_tokens: 6 });
  });

  it('of several prompts: those of the first prompt first', async () => {
    const { client, service } = await start();
    const batch = { prompts: [{ text: 'on' }, { tokens: { ids: [104, 105] } }] };
    const request = { model: 'tiny', batch, options: { n: 2, seed: '5' } };
    const { replies } = await client.call('Generate', request);
    expect(replies[0].choices.map(({ index, text }: Reply) => [index, text])).toEqual([
      [0, 'a'],
      [1, 'a1'],
      [2, 'a22'],
      [3, 'a333'],
    ]);
    expect(service.received.map(({ prompt }) => prompt)).toEqual([
      { kind: 'text', text: 'on' },
      { kind: 'text', text: 'on' },
      { kind: 'tokens', tokens: [104, 105] },
      { kind: 'tokens', tokens: [104, 105] },
    ]);
    expect(service.received.map(({ sampling }) => sampling.seed)).toEqual([5, 6, 5, 6]);
    expect(replies[0].info.prompt_tokens).toBe(6);
    expect(replies[0].result.usage).toMatchObject({ prompt_tokens: 6, completion_tokens: 10 });
  });

  it.each(['Chat', 'ChatStream'])(
    '%s fails as a whole when one of them fails, and ends the others',
    async (method) => {
      const told = { code: 'engine_unavailable' as const, message: 'The engine has stopped.' };
      const { client, service } = await start(({ id }) =>
        id.endsWith('-1') ? { tokens: ['a'], failure: told } : { tokens: ['a', 'b'], gate: stopAt(1) },
      );
      const outcome = await client.call(method, { ...chat, options: { n: 4 } });
      expect(outcome.status).toMatchObject({ code: 14, details: 'The engine has stopped.' });
      expect(outcome.replies.some(({ event }) => event === 'finished')).toBe(false);
      await eventually(() => service.running === 0);
    },
  );

  it('[G3] all end when the call is cancelled', async () => {
    const { client, service } = await start(() => ({ tokens: ['a', 'b'], gate: stopAt(1) }));
    const begun = eventually(() => service.produced === 128);
    const outcome = await client.call('Chat', { ...chat, options: { n: 128 } }, { cancelWhen: begun });
    expect(outcome.status.code).toBe(1);
    await eventually(() => service.running === 0);
    expect(service.cancelled).toHaveLength(128);
  });
});

const stopAt = (index: number) => (at: number) => (at === index ? new Promise<void>(() => {}) : undefined);

describe('log-probabilities over gRPC', () => {
  const options = { logprobs: true, top_logprobs: 2 };
  const told = (token_id: number, text: string, logprob: number | null, bytes = Buffer.from(text)) => ({
    token_id,
    text,
    bytes,
    ...(logprob !== null && { logprob, _logprob: 'logprob' }),
  });
  const OTHERS = [told(101, 'xx', -3), told(99, '<end>', -9, Buffer.alloc(0))];
  const POSITIONS = [
    { chosen: told(0, 'Hel', -0.125), top: OTHERS },
    { chosen: told(1, 'lo', -0.25), top: OTHERS },
  ];

  it('stand beside their tokens, whole and streamed', async () => {
    const { client, service } = await start({ tokens: ['Hel', 'lo'] });
    const whole = await client.call('Chat', { ...chat, options });
    const [choice] = whole.replies[0].choices;
    expect(choice.tokens.map(({ logprobs }: Reply) => logprobs)).toEqual(POSITIONS);
    const { replies } = await client.call('GenerateStream', { model: 'tiny', text: 'a', options });
    const deltas = replies.flatMap(({ event, delta }) => (event === 'delta' ? [delta] : []));
    expect(deltas.map(({ tokens }) => tokens[0].logprobs)).toEqual(POSITIONS);
    expect(service.received.map(({ logprobs }) => logprobs)).toEqual([
      { top: 2, prompt: false },
      { top: 2, prompt: false },
    ]);
  });

  it('are not told where they were not asked for', async () => {
    const { client, service } = await start({ tokens: ['Hel', 'lo'] });
    const { replies } = await client.call('Generate', { model: 'tiny', text: 'a', echo: true });
    expect(replies[0].choices[0].tokens.map(({ logprobs }: Reply) => logprobs)).toEqual([null, null]);
    expect(replies[0].choices[0].prompt_logprobs).toEqual([]);
    expect(service.received[0]).not.toHaveProperty('logprobs');
  });

  it('of a prompt that is repeated stand before them', async () => {
    const { client } = await start({ tokens: ['Hel', 'lo'] });
    const PROMPT = [
      { chosen: told(50, 'On', null), top: [] },
      { chosen: told(51, 'ce', -1), top: [told(100, 'x', -2), told(101, 'xx', -3)] },
    ];
    const request = { model: 'tiny', text: 'Once', echo: true, options };
    const whole = await client.call('Generate', request);
    expect(whole.replies[0].choices[0]).toMatchObject({ text: 'OnceHello', prompt_logprobs: PROMPT });
    const { replies } = await client.call('GenerateStream', request);
    expect(replies[1].delta).toEqual({
      text: 'Once',
      tokens: [],
      tool_calls: [],
      choice: 0,
      prompt_logprobs: PROMPT,
    });
    expect(replies[2].delta).toMatchObject({ text: 'Hel', prompt_logprobs: [] });
  });
});

describe('echo over gRPC', () => {
  it('repeats the prompt before each choice, token ids as their text', async () => {
    const { client } = await start();
    const batch = { prompts: [{ text: 'on' }, { tokens: { ids: [104, 105] } }] };
    const request = { model: 'tiny', batch, echo: true, options: { n: 2 } };
    const { replies } = await client.call('Generate', request);
    expect(replies[0].choices.map(({ text }: Reply) => text)).toEqual(['ona', 'ona1', 'hia22', 'hia333']);
    const streamed = await client.call('GenerateStream', request);
    expect(choicesOf(streamed.replies).map(({ text }) => text)).toEqual(['ona', 'ona1', 'hia22', 'hia333']);
  });
});
