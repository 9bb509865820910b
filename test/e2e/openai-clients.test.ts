import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { ChatOpenAI, OpenAI as CompletionOpenAI } from '@langchain/openai';
import { generateText, streamText } from 'ai';
import OpenAI, { BadRequestError } from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultModelDirectory } from '../../src/cli/default-model.ts';
import { hasSpecification, NO_SPECIFICATION } from '../support/openai-specification.ts';
import { RecordingFetch } from '../support/recording-fetch.ts';
import { type ServerProcess, spawnServer } from '../support/spawn-server.ts';
import { judgeAnswers } from '../support/specified-answers.ts';

// Clients as they come from npm, told only the URL; what they were answered is held against the specification last.

const MODEL = 'quept-small';
const QUESTION = 'What is 23 + 45?';
const messages = [{ role: 'user' as const, content: QUESTION }];
const GREEDY = { model: MODEL, messages, temperature: 0 };
const recording = new RecordingFetch();

let server: ServerProcess;
let baseURL: string;
let client: OpenAI;

beforeAll(async () => {
  // Answers are compared: their precision must not depend on how busy the machine is.
  server = await spawnServer(defaultModelDirectory() ?? '', ['--slots', '4', '--policy', 'fixed']);
  baseURL = `${server.url}/v1`;
  client = new OpenAI({ baseURL, apiKey: 'none', maxRetries: 0, fetch: recording.fetch });
});

afterAll(() => server?.kill());

