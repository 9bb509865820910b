import OpenAI, { APIError } from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServerProcess, spawnServer } from '../support/spawn-server.ts';
import { type TinyArtefact, writeTinyArtefact } from '../support/tiny-artefact.ts';

/** The extension of answers that says at which precision they were served. */
interface WithPrecision {
  readonly precision: {
    readonly average_bits: number;
    readonly configs: readonly { id: string; average_bits: number; tokens: number }[];
    readonly switches: number;
  };
}

const MAX_TOKENS = 24;
const QUESTION = [{ role: 'user' as const, content: 'tell me of the cat and the hat' }];
const GREEDY = { model: 'tiny', messages: QUESTION, temperature: 0, max_tokens: MAX_TOKENS };

let artefact: TinyArtefact;
let server: ServerProcess;
let client: OpenAI;

beforeAll(async () => {
  artefact = await writeTinyArtefact({ contextLength: 512 });
  // Answers are compared: their precision must not depend on how busy the machine is.
  server = await spawnServer(artefact.directory, ['--slots', '4', '--policy', 'fixed']);
  client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'none', maxRetries: 0 });
});

afterAll(async () => {
  await server?.kill();
  await artefact?.remove();
});

/** The error that a request is answered with. */
async function refusal(request: Promise<unknown>): Promise<APIError> {
  const error = await request.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof APIError) return error;
  throw new Error(`expected an API error, not ${error}`);
}

