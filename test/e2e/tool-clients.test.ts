import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { ChatOpenAI } from '@langchain/openai';
import { generateText, stepCountIs, streamText, tool } from 'ai';
import OpenAI from 'openai';
import { zodFunction, zodResponsesFunction } from 'openai/helpers/zod';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defaultModelDirectory } from '../../src/cli/default-model.ts';
import { hasSpecification, NO_SPECIFICATION } from '../support/openai-specification.ts';
import { RecordingFetch } from '../support/recording-fetch.ts';
import { type ServerProcess, spawnServer } from '../support/spawn-server.ts';
import { judgeAnswers } from '../support/specified-answers.ts';

// The default model has never seen a tool. Where it must call, grammar makes it call, in time and in form; what it
// calls with is as good as chance, and nothing here depends on it.

const MODEL = 'quept-small';
const QUESTION = 'What is 23 + 45?';
const messages = [{ role: 'user' as const, content: QUESTION }];
const GREEDY = { model: MODEL, messages, temperature: 0 };
const terms = z.object({ a: z.int().min(0).max(99), b: z.int().min(0).max(99) });
const recording = new RecordingFetch();

let server: ServerProcess;
let baseURL: string;
let client: OpenAI;

beforeAll(async () => {
  // Answers are compared, and a cached prefix may differ in its last bits, which tips what is undecided.
  const flags = ['--slots', '4', '--policy', 'fixed', '--prefix-cache', 'off'];
  server = await spawnServer(defaultModelDirectory() ?? '', flags);
  baseURL = `${server.url}/v1`;
  client = new OpenAI({ baseURL, apiKey: 'none', maxRetries: 0, fetch: recording.fetch });
});

afterAll(() => server?.kill());

const add = { name: 'add', description: 'Adds two numbers.', parameters: z.toJSONSchema(terms) };
const greet = {
  name: 'greet',
  description: 'Greets someone.',
  parameters: {
    type: 'object',
    properties: { tone: { enum: ['warm', 'cool'] } },
    required: ['tone'],
    additionalProperties: false,
  },
};
const chatTools = [add, greet].map((fn) => ({ type: 'function' as const, function: fn }));
const named = { type: 'function' as const, function: { name: 'add' } };

/** A function that keeps what it was called with. */
function adder() {
  const asked: z.infer<typeof terms>[] = [];
  const run = (given: unknown) => {
    const { a, b } = terms.parse(given);
    asked.push({ a, b });
    return a + b;
  };
  return { asked, run };
}

