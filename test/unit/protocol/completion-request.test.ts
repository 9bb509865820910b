import { describe, expect, it } from 'vitest';
import { QueptError } from '../../../src/core/index.ts';
import { parseCompletionRequest } from '../../../src/protocol/index.ts';
import { CONTEXT } from './parse-context.ts';

function parse(fields: object) {
  return parseCompletionRequest({ model: 'tiny', prompt: 'once', ...fields }, { ...CONTEXT, id: 'cmpl-1' });
}

describe('parseCompletionRequest', () => {
  it('has the default length of the specification', () => {
    expect(parse({}).requests).toEqual([
      {
        id: 'cmpl-1',
        callId: 'req_1',
        owner: '',
        model: 'tiny',
        prompt: { kind: 'text', text: 'once' },
        sampling: {},
        maxTokens: 16,
        stop: [],
        precision: { kind: 'auto' },
        service: { tier: null, ttftMs: null, tpotMs: null },
      },
    ]);
  });

  it.each([
    ['a string', 'once', [{ kind: 'text', text: 'once' }]],
    ['an empty string', '', [{ kind: 'text', text: '' }]],
    ['one string in an array', ['once'], [{ kind: 'text', text: 'once' }]],
    ['tokens', [1, 2], [{ kind: 'tokens', tokens: [1, 2] }]],
    ['one token array', [[1, 2]], [{ kind: 'tokens', tokens: [1, 2] }]],
    [
      'several strings',
      ['a', 'b'],
      [
        { kind: 'text', text: 'a' },
        { kind: 'text', text: 'b' },
      ],
    ],
    [
      'several token arrays',
      [[1], [2, 3]],
      [
        { kind: 'tokens', tokens: [1] },
        { kind: 'tokens', tokens: [2, 3] },
      ],
    ],
  ])('takes %s', (_, prompt, prompts) => {
    expect(parse({ prompt }).requests.map((request) => request.prompt)).toEqual(prompts);
  });

  it('lets an answer go on behind its end only when asked to', () => {
    expect(parse({ ignore_eos: true }).requests[0]).toMatchObject({ ignoreEnd: true });
    expect(parse({ ignore_eos: false }).requests[0]).not.toHaveProperty('ignoreEnd');
    expect(() => parse({ ignore_eos: 1 })).toThrow(expect.objectContaining({ param: 'ignore_eos' }));
  });

  it('numbers the requests of a batch', () => {
    expect(parse({ prompt: ['a', 'b'] }).requests.map((request) => request.id)).toEqual([
      'cmpl-1-0',
      'cmpl-1-1',
    ]);
  });

  it.each([
    [{ prompt: undefined }, 'prompt'],
    [{ prompt: null }, 'prompt'],
    [{ prompt: [] }, 'prompt'],
    [{ prompt: {} }, 'prompt'],
    [{ prompt: Array(129).fill('x') }, 'prompt'],
    [{ prompt: ['a', 1] }, 'prompt[1]'],
    [{ prompt: [1, 'a'] }, 'prompt[1]'],
    [{ prompt: [1, -1] }, 'prompt[1]'],
    [{ prompt: [1, 0.5] }, 'prompt[1]'],
    [{ prompt: [[1], []] }, 'prompt[1]'],
    [{ prompt: [[1], [2, null]] }, 'prompt[1][1]'],
    [{ prompt: [null] }, 'prompt[0]'],
    [{ echo: true }, 'echo'],
    [{ best_of: 2 }, 'best_of'],
    [{ suffix: 'end' }, 'suffix'],
    [{ logprobs: 0 }, 'logprobs'],
    [{ logit_bias: { 1: 2 } }, 'logit_bias'],
    [{ n: 2 }, 'n'],
    [{ messages: [] }, 'messages'],
    [{ max_completion_tokens: 4 }, 'max_completion_tokens'],
    [{ max_tokens: 0 }, 'max_tokens'],
  ])('refuses %j naming %s', (fields, param) => {
    let thrown: unknown = null;
    try {
      parse(fields);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(QueptError);
    expect(thrown).toMatchObject({ code: 'invalid_request', param });
  });

  it('accepts neutral values of what it does not support', () => {
    const neutral = { echo: false, best_of: 1, suffix: null, logprobs: null, logit_bias: {}, n: 1 };
    expect(parse(neutral)).toEqual(parse({}));
  });
});
