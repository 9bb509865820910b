import { Metadata, type StatusObject } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCaller } from '../../../src/access/index.ts';
import { type ErrorCode, QueptError } from '../../../src/core/index.ts';
import {
  type CallOutcome,
  GrpcClient,
  HEALTH,
  INFERENCE,
  REFLECTION,
  trailer,
} from '../../support/grpc-client.ts';
import { decodeStatus } from '../../support/grpc-details.ts';
import { type GrpcTestServer, grpcTestServer } from '../../support/grpc-test-server.ts';

const OK = { tokens: ['a'] };
let server: GrpcTestServer;
let client: GrpcClient;

beforeAll(async () => {
  server = await grpcTestServer(OK, {
    maxMessageBytes: 64 * 1024,
    authenticate: async ({ authorization }) => {
      if (authorization === 'Bearer wrong') throw new QueptError('invalid_api_key', 'No such key.');
      return openCaller(authorization ?? '');
    },
  });
  client = server.connect();
});

afterAll(async () => {
  await server.close();
});

const USER = { role: 'CHAT_ROLE_USER', content: 'hi' };
const chat = (fields: object) => ['Chat', { model: 'tiny', messages: [USER], ...fields }] as const;
const generate = (fields: object) => ['Generate', { model: 'tiny', text: 'a', ...fields }] as const;
const option = (fields: object) => generate({ options: fields });
const CODES = { invalid_request: 3, model_not_found: 5 } as const;

/** Code, `x-error-code` and `x-error-param` of a call that fails. */
function failure(outcome: CallOutcome) {
  const { status } = outcome;
  return [status.code, trailer(outcome, 'x-error-code'), trailer(outcome, 'x-error-param')];
}

