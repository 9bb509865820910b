// node-llama-cpp as a contender of `npm run bench:engine`: answers `load`, `prepare` and `steps` as described in
// src/bench/engine/contender-messages.ts. A step is one `next()` of every sequence's greedy generator at once, the
// way a user of the library decodes several sequences; it puts them into one batch itself. Everything that the
// library lets a user leave alone (flash attention, cache types, batching) is left at its default.
import { readFileSync } from 'node:fs';
import { getLlama, LlamaLogLevel } from 'node-llama-cpp';

const PROMPT_BATCH = 512;
/** Context is allotted with room for the prompt's last token and the choice behind it. */
const SPARE = 16;

let model = null;
let threads = 0;
let context = null;
/** @type {{sequence: import('node-llama-cpp').LlamaContextSequence, length: number, tokens: AsyncGenerator | null}[]} */
let rows = [];
let prefillTokens = 0;

async function load({ path, threads: wanted }) {
  const codeBytes = residentMemory().residentBytes;
  const from = performance.now();
  const llama = await getLlama({
    gpu: false,
    build: 'never',
    skipDownload: true,
    // The invented vocabulary earns a warning on load; errors still show.
    logLevel: LlamaLogLevel.error,
    maxThreads: wanted,
  });
  model = await llama.loadModel({ modelPath: path });
  threads = wanted;
  const loadMs = performance.now() - from;
  const memory = residentMemory();
  const probe = await model.createContext({ contextSize: 256, threads });
  const report = { codeBytes, ...memory, loadMs, threads: probe.currentThreads, engine: engineName() };
  await probe.dispose();
  return report;
}

function engineName() {
  const { version } = JSON.parse(
    readFileSync(new URL('node_modules/node-llama-cpp/package.json', import.meta.url), 'utf8'),
  );
  return `node-llama-cpp ${version}`;
}

async function prepare(scenario) {
  await context?.dispose();
  prefillTokens = scenario.kind === 'prefill' ? scenario.tokens : 0;
  const lengths = scenario.kind === 'prefill' ? [scenario.tokens] : scenario.lengths;
  context = await model.createContext({
    contextSize: Math.max(...lengths) + SPARE,
    sequences: lengths.length,
    threads,
    batchSize: PROMPT_BATCH,
  });
  rows = lengths.map((length) => ({ sequence: context.getSequence(), length, tokens: null }));
  if (scenario.kind === 'prefill') return null;
  for (const [i, row] of rows.entries()) row.tokens = generator(row.sequence, row.length - 1, i);
  await nextOfAll();
  return null;
}

/** Greedy, and not ended by an end-of-sequence token: random weights may choose one at any step. */
function generator(sequence, length, seed) {
  const prompt = Array.from({ length }, (_, i) => 300 + 7 * i + seed);
  return sequence.evaluate(prompt, { temperature: 0, yieldEogToken: true });
}

async function steps({ warmUp, count }) {
  const times = [];
  if (prefillTokens === 0) await rewind(warmUp + count);
  for (let i = 0; i < warmUp + count; i++) {
    const ms = prefillTokens === 0 ? await timed(nextOfAll) : await prefill();
    if (i >= warmUp) times.push(ms);
  }
  return times;
}

/** Shortens every sequence so that it reaches its scenario's length with the last of `steps` steps, not before. */
async function rewind(steps) {
  for (const { sequence, length } of rows) {
    await sequence.eraseContextTokenRanges([{ start: length - steps, end: sequence.nextTokenIndex }]);
  }
}

async function prefill() {
  const [{ sequence }] = rows;
  await sequence.clearHistory();
  const tokens = generator(sequence, prefillTokens, 0);
  const ms = await timed(() => tokens.next());
  await tokens.return();
  return ms;
}

async function nextOfAll() {
  const results = await Promise.all(rows.map((row) => row.tokens.next()));
  if (results.some((result) => result.done)) throw new Error('a sequence ended early');
}

async function timed(work) {
  const from = performance.now();
  await work();
  return performance.now() - from;
}

function residentMemory() {
  if (process.platform !== 'linux') {
    return { residentBytes: process.memoryUsage.rss(), anonymousBytes: null };
  }
  const status = readFileSync('/proc/self/status', 'utf8');
  const field = (name) => 1024 * Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)[1]);
  return { residentBytes: field('VmRSS'), anonymousBytes: field('RssAnon') };
}

const ANSWERS = {
  load: ({ options }) => load(options),
  prepare: ({ scenario }) => prepare(scenario),
  steps,
};

process.on('disconnect', () => process.exit(0));
process.on('message', async (request) => {
  try {
    process.send({ ok: true, value: await ANSWERS[request.kind](request) });
  } catch (error) {
    process.send({ ok: false, message: error.message });
  }
});
