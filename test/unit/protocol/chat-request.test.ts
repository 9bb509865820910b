import { describe, expect, it } from 'vitest';
import { QueptError } from '../../../src/core/index.ts';
import { parseChatRequest } from '../../../src/protocol/index.ts';
import { CONTEXT } from './parse-context.ts';

const minimal = { model: 'tiny', messages: [{ role: 'user', content: 'hello' }] };

function parse(fields: object) {
  return parseChatRequest({ ...minimal, ...fields }, CONTEXT);
}

function refusal(body: object): unknown {
  try {
    parseChatRequest(body, CONTEXT);
  } catch (error) {
    return error;
  }
  return null;
}

describe('parseChatRequest', () => {
  it('leaves unset everything that the body does not say', () => {
    expect(parse({})).toEqual({
      requests: [
        {
          id: 'chatcmpl-1',
          callId: 'req_1',
          owner: '',
          model: 'tiny',
          prompt: { kind: 'messages', messages: [{ role: 'user', content: 'hello' }] },
          sampling: {},
          maxTokens: null,
          stop: [],
          precision: { kind: 'auto' },
          service: { tier: null, ttftMs: null, tpotMs: null, timeoutMs: null },
        },
      ],
      n: 1,
      stream: false,
      includeUsage: false,
      includePrecision: false,
      echo: false,
      calls: null,
      names: new Map(),
    });
  });

  it('maps every honoured field', () => {
    const parsed = parse({
      max_completion_tokens: 7,
      max_tokens: 7,
      temperature: 0,
      top_p: 0.9,
      top_k: 40,
      min_p: 0.05,
      seed: 12,
      repetition_penalty: 1.1,
      frequency_penalty: -0.5,
      presence_penalty: 0.5,
      stop: ['a', 'b'],
      stream: true,
      stream_options: { include_usage: true, include_obfuscation: false },
      n: 1,
      service_tier: 'flex',
      precision: 'q4',
    });
    expect(parsed).toMatchObject({ stream: true, includeUsage: true, includePrecision: false });
    const told = parse({ stream: true, stream_options: { include_precision: true } });
    expect(told).toMatchObject({ stream: true, includeUsage: false, includePrecision: true });
    expect(parsed.requests[0]).toMatchObject({
      maxTokens: 7,
      stop: ['a', 'b'],
      precision: { kind: 'config', id: 'q4' },
      sampling: {
        temperature: 0,
        topP: 0.9,
        topK: 40,
        minP: 0.05,
        seed: 12,
        repetitionPenalty: 1.1,
        frequencyPenalty: -0.5,
        presencePenalty: 0.5,
      },
    });
  });

  it('takes null for unset, on every scalar', () => {
    const scalars = [
      'max_tokens',
      'max_completion_tokens',
      'temperature',
      'top_p',
      'top_k',
      'min_p',
      'seed',
      'repetition_penalty',
      'frequency_penalty',
      'presence_penalty',
      'stop',
      'stream',
      'stream_options',
      'n',
      'service_tier',
      'precision',
      'tools',
      'logprobs',
      'top_logprobs',
      'logit_bias',
      'response_format',
    ];
    const nulls = Object.fromEntries(scalars.map((field) => [field, null]));
    expect(parse(nulls)).toEqual(parse({}));
  });

  it('joins text parts, renames developer and keeps names and the order of messages', () => {
    const messages = [
      { role: 'developer', content: [{ type: 'text', text: 'be brief' }] },
      {
        role: 'user',
        name: 'ada',
        content: [
          { type: 'text', text: 'one', prompt_cache_breakpoint: { mode: 'explicit' } },
          { type: 'text', text: 'two' },
        ],
      },
      { role: 'assistant', content: 'ok', refusal: null, tool_calls: [], annotations: [], audio: null },
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'f', arguments: '{"a": 1}' } }],
      },
      { role: 'tool', content: 'result', tool_call_id: 'call_1' },
    ];
    expect(parse({ messages }).requests[0]?.prompt).toEqual({
      kind: 'messages',
      messages: [
        { role: 'system', content: 'be brief' },
        { role: 'user', content: 'one\ntwo', name: 'ada' },
        { role: 'assistant', content: 'ok' },
        {
          role: 'assistant',
          content: '',
          toolCalls: [{ id: 'call_1', name: 'f', arguments: '{"a": 1}' }],
        },
        { role: 'tool', content: 'result', toolCallId: 'call_1' },
      ],
    });
  });

  it('keeps only the top token for top_p 0 and all for top_k -1', () => {
    const sampling = parse({ top_p: 0, top_k: -1 }).requests[0]?.sampling;
    expect(sampling?.topP).toBeGreaterThan(0);
    expect(sampling?.topP).toBeLessThan(1e-9);
    expect(sampling?.topK).toBe(0);
  });

  it('takes a seed of 64 bits and a single stop string', () => {
    const request = parse({ seed: 2 ** 62, stop: '\n' }).requests[0];
    expect(request?.sampling.seed).toBe(2 ** 62);
    expect(request?.stop).toEqual(['\n']);
  });

  it.each([
    [{ model: undefined }, 'model', "'model' is required."],
    [{ model: 3 }, 'model', "'model' must be a string, not a number."],
    [{ messages: undefined }, 'messages', "'messages' is required."],
    [{ messages: [] }, 'messages', "'messages' must have at least 1 item."],
    [{ messages: 'hello' }, 'messages', "'messages' must be an array, not a string."],
    [{ messages: ['hello'] }, 'messages[0]', "'messages[0]' must be an object, not a string."],
    [{ messages: [{ role: 'user' }] }, 'messages[0].content', 'is required'],
    [{ messages: [{ role: 'user', content: 3 }] }, 'messages[0].content', 'must be a string or an array'],
    [{ messages: [{ role: 'user', content: [] }] }, 'messages[0].content', 'at least 1 item'],
    [{ messages: [{ role: 'user', content: null }] }, 'messages[0].content', 'not null'],
    [{ messages: [{ role: 'assistant', content: null }] }, 'messages[0].content', 'is required'],
    [{ messages: [{ role: 'function', content: 'x', name: 'f' }] }, 'messages[0].role', "'system'"],
    [{ messages: [{ content: 'x' }] }, 'messages[0].role', 'is required'],
    [{ messages: [{ role: 'tool', content: 'x' }] }, 'messages[0].tool_call_id', 'is required'],
    [{ messages: [{ role: 'user', content: 'x', colour: 1 }] }, 'messages[0].colour', 'Unknown field'],
    [
      { messages: [...minimal.messages, { role: 'user', content: [{ type: 'image_url', image_url: {} }] }] },
      'messages[1].content[0].type',
      'images, audio, files',
    ],
    [
      { messages: [{ role: 'user', content: [{ type: 'text' }] }] },
      'messages[0].content[0].text',
      'is required',
    ],
    [
      { messages: [{ role: 'user', content: [{ type: 'text', text: 'x', bold: true }] }] },
      'messages[0].content[0].bold',
      'Unknown field',
    ],
    [
      { messages: [{ role: 'assistant', content: null, tool_calls: [{ id: 'a' }] }] },
      'messages[0].tool_calls[0].type',
      'is required',
    ],
    [{ temperature: 2.1 }, 'temperature', "'temperature' must be at most 2."],
    [{ temperature: -1 }, 'temperature', 'at least 0'],
    [{ temperature: '1' }, 'temperature', 'must be a number, not a string'],
    [{ top_p: 1.01 }, 'top_p', 'at most 1'],
    [{ top_k: 1.5 }, 'top_k', 'integer'],
    [{ repetition_penalty: 5e-324 }, 'repetition_penalty', 'at least 0.01'],
    [{ seed: 0.5 }, 'seed', 'must be an integer'],
    [{ max_tokens: 0 }, 'max_tokens', 'at least 1'],
    [{ max_tokens: 3, max_completion_tokens: 4 }, 'max_tokens', 'differ'],
    [{ stop: [''] }, 'stop[0]', 'at least 1 character'],
    [{ stop: Array(17).fill('x') }, 'stop', 'at most 16 items'],
    [{ stop: 4 }, 'stop', 'must be a string or an array'],
    [{ stop: ['a', 1] }, 'stop[1]', 'must be a string'],
    [{ stream: 'yes' }, 'stream', 'must be a boolean'],
    [{ stream_options: { include_usage: true } }, 'stream_options', "only allowed when 'stream'"],
    [{ stream: true, stream_options: { usage: true } }, 'stream_options.usage', 'is unknown'],
    [
      { stream: true, stream_options: { include_obfuscation: true } },
      'stream_options.include_obfuscation',
      'not supported',
    ],
    [{ n: 0 }, 'n', 'at least 1'],
    [{ n: 129 }, 'n', 'at most 128'],
    [{ service_tier: 'gold' }, 'service_tier', "'priority'"],
    [{ functions: [{ name: 'f' }] }, 'functions', "the older form of 'tools'"],
    [{ function_call: 'auto' }, 'function_call', "the older form of 'tool_choice'"],
    [
      { messages: [{ role: 'assistant', content: null, function_call: {} }] },
      'messages[0].function_call',
      "'tool_calls'",
    ],
    [
      { response_format: { type: 'xml' } },
      'response_format.type',
      "must be 'text', 'json_object' or 'json_schema'",
    ],
    [{ response_format: { type: 'json_schema' } }, 'response_format.json_schema', 'is required'],
    [
      { response_format: { type: 'json_schema', json_schema: { name: 'a b', schema: {} } } },
      'response_format.json_schema.name',
      '1 to 64 of',
    ],
    [
      { response_format: { type: 'json_schema', json_schema: { name: 'a', schema: [] } } },
      'response_format.json_schema.schema',
      'must be an object: a JSON Schema',
    ],
    [
      { response_format: { type: 'json_object' }, ignore_eos: true },
      'ignore_eos',
      'ends where the format does',
    ],
    [{ logprobs: 1 }, 'logprobs', 'must be a boolean'],
    [{ top_logprobs: 2 }, 'top_logprobs', "only allowed when 'logprobs'"],
    [{ logprobs: true, top_logprobs: 21 }, 'top_logprobs', 'at most 20'],
    [{ logit_bias: { cat: 1 } }, 'logit_bias.cat', 'named by a token id'],
    [{ logit_bias: { 5: 101 } }, 'logit_bias.5', 'at most 100'],
    [{ logit_bias: [1] }, 'logit_bias', 'must be an object, not an array'],
    [JSON.parse('{"temperature": 1e999}'), 'temperature', 'must be a number, not one beyond all bounds'],
    [{ top_p: Number.NaN }, 'top_p', 'must be a number, not NaN'],
    [{ max_tokens: 1.5 }, 'max_tokens', 'must be an integer, not a fraction'],
    [{ n: 2 ** 53 }, 'n', 'at most 128'],
    [{ n: 1e308 }, 'n', 'at most 128'],
    [{ n: -1e308 }, 'n', 'at least 1.'],
    [{ logprobs: true, top_logprobs: 2 ** 60 }, 'top_logprobs', 'at most 20'],
    [{ max_tokens: 1e308 }, 'max_tokens', 'must be at most'],
    [{ logit_bias: Object.fromEntries(Array(1_025).entries()) }, 'logit_bias', 'at most 1024 tokens'],
    [{ max_token: 5 }, 'max_token', 'Unknown field'],
    [JSON.parse('{"__proto__": {}}'), '__proto__', 'Unknown field'],
  ])('refuses %j naming %s', (fields, param, text) => {
    // Spreading would set the prototype instead of the key.
    const body = Object.hasOwn(fields, '__proto__') ? fields : { ...minimal, ...fields };
    const thrown = refusal(body);
    expect(thrown).toBeInstanceOf(QueptError);
    expect(thrown).toMatchObject({ code: 'invalid_request', param });
    expect((thrown as QueptError).message).toContain(text);
  });

  it('reads what the answer may be', () => {
    const constraint = (response_format: object) => parse({ response_format }).requests[0]?.constraint;
    expect(constraint({ type: 'text' })).toBeUndefined();
    expect(constraint({ type: 'json_object' })).toEqual({ kind: 'json' });
    const schema = { type: 'object', properties: { a: { not: {} } } };
    const named = { name: 'thing', description: 'a thing', strict: true, schema };
    expect(constraint({ type: 'json_schema', json_schema: named })).toEqual({
      kind: 'json_schema',
      schema,
      param: 'response_format.json_schema.schema',
    });
  });

  it('accepts neutral values of what it does not support', () => {
    const neutral = {
      tools: [],
      tool_choice: 'none',
      response_format: { type: 'text' },
      logprobs: false,
      top_logprobs: 0,
      logit_bias: {},
      modalities: ['text'],
      functions: [],
      function_call: 'none',
      reasoning_effort: 'none',
      verbosity: 'medium',
    };
    expect(parse(neutral)).toEqual(parse({}));
  });

  it('asks for log-probabilities, and biases tokens by id', () => {
    const [request] = parse({ logprobs: true, top_logprobs: 3, logit_bias: { 7: -100, 12: 0.5 } }).requests;
    expect(request?.logprobs).toEqual({ top: 3, prompt: false });
    expect(request?.sampling.logitBias).toEqual(
      new Map([
        [7, -100],
        [12, 0.5],
      ]),
    );
    expect(parse({ logprobs: true }).requests[0]?.logprobs).toEqual({ top: 0, prompt: false });
  });

  it('makes a request per choice, each with a seed of its own', () => {
    const { requests, n } = parse({ n: 3, seed: 40 });
    expect(n).toBe(3);
    expect(requests.map(({ id, sampling }) => [id, sampling.seed])).toEqual([
      ['chatcmpl-1-0', 40],
      ['chatcmpl-1-1', 41],
      ['chatcmpl-1-2', 42],
    ]);
    const huge = parse({ n: 3, seed: 2 ** 63 - 1025 }).requests.map(({ sampling }) => sampling.seed);
    expect(new Set(huge).size).toBe(3);
    expect(parse({ n: 2 }).requests.map(({ sampling }) => sampling)).toEqual([{}, {}]);
  });

  it('accepts the documented fields without effect', () => {
    const ignored = {
      store: true,
      metadata: { a: 'b' },
      user: 'u',
      safety_identifier: 's',
      prompt_cache_key: 'k',
      prompt_cache_retention: '24h',
      prompt_cache_options: { mode: 'auto' },
      parallel_tool_calls: false,
    };
    expect(parse(ignored)).toEqual(parse({}));
  });

  it.each(['other', 'tiny@q5', 'other@q4', 'tiny@'])('refuses the model %s', (model) => {
    expect(refusal({ ...minimal, model })).toMatchObject({ code: 'model_not_found', param: 'model' });
  });

  it('resolves the default name and pins by alias', () => {
    expect(parse({ model: 'default' }).requests[0]).toMatchObject({
      model: 'tiny',
      precision: { kind: 'auto' },
    });
    expect(parse({ model: 'default@q8' }).requests[0]).toMatchObject({
      model: 'tiny@q8',
      precision: { kind: 'config', id: 'q8' },
    });
  });

  it('gives up a hostile array at its length, before complaining of each item', () => {
    const many = new Array(200_000).fill(0);
    expect(refusal({ ...minimal, messages: many })).toMatchObject({
      param: 'messages',
      message: "'messages' must have at most 10000 items.",
    });
    expect(refusal({ ...minimal, messages: [{ role: 'user', content: many }] })).toMatchObject({
      param: 'messages[0].content',
      message: "'messages[0].content' must have at most 1000 items.",
    });
  });
});
