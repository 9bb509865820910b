import { describe, expect, it } from 'vitest';
import { QueptError } from '../../../src/core/index.ts';
import { parseResponseRequest } from '../../../src/protocol/index.ts';
import { CONTEXT } from './parse-context.ts';

function parse(fields: object) {
  return parseResponseRequest({ model: 'tiny', input: 'hello', ...fields }, { ...CONTEXT, id: 'resp_1' });
}

describe('parseResponseRequest', () => {
  it("takes what the client's library sends by default", () => {
    expect(parse({})).toEqual({
      requests: [
        {
          id: 'resp_1',
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
      includeUsage: true,
      includePrecision: false,
      echo: false,
      calls: null,
      names: new Map([
        ['max_tokens', 'max_output_tokens'],
        ['messages', 'input'],
      ]),
      repeated: {
        tools: [],
        tool_choice: 'auto',
        parallel_tool_calls: true,
        instructions: null,
        max_output_tokens: null,
        temperature: null,
        top_p: null,
        top_logprobs: 0,
        text: { format: { type: 'text' } },
        metadata: {},
      },
    });
  });

  it('maps its fields, and repeats what answers repeat', () => {
    const metadata = { trip: '7' };
    const fields = { instructions: 'be brief', max_output_tokens: 9, temperature: 0.5, top_p: 0.9, metadata };
    const { requests, repeated } = parse({ ...fields, precision: 4, top_k: 3, stop: 'x', top_logprobs: 2 });
    expect(repeated).toMatchObject({ ...fields, top_logprobs: 2, text: { format: { type: 'text' } } });
    expect(requests[0]).toMatchObject({
      prompt: {
        messages: [
          { role: 'system', content: 'be brief' },
          { role: 'user', content: 'hello' },
        ],
      },
      sampling: { temperature: 0.5, topP: 0.9, topK: 3 },
      maxTokens: 9,
      stop: ['x'],
      precision: { kind: 'bits', bits: 4 },
      logprobs: { top: 2, prompt: false },
    });
    const { requests: asked } = parse({ include: ['message.output_text.logprobs'] });
    expect(asked[0]?.logprobs).toEqual({ top: 0, prompt: false });
  });

  it('takes an earlier answer back as it came', () => {
    const part = { type: 'output_text', text: 'Hi.', annotations: [], logprobs: [] };
    const said = { id: 'msg_1', type: 'message', role: 'assistant', status: 'completed', content: [part] };
    const parts = [
      { type: 'input_text', text: 'How' },
      { type: 'input_text', text: 'are you?' },
    ];
    const input = [
      { role: 'developer', content: 'be brief' },
      said,
      { type: 'message', role: 'user', content: parts },
    ];
    expect(parse({ input }).requests[0]?.prompt).toEqual({
      kind: 'messages',
      messages: [
        { role: 'system', content: 'be brief' },
        { role: 'assistant', content: 'Hi.' },
        { role: 'user', content: 'How\nare you?' },
      ],
    });
  });

  it.each<[object, string]>([
    [{ input: undefined }, 'input'],
    [{ input: [] }, 'input'],
    [{ input: 4 }, 'input'],
    [{ input: [{ role: 'tool', content: 'x' }] }, 'input[0].role'],
    [{ input: [{ type: 'function_call_output', call_id: 'c', output: 'x' }] }, 'input[0].call_id'],
    [{ input: [{ type: 'item_reference', id: 'msg_1' }] }, 'input[0].type'],
    [{ input: [{ role: 'user', content: 'x', weight: 1 }] }, 'input[0].weight'],
    [{ input: [{ role: 'user', content: [{ type: 'input_image' }] }] }, 'input[0].content[0].type'],
    [
      { input: [{ role: 'user', content: [{ type: 'input_text', text: 'x', more: 1 }] }] },
      'input[0].content[0].more',
    ],
    [{ previous_response_id: 'resp_0' }, 'previous_response_id'],
    [{ conversation: 'conv_1' }, 'conversation'],
    [{ store: true }, 'store'],
    [{ background: true }, 'background'],
    [{ tools: [{ type: 'web_search' }] }, 'tools[0].type'],
    [{ tool_choice: 'required' }, 'tool_choice'],
    [{ truncation: 'auto' }, 'truncation'],
    [{ reasoning: { effort: 'high' } }, 'reasoning'],
    [{ text: { format: { type: 'json_schema' } } }, 'text.format.name'],
    [{ text: { format: { type: 'json_schema', name: 'a', schema: 3 } } }, 'text.format.schema'],
    [{ text: { format: { type: 'grammar' } } }, 'text.format.type'],
    [{ text: { verbosity: 'high' } }, 'text.verbosity'],
    [{ text: { format: { type: 'json_object' } }, ignore_eos: true }, 'ignore_eos'],
    [{ include: ['file_search_call.results'] }, 'include[0]'],
    [{ metadata: { a: 1 } }, 'metadata.a'],
    [{ metadata: Object.fromEntries(Array(17).fill('x').entries()) }, 'metadata'],
    [{ stream_options: {} }, 'stream_options'],
    [{ stream: true, stream_options: { include_usage: true } }, 'stream_options.include_usage'],
    [{ max_tokens: 4 }, 'max_tokens'],
    [{ n: 2 }, 'n'],
  ])('refuses %j naming %s', (fields, param) => {
    const attempt = () => parse(fields);
    expect(attempt).toThrow(QueptError);
    expect(attempt).toThrow(expect.objectContaining({ code: 'invalid_request', param }));
  });

  it('reads what the answer may be, and repeats it', () => {
    const format = { type: 'json_schema', name: 'a', strict: true, schema: { type: 'object' } };
    const { requests, repeated } = parse({ text: { format } });
    expect(requests[0]?.constraint).toEqual({
      kind: 'json_schema',
      schema: format.schema,
      param: 'text.format.schema',
    });
    expect(repeated.text).toEqual({ format });
    expect(parse({ text: { format: { type: 'json_object' } } }).requests[0]?.constraint).toEqual({
      kind: 'json',
    });
  });

  it('accepts neutral values of what it does not support', () => {
    const neutral = {
      previous_response_id: null,
      store: false,
      background: false,
      tools: [],
      tool_choice: 'auto',
      truncation: 'disabled',
      reasoning: { effort: 'none', summary: null },
      text: { format: { type: 'text' }, verbosity: 'medium' },
      parallel_tool_calls: true,
      prompt_cache_key: 'k',
      include: ['reasoning.encrypted_content'],
    };
    expect(parse(neutral)).toEqual(parse({}));
  });
});
