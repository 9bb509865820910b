import { workerData } from 'piscina';
import type { TokenizeRequest } from '../core/index.ts';
import { loadTokenizer } from '../engine/index.ts';
import { type TokenizeResult, tokenizeResult } from './tokenizer-task.ts';

const { artefactDirectory } = workerData as { artefactDirectory: string };

// Begun at once, awaited by each task: a failure is an answer to whoever asks, not the end of the thread.
const loading = loadTokenizer(artefactDirectory, 'invalid_artefact');
loading.catch(() => {});

/** Piscina's task: one prompt to its token ids. */
export default function tokenize(request: TokenizeRequest): Promise<TokenizeResult> {
  const { prompt, addGenerationPrompt, addSpecialTokens } = request;
  return tokenizeResult(async () => {
    const tokenizer = await loading;
    return prompt.kind === 'messages'
      ? tokenizer.encodeChat(prompt.messages, { addGenerationPrompt })
      : tokenizer.encode(prompt.text, { addSpecialTokens });
  });
}
