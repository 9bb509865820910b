// A loaded model and the sequences of its one context.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { getLlama, LlamaLogLevel } from 'node-llama-cpp';

/**
 * Loads the model and allots the context. Everything that is not given stays at the library's default, flash attention
 * and the type of keys and values among it.
 */
export async function openSequences({ path, threads, sequences, contextSize, batchSize }) {
  const llama = await getLlama({
    gpu: false,
    build: 'never',
    skipDownload: true,
    // An invented vocabulary earns a warning on load; errors still show.
    logLevel: LlamaLogLevel.error,
    maxThreads: threads,
  });
  const model = await llama.loadModel({ modelPath: path });
  const context = await model.createContext({ contextSize, sequences, threads, batchSize });
  const free = Array.from({ length: sequences }, () => context.getSequence());
  const waiting = [];

  /** Resolves to a sequence of this caller's own, empty, in the order of asking. */
  async function acquire() {
    const sequence = free.pop() ?? (await new Promise((resolve) => waiting.push(resolve)));
    if (sequence.nextTokenIndex > 0) await sequence.clearHistory();
    return sequence;
  }

  function release(sequence) {
    const next = waiting.shift();
    if (next === undefined) free.push(sequence);
    else next(sequence);
  }

  return {
    name: basename(path, '.gguf'),
    contextSize,
    model,
    acquire,
    release,
    facts: {
      engine: `node-llama-cpp ${libraryVersion()}`,
      threads: context.currentThreads,
      sequences,
      batchSize: context.batchSize,
      flashAttention: context.flashAttention,
    },
  };
}

function libraryVersion() {
  const path = new URL('node_modules/node-llama-cpp/package.json', import.meta.url);
  return JSON.parse(readFileSync(path, 'utf8')).version;
}
