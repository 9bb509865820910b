import { describe, expect, it } from 'vitest';
import { type PrecisionWish, type Prompt, QueptError, type ServedModel } from '../../../src/core/index.ts';
import {
  checkLogitBias,
  checkPrompt,
  resolveMaxTokens,
  resolveRange,
  resolveSampling,
} from '../../../src/gateway/resolve-request.ts';

const rung = (id: string, averageBits: number) => ({
  id,
  averageBits,
  planes: [],
  ranks: [],
  predictedKl: null,
  msPerToken: null,
});

const MODEL: ServedModel = {
  id: 'tiny',
  createdAt: 0,
  fingerprint: 'f',
  contextLength: 100,
  ladder: [rung('q4', 4), rung('q6', 6), rung('q8', 8)],
  toolFormat: 'hermes',
};
const AUTO: PrecisionWish = { kind: 'auto' };
const text = (length: number): Prompt => ({ kind: 'text', text: 'x'.repeat(length) });

function refusal(attempt: () => unknown): { code: string; param: string | null; message: string } {
  try {
    attempt();
  } catch (error) {
    if (error instanceof QueptError) return { code: error.code, param: error.param, message: error.message };
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('resolveRange', () => {
  it('takes the model by its name, by "default" and unnamed', () => {
    for (const model of ['tiny', 'default', null]) {
      expect(resolveRange(MODEL, { model, precision: AUTO })).toEqual({
        floor: 0,
        ceiling: 2,
        pinned: false,
      });
    }
  });

  it('pins by alias, and lets a precision stand beside it that admits the alias', () => {
    const pinned = { floor: 1, ceiling: 1, pinned: true };
    expect(resolveRange(MODEL, { model: 'tiny@q6', precision: AUTO })).toEqual(pinned);
    expect(resolveRange(MODEL, { model: 'default@q6', precision: AUTO })).toEqual(pinned);
    const range: PrecisionWish = { kind: 'range', minBits: 4, maxBits: 6 };
    expect(resolveRange(MODEL, { model: 'tiny@q6', precision: range })).toEqual(pinned);
    expect(resolveRange(MODEL, { model: 'tiny@q6', precision: { kind: 'bits', bits: 7 } })).toEqual(pinned);
  });

  it('refuses an alias and a precision that contradict each other', () => {
    const attempt = () => resolveRange(MODEL, { model: 'tiny@q8', precision: { kind: 'config', id: 'q4' } });
    expect(refusal(attempt)).toMatchObject({ code: 'invalid_request', param: 'precision' });
  });

  it('names the models there are when asked for another', () => {
    for (const model of ['huge', 'tiny@q5', 'huge@q4', 'tiny@', '']) {
      const { code, param, message } = refusal(() => resolveRange(MODEL, { model, precision: AUTO }));
      expect({ code, param }).toEqual({ code: 'model_not_found', param: 'model' });
      expect(message).toContain('tiny@q4, tiny@q6, tiny@q8');
    }
  });

  it('keeps a model name that contains "@" whole', () => {
    const model = { ...MODEL, id: 'org@tiny' };
    expect(resolveRange(model, { model: 'org@tiny', precision: AUTO }).pinned).toBe(false);
    expect(resolveRange(model, { model: 'org@tiny@q4', precision: AUTO })).toMatchObject({
      floor: 0,
      ceiling: 0,
    });
  });
});

describe('resolveSampling', () => {
  it("takes the request's values, then the model's, then neutral ones", () => {
    expect(resolveSampling({ temperature: 0.6, topK: 20 }, { topK: 5, seed: 7 })).toEqual({
      temperature: 0.6,
      topK: 5,
      topP: 1,
      minP: 0,
      seed: 7,
      repetitionPenalty: 1,
      frequencyPenalty: 0,
      presencePenalty: 0,
    });
  });
});

describe('checkPrompt', () => {
  it('admits ids of the vocabulary and names the first that is not', () => {
    checkPrompt({ kind: 'tokens', tokens: [0, 31] }, 100, 32);
    for (const bad of [32, -1, 1.5, Number.NaN]) {
      const attempt = () => checkPrompt({ kind: 'tokens', tokens: [0, bad] }, 100, 32);
      const { code, param, message } = refusal(attempt);
      expect({ code, param }).toEqual({ code: 'invalid_request', param: 'prompt' });
      expect(message).toContain(`${bad} at position 1`);
    }
  });

  it('refuses more ids than fit, without a look at them', () => {
    const tokens = (length: number): Prompt => ({ kind: 'tokens', tokens: Array(length).fill(5) });
    checkPrompt(tokens(99), 100, 32);
    const attempt = () => checkPrompt({ kind: 'tokens', tokens: Array(100).fill(-1) }, 100, 32);
    expect(refusal(attempt)).toMatchObject({ code: 'context_length_exceeded', param: 'prompt' });
  });

  it('refuses text that cannot fit whatever its tokens are', () => {
    checkPrompt(text(12_800), 100, 32);
    expect(refusal(() => checkPrompt(text(12_801), 100, 32))).toMatchObject({
      code: 'context_length_exceeded',
      param: 'prompt',
    });
    const messages = [
      { role: 'system' as const, content: 'x'.repeat(6_400) },
      { role: 'user' as const, content: 'x'.repeat(6_401) },
    ];
    expect(refusal(() => checkPrompt({ kind: 'messages', messages }, 100, 32))).toMatchObject({
      code: 'context_length_exceeded',
      param: 'messages',
    });
  });
});

describe('checkLogitBias', () => {
  it('admits ids of the vocabulary, and none at all', () => {
    checkLogitBias(undefined, 32);
    checkLogitBias(new Map([[31, 1]]), 32);
    const { code, param, message } = refusal(() =>
      checkLogitBias(
        new Map([
          [5, 1],
          [32, 1],
        ]),
        32,
      ),
    );
    expect({ code, param }).toEqual({ code: 'invalid_request', param: 'logit_bias' });
    expect(message).toContain('token 32');
  });
});

describe('resolveMaxTokens', () => {
  it('takes what was asked for, or all that the context leaves', () => {
    expect(resolveMaxTokens(100, text(1), 90, 10)).toBe(10);
    expect(resolveMaxTokens(100, text(1), 90, null)).toBe(10);
    expect(resolveMaxTokens(100, text(1), 99, null)).toBe(1);
  });

  it('says by how much prompt and limit miss the context', () => {
    const { code, param, message } = refusal(() => resolveMaxTokens(100, text(1), 90, 11));
    expect({ code, param }).toEqual({ code: 'context_length_exceeded', param: 'max_tokens' });
    expect(message).toContain(
      'maximum context length is 100 tokens, but the request has 101 (90 in the prompt, 11 to generate)',
    );
  });

  it('refuses a prompt that leaves no room, naming the field it came in', () => {
    expect(refusal(() => resolveMaxTokens(100, text(1), 100, null))).toMatchObject({
      code: 'context_length_exceeded',
      param: 'prompt',
    });
    const messages: Prompt = { kind: 'messages', messages: [] };
    expect(refusal(() => resolveMaxTokens(100, messages, 120, 1))).toMatchObject({
      code: 'context_length_exceeded',
      param: 'messages',
    });
  });

  it('refuses a prompt without tokens and a limit below zero', () => {
    expect(refusal(() => resolveMaxTokens(100, text(0), 0, 1))).toMatchObject({
      code: 'invalid_request',
      param: 'prompt',
    });
    for (const wanted of [-1, 1.5]) {
      expect(refusal(() => resolveMaxTokens(100, text(1), 1, wanted))).toMatchObject({
        code: 'invalid_request',
        param: 'max_tokens',
      });
    }
  });
});
