import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { type ChatMessage, QueptError } from '../../core/index.ts';
import { type AnswerCheck, answerCheckSchema } from './answer-check.ts';

/** A conversation whose last answer is asked for, and how to tell whether it is right. */
export interface SkillExample {
  /** In its file, from 1. */
  readonly line: number;
  readonly skill: string;
  /** At least one. */
  readonly prompt: readonly ChatMessage[];
  /** A right answer, for people to compare with. */
  readonly reference: string;
  readonly check: AnswerCheck;
}

const exampleSchema = z.strictObject({
  skill: z.string().min(1, 'must be a name'),
  messages: z
    .array(z.strictObject({ role: z.enum(['system', 'user', 'assistant']), content: z.string() }))
    .min(2, 'must hold a question and its reference answer')
    .refine((messages) => messages.at(-1)?.role === 'assistant', {
      error: "must end with the reference answer, of role 'assistant'",
    }),
  check: answerCheckSchema,
});

/**
 * Reads examples from a file of JSON lines; empty lines are passed over.
 *
 * Throws QueptError `invalid_usage` naming the file, and the line and field at fault.
 */
export async function readSkills(path: string): Promise<SkillExample[]> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new QueptError('invalid_usage', `--skills: ${path} cannot be read (${error.code}).`, {
      cause: error,
    });
  });
  const examples = text
    .split('\n')
    .flatMap((line, i) => (line.trim() === '' ? [] : [parseExample(line, i + 1, path)]));
  if (examples.length > 0) return examples;
  throw new QueptError('invalid_usage', `--skills: ${path} holds no examples. Give one JSON object a line.`);
}

function parseExample(text: string, line: number, path: string): SkillExample {
  const fault = (complaint: string, cause?: unknown) =>
    new QueptError(
      'invalid_usage',
      `--skills: ${path}, line ${line}: ${complaint}. Correct the line or leave it out.`,
      { cause },
    );
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw fault('not valid JSON', error);
  }
  const parsed = exampleSchema.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw fault(`${issue?.path.join('.') || 'the whole'}: ${issue?.message ?? 'invalid'}`, parsed.error);
  }
  const { skill, messages, check } = parsed.data;
  return { line, skill, prompt: messages.slice(0, -1), reference: messages.at(-1)!.content, check };
}
