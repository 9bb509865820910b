import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeRandomGguf } from '../../../src/bench/engine/random-gguf.ts';
import { SHAPE_135M } from '../../../src/bench/engine/shape-135m.ts';
import { writeInventedTokenizer } from '../../../src/bench/gateway/invented-tokenizer.ts';
import { type RunningServer, startPeerServer } from '../../../src/bench/peer/peer-server.ts';
import { treeMemory } from '../../../src/bench/peer/process-memory.ts';
import { loadTokenizer } from '../../../src/engine/index.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const INSTALLED = existsSync(join(ROOT, 'tools/peer-llama/node_modules/node-llama-cpp/package.json'));
const SMALL = { ...SHAPE_135M, hiddenSize: 64, intermediateSize: 64, layers: 2, heads: 2, kvHeads: 1 };
const TINY = { ...SMALL, headDim: 32, vocabSize: 1024 };
const TEXT = 'the of and to in is it was';

describe('the OpenAI shim around the peer', () => {
  let folder: string;
  let server: RunningServer | null = null;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'quept-peer-'));
    if (!INSTALLED) return;
    const path = join(folder, 'tiny.gguf');
    await writeRandomGguf(path, TINY, 'Q8_0');
    server = await startPeerServer(ROOT, [
      '--model',
      path,
      '--threads',
      '1',
      '--sequences',
      '2',
      '--context',
      '64',
    ]);
  }, 60_000);

  afterAll(async () => {
    await server?.stop();
    await rm(folder, { recursive: true });
  });

  function post(path: string, body: object): Promise<Response> {
    const headers = { 'content-type': 'application/json' };
    return fetch(new URL(path, server?.url), { method: 'POST', headers, body: JSON.stringify(body) });
  }

  const GREEDY = { model: 'tiny', temperature: 0, ignore_eos: true };

  test('answers to full length, with as many prompt tokens as ours counts', async (context) => {
    if (server === null) return context.skip('needs node-llama-cpp: node tools/peer-llama/install.mjs');
    const tokenizer = await loadTokenizer(await writeFolder(folder));
    const response = await post('/v1/completions', { ...GREEDY, prompt: TEXT, max_tokens: 9 });
    expect(response.status).toBe(200);
    const prompt = tokenizer.encode(TEXT, { addSpecialTokens: true }).length;
    expect(await response.json()).toMatchObject({
      model: 'tiny',
      usage: { prompt_tokens: prompt, completion_tokens: 9, total_tokens: prompt + 9 },
      choices: [{ finish_reason: 'length' }],
    });
    expect(await treeMemory(server.pid)).toBeGreaterThan(10e6);
  });

  test('streams, several requests at once and more than it has sequences, each as if alone', async (context) => {
    if (server === null) return context.skip('needs node-llama-cpp: node tools/peer-llama/install.mjs');
    const ask = async (index: number): Promise<string> => {
      const body = { ...GREEDY, prompt: [300 + index, 301, 302], max_tokens: 6 };
      const response = await post('/v1/completions', body);
      return ((await response.json()) as { choices: { text: string }[] }).choices[0]?.text ?? '';
    };
    const stream = async (index: number): Promise<string> => {
      const body = { ...GREEDY, prompt: [300 + index, 301, 302], max_tokens: 6, stream: true };
      const response = await post('/v1/completions', { ...body, stream_options: { include_usage: true } });
      const events = (await response.text()).split('\n\n').filter((event) => event !== '');
      expect(events.at(-1)).toBe('data: [DONE]');
      const chunks = events.slice(0, -1).map((event) => JSON.parse(event.slice('data: '.length)));
      expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 3, completion_tokens: 6 } });
      return chunks.map(({ choices }) => choices[0]?.text ?? '').join('');
    };
    const indices = [0, 1, 2];
    const together = await Promise.all(indices.map(stream));
    for (const index of indices) expect(together[index]).toBe(await ask(index));
    expect(new Set(together).size).toBeGreaterThan(1);
  });

  test('goes on when a client leaves, and names what is wrong', async (context) => {
    if (server === null) return context.skip('needs node-llama-cpp: node tools/peer-llama/install.mjs');
    for (let i = 0; i < 3; i++) {
      const response = await post('/v1/completions', {
        ...GREEDY,
        prompt: TEXT,
        max_tokens: 30,
        stream: true,
      });
      await response.body?.cancel();
    }
    const chat = { ...GREEDY, messages: [{ role: 'user', content: TEXT }], max_tokens: 2 };
    expect((await post('/v1/chat/completions', chat)).status).toBe(200);
    const long = await post('/v1/completions', { ...GREEDY, prompt: TEXT, max_tokens: 60 });
    expect(long.status).toBe(400);
    expect(await long.text()).toContain('context of 64');
    expect((await fetch(new URL('/health', server.url))).status).toBe(200);
    expect((await fetch(new URL('/v1/precision', server.url))).status).toBe(404);
  });
});

async function writeFolder(folder: string): Promise<string> {
  await writeInventedTokenizer(folder, TINY.vocabSize);
  return folder;
}
