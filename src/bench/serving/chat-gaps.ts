import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { median, percentile } from '../../numerics/index.ts';
import { poissonTimes } from '../../simulation/index.ts';
import type { LiveServer } from './live-server.ts';
import { callCompletion, parseAnswer, type ReceivedAnswer } from './streamed-answer.ts';

export interface ChatOptions {
  readonly chats: number;
  readonly rounds: number;
  readonly promptsPerSecond: number;
  readonly contextLength: number;
  readonly seed: number;
  readonly promptOf: (index: number, tokens: number) => readonly number[];
}

/** Gaps between tokens of the chats, and the first tokens of the prompts beside them, milliseconds. */
export interface Gaps {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly longest: number;
  readonly promptTtftMs: number | null;
  readonly prompts: number;
  readonly averageBits: number;
}

export interface ChatRounds {
  readonly quiet: readonly Gaps[];
  readonly loaded: readonly Gaps[];
  /** P99 beside prompts by P99 alone: the median over rounds. */
  readonly ratio: number;
}

const CHAT_PROMPT = 32;
const CHAT_TOKENS = 240;
/** Gaps at the start and at the end of a chat, where not all of them run, do not count. */
const MARGIN = 20;
/** A prompt that fills the context leaves room for this much of an answer. */
const PROMPT_ANSWER = 4;
/** Beside six chats of eight slots. */
const PROMPTS_AT_ONCE = 2;
/** A loaded round begins when the chats do. */
const BEGIN_MS = 150;

/** Chats alone and chats beside prompts that fill the context, in turns. */
export async function measureChats(server: LiveServer, options: ChatOptions): Promise<ChatRounds> {
  const quiet: Gaps[] = [];
  const loaded: Gaps[] = [];
  await runChats(server, options, 0, false);
  for (let round = 1; round <= options.rounds; round++) {
    quiet.push(await runChats(server, options, 2 * round, false));
    loaded.push(await runChats(server, options, 2 * round + 1, true));
  }
  return { quiet, loaded, ratio: median(loaded.map(({ p99 }, i) => p99 / (quiet[i]?.p99 ?? p99))) };
}

async function runChats(
  server: LiveServer,
  options: ChatOptions,
  turn: number,
  beside: boolean,
): Promise<Gaps> {
  const { chats, contextLength, promptOf } = options;
  const agent = new Agent({ keepAlive: true });
  const tokens = Math.min(CHAT_TOKENS, contextLength - CHAT_PROMPT);
  let running = true;
  const streams = Array.from({ length: chats }, (_, i) =>
    call(server, agent, promptOf(1000 * turn + i, CHAT_PROMPT), tokens, i),
  );
  const first = Promise.race(streams).finally(() => {
    running = false;
  });
  const prompts = beside ? await sendPrompts(server, agent, options, turn, () => running) : [];
  await first;
  const answers = (await Promise.all(streams)).map((answer) => parseAnswer(answer));
  const promptTtfts = (await Promise.all(prompts)).flatMap(({ sentAtMs, answer }) => {
    const [first] = parseAnswer(answer)?.textAtMs ?? [];
    return first === undefined ? [] : [first - sentAtMs];
  });
  agent.destroy();
  const known = answers.map((answer) => {
    if (answer === null) throw new Error('a chat was refused or broke off');
    return answer;
  });
  const gaps = known.flatMap(({ textAtMs }) => {
    const times = textAtMs.slice(MARGIN, -MARGIN);
    return times.slice(1).map((at, i) => at - (times[i] ?? at));
  });
  const sorted = Float64Array.from(gaps).sort();
  return {
    p50: percentile(sorted, 0.5),
    p95: percentile(sorted, 0.95),
    p99: percentile(sorted, 0.99),
    longest: sorted.at(-1) ?? 0,
    promptTtftMs: promptTtfts.length === 0 ? null : median(promptTtfts),
    prompts: promptTtfts.length,
    averageBits: known.reduce((sum, { averageBits }) => sum + averageBits, 0) / known.length,
  };
}

interface SentPrompt {
  readonly sentAtMs: number;
  readonly answer: ReceivedAnswer;
}

/**
 * Sends prompts at random times while the chats run, none while two are on their way: a queue of them would only make the end of the round wait. Resolves with their answers to come.
 */
async function sendPrompts(
  server: LiveServer,
  agent: Agent,
  { promptsPerSecond, contextLength, promptOf, seed }: ChatOptions,
  turn: number,
  running: () => boolean,
): Promise<Promise<SentPrompt>[]> {
  const sent: Promise<SentPrompt>[] = [];
  const startedAtMs = performance.now() + BEGIN_MS;
  let underway = 0;
  for (const [i, atMs] of poissonTimes(1000, promptsPerSecond, seed + turn).entries()) {
    await sleep(Math.max(0, startedAtMs + atMs - performance.now()));
    if (!running()) break;
    if (underway >= PROMPTS_AT_ONCE) continue;
    underway++;
    const sentAtMs = performance.now();
    const prompt = promptOf(1000 * turn + 100 + i, contextLength - PROMPT_ANSWER);
    sent.push(
      call(server, agent, prompt, PROMPT_ANSWER, i)
        .then((answer) => ({ sentAtMs, answer }))
        .finally(() => {
          underway--;
        }),
    );
  }
  return sent;
}

function call(
  { url }: LiveServer,
  agent: Agent,
  prompt: readonly number[],
  tokens: number,
  seed: number,
): Promise<ReceivedAnswer> {
  return callCompletion(
    url,
    { model: 'default', prompt, max_tokens: tokens, ignore_eos: true, seed },
    { agent },
  );
}
