import { workerData } from 'piscina';
import type { TokenizeRequest, ToolFormat } from '../core/index.ts';
import { loadTokenizer } from '../engine/index.ts';
import { type TaskResult, taskResult } from './worker-task.ts';

const { artefactDirectory, toolFormat } = workerData as {
  artefactDirectory: string;
  toolFormat: ToolFormat | null;
};

// Begun at once, awaited by each task: a failure is an answer to whoever asks, not the end of the thread.
const loading = loadTokenizer(artefactDirectory, 'invalid_artefact', toolFormat);
loading.catch(() => {});

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