describe('a request at fault', () => {
  it.each([
    ['no model', chat({ model: '' }), 'invalid_request', 'model'],
    ['another model', chat({ model: 'other' }), 'model_not_found', 'model'],
    ['an unknown config', chat({ model: 'tiny@q5' }), 'model_not_found', 'model'],
    ['no messages', chat({ messages: [] }), 'invalid_request', 'messages'],
    ['too many', chat({ messages: Array(10_001).fill({}) }), 'invalid_request', 'messages'],
    [
      'a message without role',
      chat({ messages: [USER, { content: 'a' }] }),
      'invalid_request',
      'messages[1].role',
    ],
    ['an unknown role', chat({ messages: [{ ...USER, role: 9 }] }), 'invalid_request', 'messages[0].role'],
    ['no prompt', ['Generate', { model: 'tiny' }], 'invalid_request', 'prompt'],
    ['no prompts', ['Generate', { model: 'tiny', batch: {} }], 'invalid_request', 'batch.prompts'],
    [
      'too many prompts',
      ['Generate', { model: 'tiny', batch: { prompts: Array(129).fill({ text: 'a' }) } }],
      'invalid_request',
      'batch.prompts',
    ],
    [
      'a prompt that is none',
      ['Generate', { model: 'tiny', batch: { prompts: [{ text: 'a' }, {}] } }],
      'invalid_request',
      'batch.prompts[1]',
    ],
    [
      'too many choices of all prompts',
      ['Generate', { model: 'tiny', batch: { prompts: Array(2).fill({ text: 'a' }) }, options: { n: 65 } }],
      'invalid_request',
      'options.n',
    ],
    ['no choice', option({ n: 0 }), 'invalid_request', 'options.n'],
    ['too many choices', option({ n: 129 }), 'invalid_request', 'options.n'],
    ['a huge number of choices', chat({ options: { n: 4_294_967_295 } }), 'invalid_request', 'options.n'],
    ['a bias too strong', option({ logit_bias: { 5: 101 } }), 'invalid_request', 'options.logit_bias.5'],
    [
      'a bias that is no number',
      option({ logit_bias: { 5: Number.NaN } }),
      'invalid_request',
      'options.logit_bias.5',
    ],
    [
      'a bias of what is no id',
      option({ logit_bias: { 4294967295: 1 } }),
      'invalid_request',
      'options.logit_bias.4294967295',
    ],
    [
      'too many biases',
      option({ logit_bias: Object.fromEntries(Array.from({ length: 1_025 }, (_, id) => [id, 1])) }),
      'invalid_request',
      'options.logit_bias',
    ],
    ['top_logprobs alone', chat({ options: { top_logprobs: 1 } }), 'invalid_request', 'options.top_logprobs'],
    ['top_logprobs', option({ logprobs: true, top_logprobs: 21 }), 'invalid_request', 'options.top_logprobs'],
    [
      'top_logprobs of a prompt',
      generate({ echo: true, options: { logprobs: true, top_logprobs: 6 } }),
      'invalid_request',
      'options.top_logprobs',
    ],
    [
      'an answer without end in a format that has one',
      option({ ignore_eos: true, output_format: { json_object: {} } }),
      'invalid_request',
      'options.ignore_eos',
    ],
    ['max_tokens', option({ max_tokens: 0 }), 'invalid_request', 'options.max_tokens'],
    ['an empty stop', option({ stop: ['a', ''] }), 'invalid_request', 'options.stop[1]'],
    ['too many stops', option({ stop: Array(17).fill('a') }), 'invalid_request', 'options.stop'],
    ['temperature', option({ temperature: 2.1 }), 'invalid_request', 'options.temperature'],
    ['what is no number', option({ temperature: Number.NaN }), 'invalid_request', 'options.temperature'],
    ['top_p', option({ top_p: -0.1 }), 'invalid_request', 'options.top_p'],
    ['min_p', option({ min_p: 1.5 }), 'invalid_request', 'options.min_p'],
    [
      'repetition_penalty',
      option({ repetition_penalty: 0 }),
      'invalid_request',
      'options.repetition_penalty',
    ],
    ['frequency_penalty', option({ frequency_penalty: 3 }), 'invalid_request', 'options.frequency_penalty'],
    ['presence_penalty', option({ presence_penalty: -3 }), 'invalid_request', 'options.presence_penalty'],
    ['too few bits', option({ precision: { bits: 1 } }), 'invalid_request', 'options.precision'],
    ['an unknown config', option({ precision: { config_id: 'q9' } }), 'invalid_request', 'options.precision'],
    ['an empty range', option({ precision: { range: {} } }), 'invalid_request', 'options.precision'],
    [
      'a range upside down',
      option({ precision: { range: { min_bits: 8, max_bits: 4 } } }),
      'invalid_request',
      'options.precision',
    ],
    [
      'a range beyond bounds',
      option({ precision: { range: { min_bits: 0 } } }),
      'invalid_request',
      'options.precision.min_bits',
    ],
    ['an unknown tier', option({ service_tier: 7 }), 'invalid_request', 'options.service_tier'],
    ['ttft_ms', option({ ttft_ms: 0 }), 'invalid_request', 'options.ttft_ms'],
    ['tpot_ms', option({ tpot_ms: 3_600_001 }), 'invalid_request', 'options.tpot_ms'],
    ['nothing to tokenize', ['Tokenize', { model: 'tiny' }], 'invalid_request', 'input'],
    [
      'a conversation without messages',
      ['Tokenize', { model: 'tiny', conversation: {} }],
      'invalid_request',
      'conversation.messages',
    ],
    [
      'special tokens around a conversation',
      ['Tokenize', { model: 'tiny', conversation: { messages: [USER] }, add_special_tokens: true }],
      'invalid_request',
      'add_special_tokens',
    ],
    ['another model', ['Tokenize', { model: 'x', text: 'a' }], 'model_not_found', 'model'],
    ['no model', ['Detokenize', {}], 'invalid_request', 'model'],
    ['no model', ['GetModel', {}], 'invalid_request', 'model'],
    ['another model', ['ListPrecisionConfigs', { model: 'x' }], 'model_not_found', 'model'],
  ] as const)('[G2] is refused naming its field: %s', async (_, [method, request], code, param) => {
    const outcome = await client.call(method, request);
    expect(failure(outcome)).toEqual([CODES[code], code, param]);
    const { details } = decodeStatus(outcome.status);
    expect(details.ErrorInfo).toMatchObject({ reason: code.toUpperCase(), domain: 'quept.v1' });
    // A text that has a field in quotes has the one that is named.
    if (code === 'invalid_request' && /^'/.test(outcome.status.details)) {
      expect(outcome.status.details).toContain(`'${param}'`);
    }
    const violations = [{ field: param, description: outcome.status.details }];
    expect(details.BadRequest?.field_violations).toEqual(code === 'invalid_request' ? violations : undefined);
  });

  it.each([
    ['x-precision', { 'x-precision': 'loud' }, {}, 'x-precision'],
    ['x-precision, not understood', { 'x-precision': 'quite loud' }, {}, 'x-precision'],
    ['x-service-tier', { 'x-service-tier': 'best' }, {}, 'x-service-tier'],
    ['x-slo-ttft-ms', { 'x-slo-ttft-ms': 'soon' }, {}, 'x-slo-ttft-ms'],
    ['x-slo-tpot-ms', { 'x-slo-tpot-ms': '-1' }, {}, 'x-slo-tpot-ms'],
    ['another precision', { 'x-precision': 'q4' }, { precision: { bits: 8 } }, 'options.precision'],
    ['another tier', { 'x-service-tier': 'flex' }, { service_tier: 1 }, 'options.service_tier'],
    ['another target', { 'x-slo-ttft-ms': '5' }, { ttft_ms: 6 }, 'options.ttft_ms'],
  ])('is refused for its metadata: %s', async (_, metadata, options, param) => {
    const outcome = await client.call(...option(options), { metadata });
    expect(failure(outcome)).toEqual([3, 'invalid_request', param]);
    expect(outcome.status.details).not.toMatch(/header/i);
  });

  it.each([
    ['in the request', [0x78, 0x01], '15'],
    ['in a message of it', [0x1a, 0x03, 0xf8, 0x07, 0x01], 'options.127'],
    ['in one of a list', [0x12, 0x00, 0x12, 0x02, 0x78, 0x01], 'messages[1].15'],
  ])('is refused for a field that this server does not know, %s', async (_, bytes, param) => {
    const raw = Buffer.from([0x0a, 0x04, ...Buffer.from('tiny'), ...bytes]);
    const outcome = await client.raw('/quept.v1.InferenceService/Chat', raw, false, (b) => b);
    expect(failure(outcome)).toEqual([3, 'invalid_request', param]);
  });

  it.each([
    ['cut short', [0x0a, 0x7f, 0x61]],
    ['not UTF-8', [0x0a, 0x02, 0xc3, 0x28]],
    ['groups without end', Array(50_000).fill(0x7b)],
  ])("is the client's fault when its bytes are no message: %s", async (_, bytes) => {
    const outcome = await client.raw('/quept.v1.InferenceService/Chat', Buffer.from(bytes), false, (b) => b);
    expect(failure(outcome)).toEqual([3, 'invalid_request', null]);
  });

  it('is refused when it is too long', async () => {
    const outcome = await client.call(...generate({ text: 'x'.repeat(70_000) }));
    expect(outcome.status.code).toBe(8);
    expect(outcome.status.details).toContain('65536');
  });

  it('is refused when it is too long once it is unpacked', async () => {
    const packing = new GrpcClient(server.address, INFERENCE, undefined, {
      'grpc.default_compression_algorithm': 2,
    });
    const fits = await packing.call(...generate({ text: 'x'.repeat(60_000) }));
    expect(fits.status.code).toBe(0);
    const outcome = await packing.call(...generate({ text: 'x'.repeat(1_000_000) }));
    expect(outcome.status.code).toBe(8);
    packing.close();
  });

  it('is refused when there is no such method', async () => {
    const outcome = await client.raw('/quept.v1.InferenceService/Sing', Buffer.alloc(0), false, (b) => b);
    expect(outcome.status.code).toBe(12);
  });

  it('survives half a character at the end of what is repeated of it', async () => {
    const outcome = await client.call('GetModel', { model: `${'x'.repeat(99)}😀` });
    expect(outcome.status).toMatchObject({
      code: 5,
      details: expect.stringContaining(`${'x'.repeat(99)}\ufffd`),
    });
  });
});

