import { afterEach, describe, expect, it } from 'vitest';
import type { FakeReply } from '../../support/fake-inference-service.ts';
import { type Reply, trailer } from '../../support/grpc-client.ts';
import { type GrpcTestServer, grpcTestServer } from '../../support/grpc-test-server.ts';

let open: GrpcTestServer | null = null;

afterEach(async () => {
  await open?.close();
  open = null;
});

async function start(script: FakeReply = { tokens: ['Hel', '', 'lo'], heldText: '!' }) {
  open = await grpcTestServer(script);
  return { ...open, client: open.connect() };
}

const chat = { model: 'tiny', messages: [{ role: 'CHAT_ROLE_USER', content: 'hi' }] };
const INFO = {
  create_time: { seconds: expect.stringMatching(/^\d{10}$/), nanos: 0 },
  model: 'tiny',
  system_fingerprint: 'fp_0123abcd',
  service_tier: 'SERVICE_TIER_DEFAULT',
  granted_precision: { floor_config_id: 'q2', ceiling_config_id: 'q8' },
  prompt_tokens: 3,
};
const RESULT = {
  usage: { prompt_tokens: 3, completion_tokens: 3, cached_tokens: 0 },
  precision: { average_bits: 8, configs: [{ id: 'q8', average_bits: 8, tokens: 3 }], switches: 0 },
};

