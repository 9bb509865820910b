import { workerData } from 'piscina';
import type { OutputConstraint, OutputGrammar, TokenizeRequest, ToolFormat } from '../core/index.ts';
import { loadTokenizer } from '../engine/index.ts';
import { constraintGrammar, prepareFormats } from '../grammar/index.ts';
import { type TaskResult, taskResult } from './tokenizer-task.ts';

const { artefactDirectory, toolFormat } = workerData as {
  artefactDirectory: string;
  toolFormat: ToolFormat | null;
};

// Begun at once, awaited by each task: a failure is an answer to whoever asks, not the end of the thread.
const loading = loadTokenizer(artefactDirectory, 'invalid_artefact', toolFormat);
loading.catch(() => {});
// Whoever is the first to name a format should not wait for it.
setImmediate(prepareFormats);

/** Piscina's task: one prompt to its token ids. */
export default function tokenize(request: TokenizeRequest): Promise<TaskResult<Int32Array>> {
  const { prompt, addGenerationPrompt, addSpecialTokens } = request;
  return taskResult(async () => {
    const tokenizer = await loading;
    return prompt.kind === 'messages'
      ? tokenizer.encodeChat(prompt.messages, { ...prompt, addGenerationPrompt })
      : tokenizer.encode(prompt.text, { addSpecialTokens });
  });
}

/** The other way, by its name. */
export function detokenize(tokens: Int32Array): Promise<TaskResult<string>> {
  return taskResult(async () => (await loading).decode(tokens));
}

/** Grammars made lately, the newest last. */
const grammars = new Map<string, OutputGrammar>();
const MAX_GRAMMARS = 64;

/** A constraint made ready for the engine. Clients send the same ones again and again. */
export function prepareGrammar(constraint: OutputConstraint): Promise<TaskResult<OutputGrammar>> {
  return taskResult(async () => {
    const name = JSON.stringify(constraint);
    const grammar = grammars.get(name) ?? constraintGrammar(constraint);
    grammars.delete(name);
    grammars.set(name, grammar);
    for (const oldest of grammars.keys()) {
      if (grammars.size <= MAX_GRAMMARS) break;
      grammars.delete(oldest);
    }
    return grammar;
  });
}