describe('a failure of the server', () => {
  const scripted = async (script: object, method = 'Chat') => {
    server.service.script = () => ({ ...OK, ...script });
    const outcome = await client.call(method, { model: 'tiny', messages: [USER] });
    server.service.script = () => OK;
    return outcome;
  };

  it.each([
    ['overloaded', 14, 2_500, '2500'],
    ['shutting_down', 14, undefined, '1000'],
    ['engine_unavailable', 14, undefined, '1000'],
    ['rate_limit_exceeded', 8, 700, '700'],
    ['insufficient_quota', 8, undefined, null],
    ['context_length_exceeded', 3, undefined, null],
    ['deadline_exceeded', 4, undefined, '1000'],
  ] as const)('%s has the code of the one table, and when to come back', async (code, grpc, wait, retry) => {
    const details = wait === undefined ? {} : { retryAfterMs: wait };
    const outcome = await scripted({ refusal: new QueptError(code, 'Not now.', details) });
    expect(outcome.status).toMatchObject({ code: grpc, details: 'Not now.' });
    expect(failure(outcome)).toEqual([grpc, code, null]);
    expect(trailer(outcome, 'retry-after-ms')).toBe(retry);
    expect(trailer(outcome, 'grpc-retry-pushback-ms')).toBe(retry);
    const ms = Number(retry);
    const delay = { seconds: String(Math.floor(ms / 1000)), nanos: (ms % 1000) * 1e6 };
    expect(decodeStatus(outcome.status).details.RetryInfo?.retry_delay).toEqual(
      retry === null ? undefined : delay,
    );
  });

  it.each([
    ['thrown', { refusal: new Error('ENOENT /home/me/secret') }],
    ['told', { failure: { code: 'internal_error' as ErrorCode, message: 'at /home/me/secret' } }],
    ['in an event', { breakage: { thrown: new TypeError('secret') } }],
    ['that has no terminal event', { breakage: 'no-terminal-event' }],
  ])('says nothing of an inner fault %s', async (_, script) => {
    for (const method of ['Chat', 'ChatStream']) {
      const outcome = await scripted(script, method);
      expect(failure(outcome)).toEqual([13, 'internal_error', null]);
      expect(JSON.stringify(outcome.status)).not.toContain('secret');
    }
    expect(server.log.at(-1)).toMatchObject({ error_code: 'internal_error', grpc_code: 13 });
  });

  it('ends a stream with its error after the tokens that there were', async () => {
    const told = { code: 'engine_unavailable' as const, message: 'The engine has stopped.' };
    const outcome = await scripted({ tokens: ['a', 'b'], failure: told }, 'ChatStream');
    expect(outcome.replies.map(({ event }) => event)).toEqual(['started', 'delta', 'delta']);
    expect(outcome.status).toMatchObject({ code: 14, details: 'The engine has stopped.' });
    expect(trailer(outcome, 'x-precision-report')).toBeNull();
  });
});

