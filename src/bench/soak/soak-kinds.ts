import { Agent } from 'node:http';
import { ChatRole } from '../../protocol/index.ts';
import type { GrpcCalls } from './grpc-calls.ts';
import { type HttpCall, type HttpOutcome, httpCall } from './http-call.ts';

/** What a client needs to ask for something. */
export interface SoakGround {
  readonly url: URL;
  readonly precisions: readonly string[];
  readonly grpc: GrpcCalls;
  /** Keeps connections. */
  readonly agent: Agent;
  /** In [0, 1). */
  readonly random: () => number;
}

export interface SoakKind {
  readonly name: string;
  /** How often it is drawn, beside the others. */
  readonly weight: number;
  /** What its calls may end with. */
  readonly expected: readonly string[];
  run(ground: SoakGround): Promise<HttpOutcome>;
}

const QUESTIONS = [
  'What is 23 + 45?',
  'Tell me a story about a fox and a red kite.',
  'Sort these numbers: 9 3 7 1.',
  'What is your name?',
  'Which is bigger, a mouse or a house?',
];
const CHAT = '/v1/chat/completions';
const COMPLETION = '/v1/completions';
const BAD_BODIES: readonly Pick<HttpCall, 'path' | 'body' | 'contentType'>[] = [
  { path: CHAT, body: '{"model":' },
  { path: CHAT, body: '{"model":"default","messages":[],"max_tokens":3}' },
  { path: COMPLETION, body: '{"model":"default","prompt":"a","max_tokens":-1}' },
  { path: COMPLETION, body: '{"model":"none","prompt":"a"}' },
  { path: COMPLETION, body: `{"model":"default","prompt":"${'long '.repeat(4_000)}"}` },
  { path: COMPLETION, body: `{"prompt":"${'x'.repeat(3 * 1024 * 1024)}"}` },
  { path: COMPLETION, body: 'a=b', contentType: 'application/x-www-form-urlencoded' },
  { path: '/v1/nothing', body: '{}' },
];

/** A connection for one call, as clients without a pool have it. */
const lone = (): Agent => new Agent({ keepAlive: false });

function pick<T>(items: readonly T[], random: () => number): T {
  return items[Math.floor(random() * items.length)] as T;
}

function chatBody({ random, precisions }: SoakGround, stream: boolean, more: object = {}): string {
  const precision = pick(['auto', 'auto', 8, 4, ...precisions], random);
  const messages = [{ role: 'user', content: pick(QUESTIONS, random) }];
  const max_tokens = 8 + Math.floor(random() * 90);
  return JSON.stringify({ model: 'default', messages, max_tokens, stream, precision, ...more });
}

function chat(ground: SoakGround, stream: boolean, call: Partial<HttpCall> = {}): Promise<HttpOutcome> {
  const body = chatBody(ground, stream);
  return httpCall(ground.url, { path: CHAT, body, agent: ground.agent, ...call });
}

function overGrpc(
  { grpc, random }: SoakGround,
  options: Parameters<GrpcCalls['chat']>[1],
  maxTokens = 60,
): Promise<HttpOutcome> {
  const messages = [{ role: ChatRole.USER, content: pick(QUESTIONS, random) }];
  const message = { model: 'default', messages, options: { maxTokens } };
  return grpc.chat(message, options).then((result) => ({ result, firstMs: null }));
}

/** All that clients do, well-behaved or not. */
export const SOAK_KINDS: readonly SoakKind[] = [
  { name: 'chat', weight: 4, expected: ['200'], run: (ground) => chat(ground, false) },
  { name: 'chat stream', weight: 6, expected: ['200'], run: (ground) => chat(ground, true) },
  {
    name: 'chat stream, new connection',
    weight: 2,
    expected: ['200'],
    run: (ground) => chat(ground, true, { agent: lone() }),
  },
  {
    name: 'completion, several choices and log-probabilities',
    weight: 2,
    expected: ['200'],
    run({ url, agent, random }) {
      const prompt = pick(QUESTIONS, random);
      const body = JSON.stringify({
        model: 'default',
        prompt,
        max_tokens: 20,
        n: 3,
        logprobs: 5,
        stream: true,
      });
      return httpCall(url, { path: COMPLETION, body, agent });
    },
  },
  {
    name: 'leaves in mid-stream',
    weight: 3,
    expected: ['left', '200'],
    run: (ground) => chat(ground, true, { leaveAfter: 1 + Math.floor(ground.random() * 12) }),
  },
  {
    name: 'leaves at once',
    weight: 2,
    expected: ['left', '200'],
    run: (ground) => chat(ground, ground.random() < 0.5, { leaveAfter: 0 }),
  },
  {
    name: 'bad body',
    weight: 3,
    // The longest is cut off while it is being sent.
    expected: ['400', '404', '413', '415', 'EPIPE', 'ECONNRESET'],
    run: ({ url, agent, random }) => httpCall(url, { ...pick(BAD_BODIES, random), agent }),
  },
  {
    name: 'tokenize',
    weight: 1,
    expected: ['200'],
    run: ({ url, agent, random }) =>
      httpCall(url, { path: '/tokenize', body: JSON.stringify({ prompt: pick(QUESTIONS, random) }), agent }),
  },
  {
    name: 'looks',
    weight: 2,
    expected: ['200', '404'],
    run: ({ url, agent, random }) =>
      httpCall(url, {
        path: pick(['/health/ready', '/metrics', '/v1/models', '/v1/requests/none/decisions'], random),
        agent,
      }),
  },
  { name: 'gRPC stream', weight: 3, expected: ['0'], run: (ground) => overGrpc(ground, {}) },
  {
    name: 'gRPC, cancelled',
    weight: 1,
    expected: ['0', '1'],
    run: (ground) => overGrpc(ground, { leaveAfter: 4 }),
  },
  {
    name: 'gRPC, deadline',
    weight: 1,
    expected: ['0', '4'],
    run: (ground) => overGrpc(ground, { deadlineMs: 40 }, 200),
  },
];
