import { describe, expect, it } from 'vitest';
import { estimateTokens, UNLIMITED_ANSWER_TOKENS, usedTokens } from '../../../src/access/count-tokens.ts';
import type { Prompt } from '../../../src/core/index.ts';
import { generateRequest } from '../../support/generate-request.ts';

const CONTEXT = 4_000;

function estimate(prompt: Prompt, maxTokens: number | null): number {
  return estimateTokens([generateRequest({ prompt, maxTokens })], CONTEXT);
}

describe('estimateTokens', () => {
  it.each<[string, Prompt, number]>([
    ['token ids as they are', { kind: 'tokens', tokens: [1, 2, 3] }, 3],
    ['a quarter of the characters of a text, rounded up', { kind: 'text', text: 'x'.repeat(41) }, 11],
    [
      'the same of messages, with what stands around each',
      {
        kind: 'messages',
        messages: [
          { role: 'system', content: 'x'.repeat(8) },
          { role: 'user', content: 'y' },
        ],
      },
      4 + 2 + 4 + 1,
    ],
  ])('counts %s', (_, prompt, tokens) => {
    expect(estimate(prompt, 10)).toBe(tokens + 10);
    expect(estimate(prompt, null)).toBe(tokens + UNLIMITED_ANSWER_TOKENS);
  });

  it('is never more than the context holds', () => {
    const long: Prompt = { kind: 'tokens', tokens: Array.from({ length: CONTEXT - 5 }, () => 1) };
    expect(estimate(long, null)).toBe(CONTEXT);
    expect(estimate({ kind: 'text', text: 'x'.repeat(1_000_000) }, 50)).toBe(CONTEXT);
  });

  it('counts a prompt once that several choices share, and alike prompts apart', () => {
    const [one, alike]: Prompt[] = [0, 1].map(() => ({ kind: 'tokens', tokens: [1, 2, 3] }));
    const requests = [one, one, alike].map((prompt) =>
      generateRequest({ prompt: prompt as Prompt, maxTokens: 10 }),
    );
    expect(estimateTokens(requests, CONTEXT)).toBe(3 + 3 + 3 * 10);
  });
});

describe('usedTokens', () => {
  it('counts a shared prompt once, also when one of its choices failed before it was computed', () => {
    const prompt: Prompt = { kind: 'text', text: 'a' };
    const ended = (promptTokens: number, completionTokens: number) => ({
      prompt,
      usage: { promptTokens, completionTokens, cachedTokens: 0 },
    });
    expect(usedTokens([ended(7, 2), ended(0, 0), ended(7, 3)])).toBe(7 + 5);
    expect(usedTokens([ended(7, 2), { ...ended(7, 2), prompt: { kind: 'text', text: 'a' } }])).toBe(18);
    expect(usedTokens([])).toBe(0);
  });
});