describe('keys', () => {
  const wrong = { authorization: 'Bearer wrong' };

  it('[G5] say whose a request is, before the request is looked at', async () => {
    await client.call(...chat({}), { metadata: { authorization: 'Bearer mine' } });
    expect(server.service.received.at(-1)?.owner).toBe('Bearer mine');
    for (const method of Object.keys(INFERENCE.service)) {
      const outcome = await client.call(method, {}, { metadata: { ...wrong, 'x-request-id': method } });
      expect(failure(outcome)).toEqual([16, 'invalid_api_key', null]);
      expect(trailer(outcome, 'x-request-id')).toBe(method);
      const line = { request_id: method, error_code: 'invalid_api_key', grpc_code: 16, outcome: 'failed' };
      expect(server.log.at(-1)).toMatchObject(line);
    }
  });

  it('[G5] are asked for before any message has come', async () => {
    const metadata = new Metadata();
    metadata.set('authorization', wrong.authorization);
    const status = await new Promise<StatusObject>((resolve) => {
      const path = '/quept.v1.InferenceService/Chat';
      const keep = (bytes: Buffer) => bytes;
      // Nothing is written to it.
      client.client.makeClientStreamRequest(path, keep, keep, metadata, () => {}).on('status', resolve);
    });
    expect(status.code).toBe(16);
  });

  it('[G5] are needed to see what the server offers, and not for its health', async () => {
    const reflection = server.connect(REFLECTION);
    const status = await new Promise<StatusObject>((resolve) => {
      const metadata = new Metadata();
      metadata.set('authorization', wrong.authorization);
      const keep = (bytes: Buffer) => bytes;
      const path = '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo';
      const call = reflection.client.makeBidiStreamRequest(path, keep, keep, metadata);
      call.on('error', () => {}).on('status', resolve);
      call.resume();
    });
    expect(status.code).toBe(16);
    const health = await server.connect(HEALTH).call('Check', {}, { metadata: wrong });
    expect(health.replies).toEqual([{ status: 'SERVING' }]);
  });
});