describe('[H1] openai', () => {
  it('is called by name, the arguments valid', async () => {
    const answer = await client.chat.completions.create({ ...GREEDY, tools: chatTools, tool_choice: named });
    const [choice] = answer.choices;
    expect(choice?.finish_reason).toBe('tool_calls');
    expect(choice?.message.content).toBeNull();
    const calls = choice?.message.tool_calls ?? [];
    expect(calls).toHaveLength(1);
    expect(calls[0]).toMatchObject({ id: expect.stringMatching(/^call_/), function: { name: 'add' } });
    terms.parse(JSON.parse((calls[0] as { function: { arguments: string } }).function.arguments));
  });

  it('[T2] calls at least something where it must, at every precision', async () => {
    for (const precision of ['q4', 'q8']) {
      const model = `${MODEL}@${precision}`;
      const answer = await client.chat.completions.create({
        ...GREEDY,
        model,
        tools: chatTools,
        tool_choice: 'required',
        parallel_tool_calls: false,
      });
      const calls = answer.choices[0]?.message.tool_calls ?? [];
      expect(calls).toHaveLength(1);
      expect(answer.choices[0]?.finish_reason).toBe('tool_calls');
      for (const call of calls) {
        if (call.type !== 'function') throw new Error('Only functions were offered.');
        const args = JSON.parse(call.function.arguments);
        if (call.function.name === 'add') terms.parse(args);
        else expect(greet.parameters.properties.tone.enum).toContain(args.tone);
      }
    }
  });

  it('parses by zodFunction', async () => {
    const answer = await client.chat.completions.parse({
      ...GREEDY,
      tools: [zodFunction({ name: 'add', parameters: terms })],
      tool_choice: named,
    });
    const [call] = answer.choices[0]?.message.tool_calls ?? [];
    expect(terms.safeParse(call?.function.parsed_arguments).success).toBe(true);
  });

  it('streams calls', async () => {
    const request = { ...GREEDY, tools: chatTools, tool_choice: named };
    const whole = await client.chat.completions.create(request);
    const stream = client.chat.completions.stream(request);
    const deltas: string[] = [];
    stream.on('tool_calls.function.arguments.delta', ({ arguments_delta }) => deltas.push(arguments_delta));
    const streamed = await stream.finalChatCompletion();
    const argumentsOf = (answer: OpenAI.ChatCompletion) => {
      const call = answer.choices[0]?.message.tool_calls?.[0];
      return call?.type === 'function' ? call.function.arguments : '';
    };
    expect(argumentsOf(streamed)).toBe(argumentsOf(whole));
    expect(deltas.length).toBeGreaterThan(3);
    expect(deltas.join('')).toBe(argumentsOf(whole));
    expect(streamed.choices[0]?.finish_reason).toBe('tool_calls');
  });

  it.each([false, true])('runs tools, streaming: %s', async (stream) => {
    const { asked, run } = adder();
    const tools = [zodFunction({ name: 'add', parameters: terms, function: run })];
    const request = { ...GREEDY, tools, tool_choice: 'required' as const, parallel_tool_calls: false };
    const options = { maxChatCompletions: 2 };
    const runner = stream
      ? client.chat.completions.runTools({ ...request, stream: true }, options)
      : client.chat.completions.runTools(request, options);
    await runner.done();
    // Results and calls went back to the server with the second request, which asked for a call again.
    expect(asked).toHaveLength(2);
    const results = runner.messages.filter(({ role }) => role === 'tool');
    expect(results.map(({ content }) => Number(content))).toEqual(asked.map(({ a, b }) => a + b));
  });

  it('runs a function that must be called, once', async () => {
    const { asked, run } = adder();
    const tools = [zodFunction({ name: 'add', parameters: terms, function: run })];
    const runner = client.chat.completions.runTools({ ...GREEDY, tools, tool_choice: named });
    expect(await runner.finalFunctionToolCall()).toMatchObject({ name: 'add' });
    expect(await runner.finalFunctionToolCallResult()).toBe(String((asked[0]?.a ?? 0) + (asked[0]?.b ?? 0)));
  });

  it('[J4] gets whole calls within a limit that a string would go beyond', async () => {
    const say = {
      type: 'function' as const,
      function: {
        name: 'say',
        parameters: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] },
      },
    };
    for (const limit of [40, 41, 60]) {
      const answer = await client.chat.completions.create({
        ...GREEDY,
        temperature: 1.5,
        seed: limit,
        tools: [say],
        tool_choice: 'required',
        max_completion_tokens: limit,
      });
      const [choice] = answer.choices;
      expect(choice?.finish_reason).toBe('tool_calls');
      for (const call of choice?.message.tool_calls ?? []) {
        if (call.type !== 'function') throw new Error('Another kind of call came.');
        expect(JSON.parse(call.function.arguments)).toMatchObject({ text: expect.any(String) });
      }
    }
  });

  it('answers in words where it may, tools or not', async () => {
    const plain = await client.chat.completions.create(GREEDY);
    const none = await client.chat.completions.create({ ...GREEDY, tools: chatTools, tool_choice: 'none' });
    expect(none.choices).toEqual(plain.choices);
    expect(none.usage?.prompt_tokens).toBe(plain.usage?.prompt_tokens);
    const auto = await client.chat.completions.create({
      ...GREEDY,
      tools: chatTools,
      max_completion_tokens: 40,
    });
    expect(auto.usage?.prompt_tokens).toBeGreaterThan(plain.usage?.prompt_tokens ?? 0);
    expect(['stop', 'length', 'tool_calls']).toContain(auto.choices[0]?.finish_reason);
  });

  it('may answer in words where functions are strict, or in the form that was asked for', async () => {
    const tools = [{ type: 'function' as const, function: { ...add, strict: true } }];
    const [free] = (await client.chat.completions.create({ ...GREEDY, tools, max_completion_tokens: 30 }))
      .choices;
    expect(['stop', 'length', 'tool_calls']).toContain(free?.finish_reason);
    const schema = { type: 'object', properties: { sum: { enum: [67, 68] } }, required: ['sum'] };
    const [formed] = (
      await client.chat.completions.create({
        ...GREEDY,
        tools,
        response_format: {
          type: 'json_schema',
          json_schema: { name: 'sum', schema: { ...schema, additionalProperties: false } },
        },
      })
    ).choices;
    if (formed?.message.tool_calls === undefined) {
      expect([67, 68]).toContain(JSON.parse(formed?.message.content ?? '').sum);
    } else expect(formed.message.content).toBeNull();
  });

  it('calls in responses, whole and streamed, and takes results back', async () => {
    const tools = [zodResponsesFunction({ name: 'add', parameters: terms })];
    const request = {
      model: MODEL,
      input: QUESTION,
      temperature: 0,
      tools,
      tool_choice: { type: 'function' as const, name: 'add' },
    };
    const whole = await client.responses.parse(request);
    const [call] = whole.output;
    if (call?.type !== 'function_call') throw new Error('No call came.');
    expect(terms.safeParse(call.parsed_arguments).success).toBe(true);
    const types: string[] = [];
    let args = '';
    for await (const event of await client.responses.create({ ...request, stream: true })) {
      types.push(event.type);
      if (event.type === 'response.function_call_arguments.delta') args += event.delta;
      if (event.type === 'response.function_call_arguments.done') expect(event.arguments).toBe(args);
    }
    expect(args).toBe(call.arguments);
    expect([...new Set(types)]).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.function_call_arguments.delta',
      'response.function_call_arguments.done',
      'response.output_item.done',
      'response.completed',
    ]);
    const final = await client.responses.stream(request).finalResponse();
    expect(final.output).toMatchObject([{ type: 'function_call', arguments: args }]);
    const next = await client.responses.create({
      model: MODEL,
      input: [
        { role: 'user', content: QUESTION },
        call as OpenAI.Responses.ResponseFunctionToolCall,
        { type: 'function_call_output', call_id: call.call_id, output: '68' },
      ],
      max_output_tokens: 5,
    });
    expect(next.output.map(({ type }) => type)).toEqual(['message']);
  });

  it('is told what is wrong', async () => {
    const legacy = { ...GREEDY, functions: [{ name: 'add' }] };
    await expect(client.chat.completions.create(legacy)).rejects.toMatchObject({
      param: 'functions',
      message: expect.stringContaining("'tools'"),
    });
    const unasked = { role: 'tool' as const, tool_call_id: 'call_x', content: '1' };
    await expect(
      client.chat.completions.create({ ...GREEDY, messages: [...messages, unasked] }),
    ).rejects.toMatchObject({ param: 'messages[1].tool_call_id' });
  });
});

