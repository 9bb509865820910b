import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { generateObject, streamObject } from 'ai';
import OpenAI, { BadRequestError } from 'openai';
import { zodResponseFormat, zodTextFormat } from 'openai/helpers/zod';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defaultModelDirectory } from '../../src/cli/default-model.ts';
import { GrpcClient, trailer } from '../support/grpc-client.ts';
import { type ServerProcess, spawnServer } from '../support/spawn-server.ts';

const MODEL = 'quept-small';
const messages = [{ role: 'user' as const, content: 'Write JSON for an order.' }];
const REQUEST = { model: MODEL, messages, max_completion_tokens: 400 };

/** Terms of every kind, as programs write them. */
const Order = z.object({
  id: z.string().regex(/^ORD-\d{4}$/),
  customer: z.object({ name: z.string().min(1).max(20), email: z.email().max(40).nullable() }),
  lines: z
    .array(
      z.object({
        sku: z.enum(['apple', 'pear']),
        count: z.int().min(1).max(12),
        price: z.number().min(0).max(99),
      }),
    )
    .min(1)
    .max(3),
  placed: z.iso.date(),
  paid: z.boolean(),
});
const format = zodResponseFormat(Order, 'order');

let server: ServerProcess;
let client: OpenAI;

beforeAll(async () => {
  server = await spawnServer(defaultModelDirectory() ?? '', [
    '--slots',
    '4',
    '--grpc-port',
    '0',
    '--policy',
    'fixed',
  ]);
  client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'none', maxRetries: 0 });
});

afterAll(() => server?.kill());

describe('[H1] [J2] openai', () => {
  it('parses an answer by zod, at each precision', async () => {
    const { data } = (await (await fetch(`${server.url}/v1/precision`)).json()) as { data: { id: string }[] };
    const configs = [data[0], data[Math.floor(data.length / 2)], data.at(-1)].map((config) => config?.id);
    for (const config of configs) {
      const answer = await client.chat.completions.parse({
        ...REQUEST,
        model: `${MODEL}@${config}`,
        response_format: format,
        seed: 3,
      });
      const [choice] = answer.choices;
      expect(choice?.finish_reason).toBe('stop');
      expect(Order.safeParse(choice?.message.parsed).success).toBe(true);
    }
  });

  it('parses a stream', async () => {
    const stream = client.chat.completions.stream({ ...REQUEST, response_format: format, seed: 4 });
    const final = await stream.finalChatCompletion();
    expect(Order.safeParse(final.choices[0]?.message.parsed).success).toBe(true);
  });

  it('parses a response, whole and streamed', async () => {
    const request = {
      model: MODEL,
      input: 'Write JSON for an order.',
      text: { format: zodTextFormat(Order, 'order') },
    };
    const whole = await client.responses.parse({ ...request, max_output_tokens: 400 });
    expect(Order.safeParse(whole.output_parsed).success).toBe(true);
    expect(whole.text?.format).toMatchObject({ type: 'json_schema', name: 'order' });
    const final = await client.responses.stream(request).finalResponse();
    expect(Order.safeParse(final.output_parsed).success).toBe(true);
  });

  it('gets several choices, each valid, with log-probabilities', async () => {
    const first = await client.chat.completions.create({
      ...REQUEST,
      response_format: format,
      n: 3,
      seed: 7,
      logprobs: true,
      temperature: 1.2,
    });
    const texts = first.choices.map(({ message }) => message.content ?? '');
    expect(new Set(texts).size).toBe(3);
    for (const text of texts) expect(Order.safeParse(JSON.parse(text)).success).toBe(true);
    for (const { message, logprobs } of first.choices) {
      expect(logprobs?.content?.map(({ token }) => token).join('')).toBe(message.content);
    }
  });

  it('gets any object, also of a completion', async () => {
    const response_format = { type: 'json_object' } as const;
    const answer = await client.chat.completions.create({ ...REQUEST, response_format, seed: 1 });
    expect(JSON.parse(answer.choices[0]?.message.content ?? '')).toBeTypeOf('object');
    const extension = { model: MODEL, prompt: 'JSON: ', max_tokens: 400, seed: 2, response_format };
    const completion = await client.completions.create(extension);
    expect(JSON.parse(completion.choices[0]?.text ?? '')).toBeTypeOf('object');
  });

  it('is told when the limit of tokens has cut an answer', async () => {
    const answer = await client.chat.completions.create({
      ...REQUEST,
      response_format: format,
      max_completion_tokens: 5,
    });
    expect(answer.choices[0]?.finish_reason).toBe('length');
    expect(() => JSON.parse(answer.choices[0]?.message.content ?? '')).toThrow();
  });

  it('[J4] gets the shortest answer that a limit has just room for', async () => {
    const request = { ...REQUEST, response_format: { type: 'json_object' as const }, temperature: 1.5 };
    const whole = await client.chat.completions.create({ ...request, max_completion_tokens: 2 });
    expect(whole.choices[0]).toMatchObject({ finish_reason: 'stop', message: { content: '{}' } });
    const cut = await client.chat.completions.create({ ...request, max_completion_tokens: 1 });
    expect(cut.choices[0]?.finish_reason).toBe('length');
  });

  it('[J4] gets a whole answer within a limit that its strings would go beyond', async () => {
    const Note = z.object({ text: z.string(), more: z.string(), tags: z.array(z.string()).min(2) });
    const response_format = zodResponseFormat(Note, 'note');
    for (const [i, limit] of [30, 31, 45, 70].entries()) {
      const request = {
        ...REQUEST,
        response_format,
        max_completion_tokens: limit,
        seed: i,
        temperature: 1.5,
      };
      const stream = client.chat.completions.stream({ ...request, stream_options: { include_usage: true } });
      const { choices, usage } = await stream.finalChatCompletion();
      expect(choices[0]?.finish_reason).toBe('stop');
      expect(Note.safeParse(choices[0]?.message.parsed).success).toBe(true);
      expect(usage?.completion_tokens).toBeLessThanOrEqual(limit);
    }
    const response = await client.responses.parse({
      model: MODEL,
      input: 'Write JSON for a note.',
      max_output_tokens: 30,
      text: { format: zodTextFormat(Note, 'note') },
    });
    expect(response.status).toBe('completed');
    expect(Note.safeParse(response.output_parsed).success).toBe(true);
  });

  it('[J1] is told which part of a schema is not enforced, streamed or not', async () => {
    const schema = { type: 'object', properties: { a: { type: 'array', contains: {} } } };
    for (const stream of [false, true]) {
      const refused = client.chat.completions.create({
        ...REQUEST,
        stream,
        response_format: { type: 'json_schema', json_schema: { name: 'x', schema } },
      });
      await expect(refused).rejects.toBeInstanceOf(BadRequestError);
      await expect(refused).rejects.toMatchObject({
        param: 'response_format.json_schema.schema.properties.a.contains',
        message: expect.stringContaining('is not enforced'),
      });
    }
  });

  it('[J3] is refused what would exhaust the server, while others are served', async () => {
    const bomb = { type: 'string', pattern: '(a|b)*a(a|b){40}$' };
    const refusals = Array.from({ length: 4 }, (_, i) =>
      client.chat.completions.create({
        ...REQUEST,
        response_format: {
          type: 'json_schema',
          json_schema: { name: 'x', schema: { ...bomb, maxLength: 50 + i } },
        },
      }),
    );
    const served = client.chat.completions.create({ ...REQUEST, max_completion_tokens: 4 });
    for (const refused of await Promise.allSettled(refusals)) {
      expect(refused).toMatchObject({ status: 'rejected', reason: { status: 400 } });
    }
    expect((await served).choices).toHaveLength(1);
  });
});

