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
        service: { tier: null, ttftMs: null, tpotMs: null, timeoutMs: null },
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

  it('numbers the choices of a prompt before those of the next', () => {
    const { requests, n } = parse({ prompt: ['a', 'b'], n: 2, seed: 1 });
    expect(n).toBe(2);
    expect(requests.map(({ id, prompt, sampling }) => [id, prompt, sampling.seed])).toEqual([
      ['cmpl-1-0', { kind: 'text', text: 'a' }, 1],
      ['cmpl-1-1', { kind: 'text', text: 'a' }, 2],
      ['cmpl-1-2', { kind: 'text', text: 'b' }, 1],
      ['cmpl-1-3', { kind: 'text', text: 'b' }, 2],
    ]);
  });

  it.each([
    [{ logprobs: 0 }, { top: 0, prompt: false }, false],
    [{ logprobs: 5, echo: true }, { top: 5, prompt: true }, true],
    [{ echo: true }, undefined, true],
  ])('understands %j', (fields, logprobs, echo) => {
    const parsed = parse(fields);
    expect(parsed.requests[0]?.logprobs).toEqual(logprobs);
    expect(parsed.echo).toBe(echo);
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
    [{ echo: 1 }, 'echo'],
    [{ best_of: 2 }, 'best_of'],
    [{ suffix: 'end' }, 'suffix'],
    [{ logprobs: 21 }, 'logprobs'],
    [{ logprobs: true }, 'logprobs'],
    [{ logprobs: 6, echo: true }, 'logprobs'],
    [{ prompt: ['a', 'b'], n: 65 }, 'n'],
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
