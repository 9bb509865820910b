import type { SkillExample } from '../../calibration/index.ts';
import { QueptError } from '../../core/index.ts';
import type { Tokenizer } from '../../engine/index.ts';

/**
 * The examples' conversations as prompts that the model is to answer, by its chat template.
 *
 * @param path of the file they come from, for messages
 * Throws QueptError `invalid_usage` naming the line of a conversation that the template refuses, or that does not fit
 * into the context together with its reference answer.
 */
export function encodeSkillPrompts(
  tokenizer: Tokenizer,
  contextLength: number,
  examples: readonly SkillExample[],
  path: string,
): Int32Array[] {
  return examples.map(({ line, prompt, reference }) => {
    const fault = (complaint: string, cause?: unknown) =>
      new QueptError('invalid_usage', `--skills: ${path}, line ${line}: ${complaint}`, { cause });
    const tokens = encode(tokenizer, prompt, fault);
    if (tokens.length === 0) throw fault('messages: there is nothing to answer. Leave the line out.');
    // One more for the end of the answer.
    const needed = tokens.length + tokenizer.encode(reference, { addSpecialTokens: false }).length + 1;
    if (needed <= contextLength) return tokens;
    throw fault(
      `messages: the conversation takes ${needed} tokens with its reference answer, and the context of this ` +
        `model is ${contextLength}. Shorten it or leave it out.`,
    );
  });
}

function encode(
  tokenizer: Tokenizer,
  prompt: SkillExample['prompt'],
  fault: (complaint: string, cause: unknown) => QueptError,
): Int32Array {
  try {
    return tokenizer.encodeChat(prompt, { addGenerationPrompt: true });
  } catch (error) {
    if (error instanceof QueptError) throw fault(`messages: ${error.message}`, error);
    throw error;
  }
}