describe('[H1] openai', () => {
  it('completes a chat', async () => {
    const answer = await client.chat.completions.create(GREEDY);
    expect(answer.choices[0]?.message.content).toContain('68');
    expect(answer.system_fingerprint?.length).toBeGreaterThan(0);
  });

  it('has several choices, each drawn by a seed of its own, for one prompt', async () => {
    const story = [{ role: 'user' as const, content: 'Tell me a story about a fox.' }];
    const sampling = { temperature: 1.5, max_completion_tokens: 12, precision: 8 };
    const request = { model: MODEL, messages: story, ...sampling };
    const seeded = (seed: number, n: number) => client.chat.completions.create({ ...request, seed, n });
    const [together, again, ...alone] = await Promise.all([
      seeded(5, 3),
      seeded(5, 3),
      ...[5, 6, 7].map((seed) => seeded(seed, 1)),
    ]);
    const texts = together.choices.map(({ message }) => message.content);
    expect(together.choices.map(({ index }) => index)).toEqual([0, 1, 2]);
    expect(new Set(texts).size).toBeGreaterThan(1);
    expect(again.choices.map(({ message }) => message.content)).toEqual(texts);
    expect(alone.map(({ choices }) => choices[0]?.message.content)).toEqual(texts);
    expect(together.usage?.prompt_tokens).toBe(alone[0]?.usage?.prompt_tokens);
    const generated = alone.reduce((sum, { usage }) => sum + (usage?.completion_tokens ?? 0), 0);
    expect(together.usage?.completion_tokens).toBe(generated);
  });

  it('is told log-probabilities that agree with what is drawn', async () => {
    const answer = await client.chat.completions.create({ ...GREEDY, logprobs: true, top_logprobs: 3 });
    const content = answer.choices[0]?.logprobs?.content ?? [];
    expect(content).toHaveLength(answer.usage?.completion_tokens ?? 0);
    expect(content.map(({ token }) => token).join('')).toBe(answer.choices[0]?.message.content);
    for (const { token, logprob, top_logprobs } of content) {
      expect(top_logprobs).toHaveLength(3);
      expect(top_logprobs[0]).toMatchObject({ token, logprob });
      expect(top_logprobs.reduce((sum, other) => sum + Math.exp(other.logprob), 0)).toBeLessThanOrEqual(
        1.0001,
      );
    }
  });

  it('streams a chat, with usage, choices and log-probabilities', async () => {
    const whole = await client.chat.completions.create(GREEDY);
    const stream = await client.chat.completions.create({
      ...GREEDY,
      n: 2,
      logprobs: true,
      stream: true,
      stream_options: { include_usage: true },
    });
    const texts = ['', ''];
    const told = ['', ''];
    let usage: OpenAI.CompletionUsage | null | undefined;
    for await (const chunk of stream) {
      for (const { index, delta, logprobs } of chunk.choices) {
        texts[index] += delta.content ?? '';
        told[index] += (logprobs?.content ?? []).map(({ token }) => token).join('');
      }
      usage = chunk.usage;
    }
    expect(texts).toEqual(Array(2).fill(whole.choices[0]?.message.content));
    expect(told).toEqual(texts);
    expect(usage?.prompt_tokens).toBe(whole.usage?.prompt_tokens);
    expect(usage?.completion_tokens).toBe(2 * (whole.usage?.completion_tokens ?? 0));
    const final = await client.chat.completions.stream(GREEDY).finalChatCompletion();
    expect(final.choices[0]?.message.content).toBe(whole.choices[0]?.message.content);
  });

  it('biases tokens, by the ids that /tokenize tells', async () => {
    const first = await client.chat.completions.create({
      ...GREEDY,
      max_completion_tokens: 1,
      logprobs: true,
    });
    const answer = await recording.fetch(`${server.url}/tokenize`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ prompt: first.choices[0]?.message.content, add_special_tokens: false }),
    });
    const { tokens, count } = (await answer.json()) as { tokens: number[]; count: number };
    expect(count).toBe(1);
    const banned = { [String(tokens[0])]: -100 };
    const other = await client.chat.completions.create({
      ...GREEDY,
      max_completion_tokens: 1,
      logit_bias: banned,
      logprobs: true,
      top_logprobs: 1,
    });
    const told = other.choices[0]?.logprobs?.content?.[0];
    expect(told?.token).not.toBe(first.choices[0]?.message.content);
    // What is told is the model's own opinion: the banned token is still its first choice.
    expect(told?.top_logprobs[0]?.token).toBe(first.choices[0]?.message.content);
  });

  it('completes texts and token ids, whole, echoed and streamed', async () => {
    const prompt = ['Once upon a time', 'The fox'];
    const request = { model: MODEL, prompt, temperature: 0, max_tokens: 8 };
    const whole = await client.completions.create(request);
    expect(whole.choices).toHaveLength(2);
    const echoed = await client.completions.create({ ...request, echo: true });
    expect(echoed.choices.map(({ text }) => text)).toEqual(
      prompt.map((text, i) => text + (whole.choices[i]?.text ?? '')),
    );
    const texts = ['', ''];
    const streaming = { ...request, stream: true as const, stream_options: { include_usage: true } };
    for await (const chunk of await client.completions.create(streaming)) {
      for (const { index, text } of chunk.choices) texts[index] += text;
    }
    expect(texts).toEqual(whole.choices.map(({ text }) => text));
    const ids = [5, 6, 7, 8];
    const byIds = await client.completions.create({ ...request, prompt: ids, echo: true, logprobs: 2 });
    const [choice] = byIds.choices;
    const told = choice?.logprobs;
    expect(told?.tokens).toHaveLength(ids.length + (byIds.usage?.completion_tokens ?? 0));
    expect(told?.token_logprobs?.[0]).toBeNull();
    for (const logprob of told?.token_logprobs?.slice(1) ?? []) expect(logprob).toBeLessThanOrEqual(0);
    told?.tokens?.forEach((token, i) => {
      const at = told.text_offset?.[i] ?? 0;
      if (!token.startsWith('bytes:'))
        expect([...(choice?.text ?? '')].slice(at).join('')).toMatch(startOf(token));
    });
  });

  it('answers responses, whole and streamed, turn after turn', async () => {
    const request = { model: MODEL, input: QUESTION, temperature: 0 };
    const whole = await client.responses.create(request);
    expect(whole).toMatchObject({ object: 'response', status: 'completed', store: false });
    expect(whole.output_text).toContain('68');
    const types: string[] = [];
    const numbers: number[] = [];
    let text = '';
    for await (const event of await client.responses.create({ ...request, stream: true })) {
      types.push(event.type);
      numbers.push(event.sequence_number);
      if (event.type === 'response.output_text.delta') text += event.delta;
    }
    expect(text).toBe(whole.output_text);
    expect(numbers).toEqual(numbers.map((_, i) => i));
    expect([...new Set(types)]).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.content_part.added',
      'response.output_text.delta',
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.completed',
    ]);
    const final = await client.responses.stream(request).finalResponse();
    expect(final.output_text).toBe(whole.output_text);
    expect(final.usage).toMatchObject({ total_tokens: whole.usage?.total_tokens });
    const said = whole.output.filter((item) => item.type === 'message');
    const next = await client.responses.create({
      model: MODEL,
      instructions: 'Be kind.',
      input: [
        { role: 'user', content: QUESTION },
        ...said,
        { role: 'user', content: 'Tell me a story about a fox.' },
      ],
      max_output_tokens: 3,
      top_logprobs: 2,
      metadata: { trip: '7' },
    });
    expect(next).toMatchObject({ status: 'incomplete', metadata: { trip: '7' } });
    expect(next.incomplete_details?.reason).toBe('max_output_tokens');
    expect(next.usage?.output_tokens).toBe(3);
  });

  it('is refused by name what needs a memory or tools of the service', async () => {
    const request = { model: MODEL, input: 'x' };
    const refusals: [object, string][] = [
      [{ previous_response_id: 'resp_1' }, 'previous_response_id'],
      [{ store: true }, 'store'],
      [{ tools: [{ type: 'web_search' }] }, 'tools[0].type'],
      [{ background: true }, 'background'],
    ];
    for (const [fields, param] of refusals) {
      const refused = client.responses.create({ ...request, ...fields });
      await expect(refused).rejects.toBeInstanceOf(BadRequestError);
      await expect(refused).rejects.toMatchObject({ param, type: 'invalid_request_error' });
    }
  });

  it('lists models', async () => {
    const ids: string[] = [];
    for await (const model of client.models.list()) ids.push(model.id);
    expect(ids).toEqual([MODEL]);
    expect((await client.models.retrieve(MODEL)).id).toBe(MODEL);
  });
});