describe('the methods of quept.v1.InferenceService', () => {
  it('Chat answers a conversation', async () => {
    const { client, service } = await start();
    const messages = [
      { role: 'CHAT_ROLE_SYSTEM', content: 'be brief' },
      { role: 'CHAT_ROLE_USER', content: 'hi', name: 'Ada' },
      {
        role: 'CHAT_ROLE_ASSISTANT',
        content: '',
        tool_calls: [{ id: 'c1', name: 'add', arguments: '{}' }],
      },
      { role: 'CHAT_ROLE_TOOL', content: '4', tool_call_id: 'c1' },
    ];
    const { replies, status, header } = await client.call('Chat', { model: 'default', messages });
    expect(status.code).toBe(0);
    expect(replies).toHaveLength(1);
    expect(replies[0].info).toEqual({ id: 'chatcmpl-id2', ...INFO });
    expect(replies[0].result).toEqual(RESULT);
    expect(replies[0].choices).toMatchObject([
      {
        index: 0,
        message: { role: 'CHAT_ROLE_ASSISTANT', content: 'Hello!', tool_calls: [] },
        finish_reason: 'FINISH_REASON_STOP',
        tokens: [0, 1, 2].map((id) => ({ id, config_id: 'q8', logprobs: null })),
      },
    ]);
    expect(header.get('x-request-id')).toEqual(['req_id1']);
    expect(service.received[0]).toMatchObject({
      id: 'chatcmpl-id2',
      callId: 'req_id1',
      owner: '',
      prompt: {
        kind: 'messages',
        messages: [
          { role: 'system', content: 'be brief' },
          { role: 'user', content: 'hi', name: 'Ada' },
          {
            role: 'assistant',
            content: '',
            toolCalls: [{ id: 'c1', name: 'add', arguments: '{}' }],
          },
          { role: 'tool', content: '4', toolCallId: 'c1' },
        ],
      },
      maxTokens: null,
      stop: [],
      sampling: {},
      precision: { kind: 'auto' },
      service: { tier: null, ttftMs: null, tpotMs: null, timeoutMs: null },
    });
  });

  it('ChatStream answers it token by token', async () => {
    const { client } = await start({ tokens: ['Hel', '', 'lo'], heldText: '!', rungs: [2, 2, 1] });
    const { replies, status } = await client.call('ChatStream', chat);
    expect(status.code).toBe(0);
    expect(replies.map(({ event }) => event)).toEqual([
      'started',
      'delta',
      'delta',
      'delta',
      'delta',
      'choice_finished',
      'finished',
    ]);
    expect(replies[0].started).toEqual({ id: 'chatcmpl-id2', ...INFO });
    const delta = { tool_calls: [], choice: 0, prompt_logprobs: [] };
    expect(replies.slice(1, 5).map((piece) => piece.delta)).toEqual([
      { ...delta, text: 'Hel', tokens: [{ id: 0, config_id: 'q8', logprobs: null }] },
      { ...delta, text: '', tokens: [{ id: 1, config_id: 'q8', logprobs: null }] },
      { ...delta, text: 'lo', tokens: [{ id: 2, config_id: 'q4', logprobs: null }] },
      { ...delta, text: '!', tokens: [] },
    ]);
    expect(replies[5].choice_finished).toEqual({ choice: 0, finish_reason: 'FINISH_REASON_STOP' });
    expect(replies[6].finished).toEqual({
      ...RESULT,
      precision: {
        average_bits: 20 / 3,
        configs: [
          { id: 'q4', average_bits: 4, tokens: 1 },
          { id: 'q8', average_bits: 8, tokens: 2 },
        ],
        switches: 1,
      },
    });
  });

  it('Generate continues a text, with every option', async () => {
    const { client, service } = await start({ tokens: ['a', 'b', 'c'] });
    const options = {
      max_tokens: 2,
      stop: ['x', 'yz'],
      temperature: 0,
      top_p: 0.5,
      top_k: 7,
      min_p: 0.1,
      seed: '-9',
      repetition_penalty: 1.25,
      frequency_penalty: -2,
      presence_penalty: 2,
      precision: { bits: 5 },
      service_tier: 'SERVICE_TIER_FLEX',
      ttft_ms: 250,
      tpot_ms: 12.5,
      ignore_eos: true,
      logit_bias: { 5: -100, 7: 2.5 },
    };
    const { replies } = await client.call('Generate', { model: 'tiny', text: 'once', options });
    expect(replies[0]).toMatchObject({
      info: { id: 'cmpl-id2', service_tier: 'SERVICE_TIER_FLEX' },
      choices: [{ text: 'ab', finish_reason: 'FINISH_REASON_LENGTH', tokens: [{ id: 0 }, { id: 1 }] }],
    });
    expect(service.received[0]).toMatchObject({
      prompt: { kind: 'text', text: 'once' },
      maxTokens: 2,
      stop: ['x', 'yz'],
      sampling: {
        temperature: 0,
        topP: 0.5,
        topK: 7,
        minP: 0.1,
        seed: -9,
        repetitionPenalty: 1.25,
        frequencyPenalty: -2,
        presencePenalty: 2,
        logitBias: new Map([
          [5, -100],
          [7, 2.5],
        ]),
      },
      ignoreEnd: true,
      precision: { kind: 'bits', bits: 5 },
      service: { tier: 'flex', ttftMs: 250, tpotMs: 12.5, timeoutMs: null },
    });
  });

  it('GenerateStream continues tokens', async () => {
    const { client, service } = await start({ tokens: ['a'] });
    const request = { model: 'tiny', tokens: { ids: [1, 2, 3] } };
    const { replies } = await client.call('GenerateStream', request);
    expect(replies.map(({ event }) => event)).toEqual(['started', 'delta', 'choice_finished', 'finished']);
    expect(service.received[0]?.prompt).toEqual({ kind: 'tokens', tokens: [1, 2, 3] });
  });

  it('Tokenize counts a text or a conversation', async () => {
    const { client, service } = await start();
    const text = await client.call('Tokenize', { model: 'tiny', text: 'ab' });
    expect(text.replies).toEqual([{ token_ids: [97, 98], context_length: 256 }]);
    const conversation = { messages: chat.messages, add_generation_prompt: false };
    const turns = await client.call('Tokenize', { model: 'tiny', conversation });
    expect(turns.replies[0].token_ids).toEqual([104, 105]);
    await client.call('Tokenize', { model: 'tiny', text: 'ab', add_special_tokens: false });
    expect(
      service.tokenized.map(({ addSpecialTokens, addGenerationPrompt }) => [
        addSpecialTokens,
        addGenerationPrompt,
      ]),
    ).toEqual([
      [true, true],
      [true, false],
      [false, true],
    ]);
  });

  it('Detokenize turns token ids into text', async () => {
    const { client } = await start();
    const { replies } = await client.call('Detokenize', { model: 'tiny', token_ids: [104, 105, 0x1f600] });
    expect(replies).toEqual([{ text: 'hi😀' }]);
    expect((await client.call('Detokenize', { model: 'tiny' })).replies).toEqual([{ text: '' }]);
  });

  it('GetModel and ListPrecisionConfigs tell what is served', async () => {
    const { client } = await start();
    const model = await client.call('GetModel', { model: 'default@q4' });
    expect(model.replies[0].model).toMatchObject({
      id: 'tiny@q4',
      create_time: { seconds: '1700000000' },
      fingerprint: 'fp_0123abcd',
      context_length: 256,
      pinned_config_id: 'q4',
    });
    const { replies } = await client.call('ListPrecisionConfigs', { model: 'tiny' });
    expect(replies[0].model).toBe('tiny');
    expect(replies[0].configs).toMatchObject([
      {
        id: 'q2',
        average_bits: 2,
        planes: { min: 2, max: 3 },
        ranks: { min: 0, max: 16, mean: 8 },
        predicted_kl: 0.25,
        ms_per_token: 2,
      },
      { id: 'q4' },
      { id: 'q8', predicted_kl: 0 },
    ]);
    expect(replies[0].configs.map((config: Reply) => '_ms_per_token' in config)).toEqual([true, true, false]);
  });
});

