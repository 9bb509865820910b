import { describe, expect, it } from 'vitest';
import { type GenerateRequest, QueptError } from '../../../src/core/index.ts';
import { blamedPrompt } from '../../../src/server/blamed-prompt.ts';

const asked = (...prompts: string[]): Pick<GenerateRequest, 'prompt'>[] =>
  prompts.map((text) => ({ prompt: { kind: 'text', text } }));
const empty = new QueptError('invalid_request', 'It is empty.', { param: 'prompt' });

describe('blamedPrompt', () => {
  it('counts prompts and not choices', () => {
    const [a, b] = asked('same', 'same') as [
      Pick<GenerateRequest, 'prompt'>,
      Pick<GenerateRequest, 'prompt'>,
    ];
    const requests = [a, { ...a }, b, { ...b }];
    const params = requests.map((_, index) => blamedPrompt(empty, requests, index));
    expect(params.map((error) => (error as QueptError).param)).toEqual([
      'prompt[0]',
      'prompt[0]',
      'prompt[1]',
      'prompt[1]',
    ]);
    expect(params[2]).toMatchObject({
      code: 'invalid_request',
      message: 'Of prompt 1 (counted from 0): It is empty.',
    });
  });

  it('leaves alone what is no fault of one prompt among several', () => {
    const other = new QueptError('overloaded', 'Full.', { retryAfterMs: 5 });
    const thrown = new Error('broken');
    const [single] = asked('a') as [Pick<GenerateRequest, 'prompt'>];
    expect(blamedPrompt(other, asked('a', 'b'), 1)).toBe(other);
    expect(blamedPrompt(thrown, asked('a', 'b'), 1)).toBe(thrown);
    expect(blamedPrompt(empty, [single, { ...single }], 1)).toBe(empty);
  });
});