describe('[H1] [J2] ai, by @ai-sdk/openai-compatible', () => {
  const model = (supportsStructuredOutputs: boolean) =>
    createOpenAICompatible({ name: 'quept', baseURL: `${server.url}/v1`, supportsStructuredOutputs })(MODEL);

  it('generates and streams objects', async () => {
    const request = {
      model: model(true),
      schema: Order,
      prompt: 'Write JSON for an order.',
      maxOutputTokens: 400,
    };
    expect(Order.safeParse((await generateObject(request)).object).success).toBe(true);
    const stream = streamObject(request);
    let parts = 0;
    for await (const _ of stream.partialObjectStream) parts++;
    expect(parts).toBeGreaterThan(1);
    expect(Order.safeParse(await stream.object).success).toBe(true);
  });

  it('generates objects without a schema', async () => {
    const { object } = await generateObject({
      model: model(false),
      output: 'no-schema',
      prompt: 'Write JSON for an order.',
      maxOutputTokens: 400,
      seed: 5,
    });
    expect(object).toBeTypeOf('object');
  });
});

describe('[J2] gRPC', () => {
  const connect = () => new GrpcClient(String(server.announced.grpcAddress));

  it('answers under a schema and as any object', async () => {
    const caller = connect();
    try {
      const schema = {
        type: 'object',
        properties: { n: { type: 'integer', minimum: 5, maximum: 9 } },
        required: ['n'],
      };
      const chat = { model: MODEL, messages: [{ role: 'CHAT_ROLE_USER', content: 'hi' }] };
      const closed = JSON.stringify({ ...schema, additionalProperties: false });
      const options = { max_tokens: 200, output_format: { json_schema: closed } };
      const { replies } = await caller.call('Chat', { ...chat, options });
      expect(JSON.parse(replies[0].choices[0].message.content).n).toBeGreaterThanOrEqual(5);
      const object = { max_tokens: 300, seed: 3, output_format: { json_object: {} } };
      const any = await caller.call('Generate', { model: MODEL, text: 'JSON: ', options: object });
      expect(JSON.parse(any.replies[0].choices[0].text)).toBeTypeOf('object');
    } finally {
      caller.close();
    }
  });

  it.each([
    ['{"type":', 'options.output_format.json_schema', 'is not JSON'],
    ['[]', 'options.output_format.json_schema', 'must be a JSON Schema'],
    ['{"not":{}}', 'options.output_format.json_schema.not', 'is not enforced'],
  ])('[J1] refuses the schema %s', async (json_schema, param, message) => {
    const caller = connect();
    try {
      const options = { output_format: { json_schema } };
      const reply = await caller.call('Generate', { model: MODEL, text: 'x', options });
      expect(reply.status.code).toBe(3);
      expect(reply.status.details).toContain(message);
      expect(trailer(reply, 'x-error-param')).toBe(param);
    } finally {
      caller.close();
    }
  });
});