describe('[H1] ai, by @ai-sdk/openai-compatible', () => {
  const provider = () =>
    createOpenAICompatible({ name: 'quept', baseURL, fetch: recording.fetch, includeUsage: true });
  /** The first step must call, the second may only speak. */
  const steps = {
    stopWhen: stepCountIs(2),
    prepareStep: ({ stepNumber }: { stepNumber: number }) => ({
      toolChoice: stepNumber === 0 ? ('required' as const) : ('none' as const),
    }),
  };
  const request = () => {
    const { asked, run } = adder();
    const tools = {
      add: tool({ description: add.description, inputSchema: terms, execute: async (given) => run(given) }),
    };
    return { asked, options: { model: provider()(MODEL), messages, temperature: 0, tools, ...steps } };
  };

  it('generates text with tools', async () => {
    const { asked, options } = request();
    const result = await generateText(options);
    expect(asked.length).toBeGreaterThan(0);
    expect(result.steps).toHaveLength(2);
    expect(result.steps[0]?.finishReason).toBe('tool-calls');
    expect(result.steps[0]?.toolResults.map(({ output }) => output)).toEqual(asked.map(({ a, b }) => a + b));
    expect(result.steps[1]?.toolCalls).toEqual([]);
  });

  it('streams text with tools', async () => {
    const { asked, options } = request();
    const result = streamText(options);
    const types = new Set<string>();
    for await (const part of result.fullStream) types.add(part.type);
    for (const type of ['tool-input-start', 'tool-input-delta', 'tool-call', 'tool-result', 'finish']) {
      expect([...types]).toContain(type);
    }
    expect(types).not.toContain('error');
    expect((await result.steps)[0]?.toolResults).toHaveLength(asked.length);
  });
});

describe('[H1] @langchain/openai', () => {
  it('binds tools, whole and streamed', async () => {
    const model = new ChatOpenAI({
      model: MODEL,
      temperature: 0,
      apiKey: 'none',
      maxRetries: 0,
      configuration: { baseURL, fetch: recording.fetch },
    }).bindTools([chatTools[0] as object], { tool_choice: 'add' });
    const answer = await model.invoke(QUESTION);
    expect(answer.tool_calls?.map(({ name }) => name)).toEqual(['add']);
    terms.parse(answer.tool_calls?.[0]?.args);
    let streamed = '';
    for await (const chunk of await model.stream(QUESTION)) {
      for (const piece of chunk.tool_call_chunks ?? []) streamed += piece.args ?? '';
    }
    expect(JSON.parse(streamed)).toEqual(answer.tool_calls?.[0]?.args);
  });
});

it('[H1] every answer and every piece of a stream is what the specification says', async (context) => {
  if (!hasSpecification()) context.skip(NO_SPECIFICATION);
  const { checked, complaints } = judgeAnswers(await recording.answers());
  expect(complaints).toEqual([]);
  expect(checked).toBeGreaterThan(100);
});
