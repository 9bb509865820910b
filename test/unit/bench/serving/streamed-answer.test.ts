import { describe, expect, it } from 'vitest';
import { parseAnswer } from '../../../../src/bench/serving/streamed-answer.ts';
import { tokenCourse } from '../../../../src/bench/serving/token-course.ts';

const text = (part: string) =>
  `data: ${JSON.stringify({ usage: null, choices: [{ text: part, finish_reason: null }] })}\n\n`;
const precision = {
  average_bits: 6,
  configs: [
    { id: 'q4', tokens: 2 },
    { id: 'q8', tokens: 2 },
  ],
  switches: 1,
};
const closing = `data: ${JSON.stringify({ usage: null, choices: [{ text: '', finish_reason: 'length' }], precision })}\n\n`;
const usage = { prompt_tokens: 7, completion_tokens: 4, prompt_tokens_details: { cached_tokens: 3 } };
const counted = `data: ${JSON.stringify({ usage, choices: [], precision })}\n\n`;
const done = 'data: [DONE]\n\n';

function received(pieces: readonly (readonly [number, string])[], status = 200) {
  return {
    status,
    pieces: pieces.map(([atMs, data]) => ({ atMs, data: Buffer.from(data) })),
    endedAtMs: 99,
  };
}

const whole = received([
  [10, text('a')],
  [20, text('b').slice(0, 9)],
  [30, text('b').slice(9) + text('c')],
  [40, text('d')],
  [41, closing + counted + done],
]);

describe('parseAnswer', () => {
  it('dates each text by the piece that completes it', () => {
    expect(parseAnswer(whole)).toEqual({
      textAtMs: [10, 30, 30, 40],
      promptTokens: 7,
      cachedTokens: 3,
      tokens: 4,
      tokensByConfig: new Map([
        ['q4', 2],
        ['q8', 2],
      ]),
      averageBits: 6,
      switches: 1,
    });
  });

  it('knows no answer where there was a refusal, an error in mid-stream, or no end', () => {
    expect(parseAnswer(received([[1, '{"error":{}}']], 503))).toBeNull();
    expect(
      parseAnswer(received([[1, `${text('a')}data: {"error":{"code":"internal_error"}}\n\n`]])),
    ).toBeNull();
    expect(parseAnswer(received([[1, text('a') + closing + counted]]))).toBeNull();
  });
});

describe('tokenCourse', () => {
  const answer = parseAnswer(whole);
  if (answer === null) throw new Error('the answer is whole');
  const trail = (decisions: readonly (readonly [string, string | null, number])[], omitted = 0) => ({
    service_tier: 'default' as const,
    targets: { ttft_ms: 1, tpot_ms: 1 },
    omitted,
    decisions: decisions.map(([action, config, tokens]) => ({ action, precision: config, tokens })),
  });

  it('gives the first token to the last chunk of the prompt, and the others to the decisions in order', () => {
    const course = tokenCourse(
      answer,
      trail([
        ['wait', null, 0],
        ['prefill', 'q4', 5],
        ['prefill', 'q8', 2],
        ['decode', 'q8', 1],
        ['hold', null, 0],
        ['decode', 'q4', 2],
      ]),
    );
    expect(course).toEqual([
      { atMs: 10, config: 'q8' },
      { atMs: 30, config: 'q8' },
      { atMs: 30, config: 'q4' },
      { atMs: 40, config: 'q4' },
    ]);
  });

  it('does not take what a preempted request computes again for tokens', () => {
    const course = tokenCourse(
      answer,
      trail([
        ['prefill', 'q8', 7],
        ['decode', 'q8', 1],
        ['preempt', null, 0],
        ['prefill', 'q4', 8],
        ['decode', 'q4', 2],
      ]),
    );
    expect(course.map(({ config }) => config)).toEqual(['q8', 'q8', 'q4', 'q4']);
  });

  it('fills in by the counts what is no longer kept', () => {
    const course = tokenCourse(answer, trail([['decode', 'q4', 2]], 3));
    expect(course.map(({ config }) => config)).toEqual(['q8', 'q8', 'q4', 'q4']);
  });
});