/** A body that the client library would not send as it is. */
function post(path: string, body: unknown): Promise<Response> {
  return fetch(`${server.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

async function tokenize(body: object) {
  const answer = await post('/tokenize', body);
  return (await answer.json()) as { tokens: number[]; count: number; max_model_len: number };
}

/** The value of a metric without labels, or the sum over them. */
async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  const lines = text.split('\n').filter((line) => line.startsWith(name));
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

function withPrecision(answer: object): WithPrecision['precision'] {
  return (answer as WithPrecision).precision;
}

describe('chat completions', () => {
  it('answers whole, with usage and the precision that was served', async () => {
    const answer = await client.chat.completions.create(GREEDY);
    const [choice] = answer.choices;
    expect(choice?.message.role).toBe('assistant');
    expect(choice?.finish_reason).toBe('length');
    expect(choice?.message.content?.length).toBeGreaterThan(0);
    expect(answer.usage?.completion_tokens).toBe(MAX_TOKENS);
    expect(answer.usage?.prompt_tokens).toBeGreaterThan(10);
    expect(withPrecision(answer)).toEqual({
      average_bits: 8,
      configs: [{ id: 'q8', average_bits: 8, tokens: MAX_TOKENS }],
      switches: 0,
    });
  });

  it('streams the same text, role first, one finish reason last, then usage', async () => {
    const whole = await client.chat.completions.create(GREEDY);
    const stream = await client.chat.completions.create({
      ...GREEDY,
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks = [];
    for await (const chunk of stream) chunks.push(chunk);
    const deltas = chunks.flatMap(({ choices }) => choices);
    expect(deltas[0]?.delta.role).toBe('assistant');
    expect(deltas.map(({ delta }) => delta.content ?? '').join('')).toBe(whole.choices[0]?.message.content);
    expect(deltas.map(({ finish_reason }) => finish_reason).filter((reason) => reason !== null)).toEqual([
      'length',
    ]);
    expect(deltas.at(-1)?.finish_reason).toBe('length');
    expect(new Set(chunks.map(({ id }) => id)).size).toBe(1);
    expect(chunks.at(-1)?.usage).toMatchObject({
      prompt_tokens: whole.usage?.prompt_tokens,
      completion_tokens: MAX_TOKENS,
    });
  });

  it('fills the context when no limit is given', async () => {
    const messages = [{ role: 'user' as const, content: 'a'.repeat(440) }];
    const { usage } = await client.chat.completions.create({ model: 'tiny', messages, temperature: 0 });
    expect(usage?.prompt_tokens).toBeGreaterThan(440);
    expect(usage?.total_tokens).toBe(512);
  });

  it("applies the model's chat template, and shows its refusal as the client's fault", async () => {
    const chat = await client.chat.completions.create({ ...GREEDY, max_tokens: 1 });
    const prompt = artefact.renderChat(QUESTION);
    const text = await client.completions.create({ model: 'tiny', prompt, max_tokens: 1 });
    expect(chat.usage?.prompt_tokens).toBe(text.usage?.prompt_tokens);
    const messages = [{ role: 'assistant' as const, content: 'I begin' }];
    const error = await refusal(client.chat.completions.create({ ...GREEDY, messages }));
    expect({ status: error.status, param: error.param }).toEqual({ status: 400, param: 'messages' });
    expect(error.message).toContain('a user must begin');
  });
});

describe('completions', () => {
  it('continues text and token ids alike, whole and streamed', async () => {
    const request = { model: 'tiny', temperature: 0, max_tokens: MAX_TOKENS };
    const byText = await client.completions.create({ ...request, prompt: 'the cat' });
    const byTokens = await client.completions.create({ ...request, prompt: artefact.encode('the cat') });
    expect(byTokens.choices[0]?.text).toBe(byText.choices[0]?.text);
    expect(byTokens.usage?.prompt_tokens).toBe(byText.usage?.prompt_tokens);
    const stream = await client.completions.create({ ...request, prompt: 'the cat', stream: true });
    let streamed = '';
    for await (const chunk of stream) streamed += chunk.choices[0]?.text ?? '';
    expect(streamed).toBe(byText.choices[0]?.text);
  });

  it('answers a list of prompts in its order', async () => {
    const request = { model: 'tiny', temperature: 0, max_tokens: 8, precision: 8 };
    const alone = await Promise.all(
      ['the cat', 'a hat'].map((prompt) => client.completions.create({ ...request, prompt })),
    );
    const together = await client.completions.create({ ...request, prompt: ['the cat', 'a hat'] });
    expect(together.choices.map(({ index }) => index)).toEqual([0, 1]);
    expect(together.choices.map(({ text }) => text)).toEqual(alone.map(({ choices }) => choices[0]?.text));
  });

  it('ends at a stop string and leaves it out', async () => {
    const request = { model: 'tiny', prompt: 'the cat', temperature: 0, max_tokens: MAX_TOKENS };
    const free = (await client.completions.create(request)).choices[0]?.text ?? '';
    const stop = free.slice(6, 9);
    const stopped = await client.completions.create({ ...request, stop });
    expect(stopped.choices[0]?.text).toBe(free.slice(0, free.indexOf(stop)));
    expect(stopped.choices[0]?.finish_reason).toBe('stop');
  });

  it('draws the same tokens for the same seed and others for another', async () => {
    const request = {
      model: 'tiny',
      prompt: 'the cat',
      temperature: 1,
      max_tokens: MAX_TOKENS,
      precision: 8,
    };
    const draw = async (seed: number) =>
      (await client.completions.create({ ...request, seed })).choices[0]?.text;
    expect(await draw(7)).toBe(await draw(7));
    expect(await draw(7)).not.toBe(await draw(8));
  });
});

describe('log-probabilities', () => {
  const request = { model: 'tiny@q8', temperature: 0, max_tokens: 12, logprobs: 2 };

  it('of tokens drawn one by one are those of the same tokens as a prompt, cached or not', async () => {
    const prompt = 'the cat and the hat and the cat';
    const drawn = (await client.completions.create({ ...request, prompt })).choices[0];
    const pieces = drawn?.logprobs?.tokens ?? [];
    const ids = pieces.map((piece) => artefact.idOf(piece));
    // Tokens that are parts of characters have no text to find them by.
    const unknown = ids.indexOf(undefined);
    const answer = ids.slice(0, unknown < 0 ? ids.length : unknown) as number[];
    expect(answer.length).toBeGreaterThan(3);
    const whole = [...artefact.encode(prompt), ...answer];
    const echo = { ...request, prompt: whole, max_tokens: 0, echo: true };
    for (const cached of [false, true]) {
      const told = (await client.completions.create(echo)).choices[0]?.logprobs;
      const start = whole.length - answer.length;
      expect(told?.tokens, `cached: ${cached}`).toHaveLength(whole.length);
      expect(told?.tokens?.slice(start)).toEqual(pieces.slice(0, answer.length));
      answer.forEach((_, i) => {
        const again = told?.token_logprobs?.[start + i] ?? Number.NaN;
        expect(again).toBeCloseTo(drawn?.logprobs?.token_logprobs?.[i] ?? 0, 3);
        // Greedy, so the token is its own best alternative.
        expect(Math.max(...Object.values(told?.top_logprobs?.[start + i] ?? {}))).toBe(again);
      });
    }
  });

  it('of a text alone come whole and streamed, and count as no answer', async () => {
    const echo = { ...request, prompt: 'the cat and the hat', max_tokens: 0, echo: true };
    const { choices, usage } = await client.completions.create(echo);
    expect(choices[0]).toMatchObject({ text: 'the cat and the hat', finish_reason: 'length' });
    expect(usage).toMatchObject({
      prompt_tokens: choices[0]?.logprobs?.tokens?.length,
      completion_tokens: 0,
    });
    const chunks: OpenAI.Completion[] = [];
    for await (const chunk of await client.completions.create({ ...echo, stream: true })) chunks.push(chunk);
    expect(chunks.flatMap((chunk) => chunk.choices[0]?.logprobs?.tokens ?? [])).toEqual(
      choices[0]?.logprobs?.tokens,
    );
    expect(chunks.map((chunk) => chunk.choices[0]?.text).join('')).toBe('the cat and the hat');
    expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe('length');
    await expect(client.completions.create({ ...echo, echo: false })).rejects.toMatchObject({
      status: 400,
      param: 'max_tokens',
    });
  });

  it('are of the same tokens at other temperatures and biases', async () => {
    const short = { ...request, prompt: 'the cat', max_tokens: 1, logprobs: 20 };
    const plain = (await client.completions.create(short)).choices[0]?.logprobs;
    const likely = Object.keys(plain?.top_logprobs?.[0] ?? {});
    const other =
      likely.find((token) => token !== plain?.tokens?.[0] && artefact.idOf(token) !== undefined) ?? '';
    const logit_bias = { [artefact.idOf(other) ?? '']: 100 };
    const hot = await client.completions.create({ ...short, temperature: 2, logit_bias });
    const told = hot.choices[0]?.logprobs;
    expect(told?.tokens).toEqual([other]);
    for (const [token, logprob] of Object.entries(plain?.top_logprobs?.[0] ?? {})) {
      expect(told?.top_logprobs?.[0]?.[token]).toBeCloseTo(logprob, 3);
    }
  });
});

describe('several choices', () => {
  it('compute their prompt once, and count it once', async () => {
    const prompt = 'a prompt of which nobody has heard before, '.repeat(4);
    const before = await metric('vllm:prefix_cache_hits_total');
    const answer = await client.completions.create({
      model: 'tiny@q8',
      prompt,
      n: 4,
      max_tokens: 2,
      seed: 1,
    });
    const promptTokens = artefact.encode(prompt).length;
    expect(answer.usage?.prompt_tokens).toBe(promptTokens);
    expect(answer.usage?.prompt_tokens_details?.cached_tokens).toBeLessThan(promptTokens / 4);
    const reused = (await metric('vllm:prefix_cache_hits_total')) - before;
    expect(reused).toBeGreaterThanOrEqual(3 * (promptTokens - 1));
  });
});

describe('tokenize and detokenize', () => {
  it('agree with the tokenizer, and with each other', async () => {
    const text = 'the cat, naïve \u{1F600}';
    const { tokens, count, max_model_len } = await tokenize({ prompt: text });
    expect(tokens).toEqual(artefact.encode(text));
    expect({ count, max_model_len }).toEqual({ count: tokens.length, max_model_len: 512 });
    const chat = await tokenize({ messages: QUESTION });
    expect(chat.tokens).toEqual(artefact.encode(artefact.renderChat(QUESTION)));
    const back = await post('/detokenize', { tokens });
    expect(await back.json()).toEqual({ prompt: text });
  });

  it('name the field at fault', async () => {
    const refused: [string, object, string, string][] = [
      ['/tokenize', {}, 'prompt', 'invalid_request'],
      ['/tokenize', { prompt: 'x', messages: QUESTION }, 'messages', 'invalid_request'],
      ['/tokenize', { prompt: 'x '.repeat(500_000) }, 'prompt', 'context_length_exceeded'],
      ['/tokenize', { messages: [{ role: 'assistant', content: 'x' }] }, 'messages', 'invalid_request'],
      ['/detokenize', { tokens: [3, 300] }, 'tokens', 'invalid_request'],
      ['/detokenize', { tokens: Array(513).fill(5) }, 'tokens', 'context_length_exceeded'],
      [
        '/v1/completions',
        { model: 'tiny', prompt: 'x', logit_bias: { 300: 1 } },
        'logit_bias',
        'invalid_request',
      ],
      [
        '/v1/completions',
        { model: 'tiny', prompt: Array(513).fill(5), echo: true },
        'prompt',
        'context_length_exceeded',
      ],
    ];
    for (const [path, body, param, code] of refused) {
      const answer = await post(path, body);
      expect(answer.status).toBe(400);
      expect(await answer.json()).toMatchObject({ error: { param, code } });
    }
  });
});

describe('prompts that begin alike', () => {
  const talk = [
    { role: 'user' as const, content: 'how do you do' },
    { role: 'assistant' as const, content: 'very well' },
  ];
  const ask = { model: 'tiny', temperature: 0, max_tokens: 4 };
  const cached = (usage: OpenAI.CompletionUsage | null | undefined) =>
    usage?.prompt_tokens_details?.cached_tokens;

  it('[K1] are computed once, and every form of answer tells how much of them was', async () => {
    const first = await client.chat.completions.create({ ...ask, messages: talk });
    expect(cached(first.usage)).toBe(0);
    const messages = [...talk, { role: 'user' as const, content: 'and now' }];
    const stream = await client.chat.completions.create({
      ...ask,
      messages,
      stream: true,
      stream_options: { include_usage: true },
    });
    let usage: OpenAI.CompletionUsage | null | undefined;
    for await (const chunk of stream) usage = chunk.usage ?? usage;
    const shared = artefact.encode(artefact.renderChat(talk)).length;
    expect(cached(usage)).toBeGreaterThan(shared / 2);
    expect(cached(usage)).toBeLessThan(usage?.prompt_tokens ?? 0);
    const prompt = artefact.renderChat(messages);
    const again = await client.completions.create({ ...ask, prompt });
    expect(cached(again.usage)).toBe((usage?.prompt_tokens ?? 0) - 1);
    const low = await client.completions.create({ ...ask, model: 'tiny@q4', prompt });
    expect(cached(low.usage)).toBe(0);
  });
});

describe('precision', () => {
  const asked: [string, unknown, string, string][] = [
    ['a number pins the rung not above it', 4.5, 'q4', 'q4'],
    ['a config id pins', 'q8', 'q8', 'q8'],
    ['auto grants the ladder and serves its top when idle', 'auto', 'q4..q8', 'q8'],
    ['a range serves within itself', { max_bits: 4 }, 'q4', 'q4'],
  ];
  it.each(asked)('%s', async (_, precision, granted, served) => {
    const response = await post('/v1/completions', {
      model: 'tiny',
      prompt: 'the cat',
      temperature: 0,
      max_tokens: 4,
      precision,
    });
    expect(response.headers.get('x-precision')).toBe(granted);
    const body = (await response.json()) as WithPrecision;
    expect(body.precision.configs.map(({ id, tokens }) => [id, tokens])).toEqual([[served, 4]]);
  });

  it('takes the alias of the model name', async () => {
    const answer = await client.completions.create({
      model: 'tiny@q4',
      prompt: 'the cat',
      temperature: 0,
      max_tokens: 4,
    });
    expect(withPrecision(answer).configs.map(({ id }) => id)).toEqual(['q4']);
  });

  it('refuses a precision that no rung fits', async () => {
    const response = await post('/v1/completions', { model: 'tiny', prompt: 'x', precision: 1 });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { param: 'precision' } });
  });
});

describe('ten clients at once', () => {
  it('serves each at its own precision and length', async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, async (_, i) => {
        const model = i % 2 === 0 ? 'tiny@q4' : 'tiny@q8';
        const stream = await client.completions.create({
          model,
          prompt: `client ${i} says`,
          // Drawn, an answer might end before its limit.
          temperature: 0,
          max_tokens: 10 + i,
          stream: true,
          stream_options: { include_usage: true },
        });
        let last: object = {};
        for await (const chunk of stream) last = chunk;
        return { model, tokens: 10 + i, precision: withPrecision(last) };
      }),
    );
    for (const { model, tokens, precision } of answers) {
      expect(precision.configs.map((config) => [`tiny@${config.id}`, config.tokens])).toEqual([
        [model, tokens],
      ]);
    }
  });
});

describe('bad input', () => {
  it('names another model as not found', async () => {
    for (const model of ['other', 'tiny@q3']) {
      const error = await refusal(client.completions.create({ model, prompt: 'x' }));
      expect({ status: error.status, code: error.code }).toEqual({ status: 404, code: 'model_not_found' });
    }
  });

  it('says how prompt and limit exceed the context', async () => {
    const error = await refusal(
      client.completions.create({ model: 'tiny', prompt: [5, 6], max_tokens: 511 }),
    );
    expect({ status: error.status, code: error.code }).toEqual({
      status: 400,
      code: 'context_length_exceeded',
    });
    expect(error.message).toContain('512 tokens, but the request has 513 (2 in the prompt, 511 to generate)');
  });

  it('refuses a prompt that fills the context, and one that is far too long to tokenize', async () => {
    for (const length of [600, 500_000]) {
      const error = await refusal(client.completions.create({ model: 'tiny', prompt: 'x '.repeat(length) }));
      expect({ status: error.status, code: error.code, param: error.param }).toEqual({
        status: 400,
        code: 'context_length_exceeded',
        param: 'prompt',
      });
    }
  });

  it('refuses token ids outside of the vocabulary and an empty prompt', async () => {
    for (const prompt of [[3, 300], []]) {
      const response = await post('/v1/completions', { model: 'tiny', prompt });
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({
        error: { type: 'invalid_request_error', param: 'prompt' },
      });
    }
  });

  it('serves on after all of it', async () => {
    const answer = await client.completions.create({
      model: 'default',
      prompt: 'the cat',
      temperature: 0,
      max_tokens: 2,
    });
    expect(answer.usage?.completion_tokens).toBe(2);
  });
});
