import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { QueptError } from '../core/index.ts';

const count = z.int().positive();

const recipeSchema = z.strictObject({
  architecture: z.strictObject({
    hiddenSize: count,
    intermediateSize: count,
    layers: count,
    heads: count,
    kvHeads: count,
    headDim: count,
    vocabSize: count.max(65_536),
    contextLength: count,
    ropeTheta: z.number().positive(),
  }),
  /** Start with heads that copy from earlier in the text; see `giveLookBackHeads`. */
  lookBack: z.boolean().default(false),
  /** Share of the stream from which on only answers of conversations are learned: for the packer, unused here. */
  answersFrom: z.number().min(0).max(1).optional(),
  /** In order; the optimizer's schedule runs over all of them. */
  phases: z.array(z.strictObject({ sequences: count, length: count, steps: count })).nonempty(),
  optimizer: z.strictObject({
    learningRate: z.number().positive(),
    weightDecay: z.number().nonnegative(),
    gradientNorm: z.number().positive(),
    warmUpSteps: count,
  }),
  seed: z.int().nonnegative(),
});

/** What makes a training: the model's shape, how long it learns on batches of which shape, and how. */
export type TrainingRecipe = z.infer<typeof recipeSchema>;

/** Reads a recipe. Throws QueptError `invalid_usage` naming file and field. */
export async function readRecipe(path: string): Promise<TrainingRecipe> {
  let json: unknown;
  try {
    json = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const problem = code === undefined ? 'is not valid JSON' : `cannot be read (${code})`;
    throw new QueptError('invalid_usage', `--recipe: ${path} ${problem}.`, { cause: error });
  }
  const parsed = recipeSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new QueptError('invalid_usage', `--recipe: ${path}: ${issue?.path.join('.')}: ${issue?.message}.`);
}