describe('[H1] ai, by @ai-sdk/openai-compatible', () => {
  const provider = () =>
    createOpenAICompatible({ name: 'quept', baseURL, fetch: recording.fetch, includeUsage: true });

  it('generates text', async () => {
    const { text, finishReason, usage } = await generateText({
      model: provider()(MODEL),
      prompt: QUESTION,
      temperature: 0,
      maxOutputTokens: 40,
    });
    expect(text).toContain('68');
    expect(finishReason).toBe('stop');
    expect(usage.outputTokens).toBeGreaterThan(0);
  });

  it('streams text', async () => {
    const result = streamText({ model: provider()(MODEL), messages, temperature: 0, seed: 1 });
    let text = '';
    for await (const piece of result.textStream) text += piece;
    expect(text).toContain('68');
    expect(await result.finishReason).toBe('stop');
    expect((await result.usage).totalTokens).toBeGreaterThan(10);
  });

  it('completes text', async () => {
    const model = provider().completionModel(MODEL);
    const { text } = await generateText({
      model,
      prompt: 'Once upon a time',
      maxOutputTokens: 8,
      temperature: 0,
    });
    expect(text.length).toBeGreaterThan(0);
  });
});

describe('[H1] @langchain/openai', () => {
  const options = () => ({
    model: MODEL,
    temperature: 0,
    apiKey: 'none',
    maxRetries: 0,
    configuration: { baseURL, fetch: recording.fetch },
  });

  it('answers chats, one and several, and streams them', async () => {
    const model = new ChatOpenAI(options());
    const answer = await model.invoke(QUESTION);
    expect(answer.text).toContain('68');
    expect(answer).toMatchObject({ usage_metadata: { total_tokens: expect.any(Number) } });
    const both = await model.batch([QUESTION, 'What is your name?']);
    expect(both.map(({ text }) => text)).toEqual([answer.text, expect.stringContaining(MODEL)]);
    let streamed = '';
    for await (const chunk of await model.stream(QUESTION)) streamed += chunk.text;
    expect(streamed).toBe(answer.text);
  });

  it('answers by responses, whole and streamed', async () => {
    const model = new ChatOpenAI({ ...options(), useResponsesApi: true });
    const answer = await model.invoke(QUESTION);
    expect(answer.text).toContain('68');
    let streamed = '';
    for await (const chunk of await model.stream(QUESTION)) streamed += chunk.text;
    expect(streamed).toBe(answer.text);
  });

  it('completes text', async () => {
    const model = new CompletionOpenAI({ ...options(), maxTokens: 8 });
    expect((await model.invoke('Once upon a time')).length).toBeGreaterThan(0);
  });
});

/** A text that begins with `token`, which is empty in a text if it is special. */
function startOf(token: string): RegExp {
  return new RegExp(`^${token.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`);
}

it('[H1] every answer and every piece of a stream is what the specification says', async (context) => {
  if (!hasSpecification()) context.skip(NO_SPECIFICATION);
  const { paths, checked, complaints } = judgeAnswers(await recording.answers());
  const models = ['/v1/models', `/v1/models/${MODEL}`];
  const expected = ['/v1/chat/completions', '/v1/completions', '/v1/responses', ...models];
  expect([...paths].sort()).toEqual(expected.sort());
  expect(complaints).toEqual([]);
  expect(checked).toBeGreaterThan(150);
});