describe('metadata', () => {
  it('asks for precision, tier and targets, and tells what was granted and served', async () => {
    const { client, service } = await start({ tokens: ['a', 'b'], rungs: [0, 1] });
    const metadata = {
      'x-precision': 'q2..q4',
      'x-service-tier': 'priority',
      'x-slo-ttft-ms': '250',
      'x-slo-tpot-ms': '12.5',
      'x-request-id': 'mine/1',
    };
    const outcome = await client.call('GenerateStream', { model: 'tiny', text: 'a' }, { metadata });
    expect(service.received[0]).toMatchObject({
      callId: 'mine/1',
      precision: { kind: 'range', minBits: 2, maxBits: 4 },
      service: { tier: 'priority', ttftMs: 250, tpotMs: 12.5 },
    });
    expect(outcome.header.getMap()).toMatchObject({
      'x-request-id': 'mine/1',
      'x-precision': 'q2..q4',
      'x-service-tier': 'priority',
    });
    expect(JSON.parse(trailer(outcome, 'x-precision-report') ?? '')).toEqual({
      average_bits: 3,
      configs: [
        { id: 'q2', average_bits: 2, tokens: 1 },
        { id: 'q4', average_bits: 4, tokens: 1 },
      ],
      switches: 1,
    });
  });

  it('may repeat what the options say, in other words too', async () => {
    const { client, service } = await start();
    const options = { precision: { config_id: 'q4' }, service_tier: 'SERVICE_TIER_FLEX', ttft_ms: 20 };
    const metadata = { 'x-precision': '4', 'x-service-tier': 'flex', 'x-slo-ttft-ms': '20' };
    const outcome = await client.call('Chat', { ...chat, model: 'tiny@q4', options }, { metadata });
    expect(outcome.status.code).toBe(0);
    expect(outcome.header.get('x-precision')).toEqual(['q4']);
    expect(outcome.replies[0].info.system_fingerprint).toBe('fp_0123abcd-q4');
    expect(service.received[0]?.service).toMatchObject({ tier: 'flex', ttftMs: 20 });
  });

  it('writes one line of log per call, without its content', async () => {
    const { client, log } = await start();
    await client.call('Chat', { ...chat, options: { precision: { bits: 4 } } });
    expect(log).toEqual([
      expect.objectContaining({
        request_id: 'req_id1',
        method: 'GRPC',
        path: '/quept.v1.InferenceService/Chat',
        id: 'chatcmpl-id2',
        stream: false,
        precision: 'q4',
        service_tier: 'default',
        prompt_tokens: 3,
        completion_tokens: 3,
        average_bits: 4,
        grpc_code: 0,
        outcome: 'complete',
      }),
    ]);
    expect(JSON.stringify(log)).not.toContain('hi');
  });
});
