import { z } from 'zod';
import { type Ladder, QueptError } from '../core/index.ts';
import type { CostSample } from '../scheduler/index.ts';

const count = z.int().nonnegative();

const rung = z.object({
  id: z.string().min(1),
  averageBits: z.number().positive(),
  predictedKl: z.number().nonnegative(),
});

const sample = z.object({
  phase: z.enum(['decode', 'prefill']),
  /** Id of a rung. */
  rung: z.string(),
  rows: z.int().positive(),
  tokens: z.int().positive(),
  contextTokens: count,
  movedRows: count,
  ms: z.number().positive(),
  /** Computed from other samples and not measured. */
  derived: z.boolean().exactOptional(),
});

const costProfile = z
  .object({
    name: z.string().min(1),
    machine: z.string().min(1),
    /** Where the figures come from, and what they are worth. */
    note: z.array(z.string()).default([]),
    /** Longest sequence of the model, tokens. */
    contextLength: z.int().min(2).nullable().default(null),
    rungs: z.array(rung).min(1),
    samples: z.array(sample),
  })
  .superRefine(({ rungs, samples }, context) => {
    const fault = (path: PropertyKey[], message: string) =>
      context.addIssue({ code: 'custom', path, message });
    const ids = rungs.map(({ id }) => id);
    if (new Set(ids).size < ids.length) fault(['rungs'], 'name each id once');
    rungs.forEach(({ averageBits }, i) => {
      if (i > 0 && averageBits < (rungs[i - 1]?.averageBits ?? 0)) {
        fault(['rungs', i, 'averageBits'], 'must not be lower than that of the rung before');
      }
    });
    samples.forEach(({ rung: id }, i) => {
      if (!ids.includes(id)) fault(['samples', i, 'rung'], `'${id}' is none of the rungs`);
    });
    for (const id of ids) {
      for (const phase of ['decode', 'prefill'] as const) {
        const found = samples.some((one) => one.rung === id && one.phase === phase && one.movedRows === 0);
        if (!found) fault(['samples'], `needs a ${phase} sample of rung '${id}' with movedRows 0`);
      }
    }
  });

/** What steps take on one machine with one model, and what each rung is worth. */
export type CostProfile = Readonly<z.infer<typeof costProfile>>;

/**
 * Reads a cost profile from JSON.
 *
 * @param source what to call the file in messages
 * Throws QueptError `invalid_usage` that names the file and each field at fault.
 */
export function parseCostProfile(text: string, source: string): CostProfile {
  const read = costProfile.safeParse(parseJson(text, source));
  if (read.success) return read.data;
  const faults = read.error.issues.map(({ path, message }) => `${path.join('.') || 'document'}: ${message}`);
  throw new QueptError('invalid_usage', `${source} is no cost profile: ${faults.join('; ')}.`);
}

/** The rungs as a ladder. Planes are unknown to a profile, and empty. */
export function profileLadder({ rungs, samples }: CostProfile): Ladder {
  return rungs.map(({ id, averageBits, predictedKl }) => ({
    id,
    averageBits,
    planes: [],
    ranks: [],
    predictedKl,
    msPerToken:
      samples.find((one) => one.rung === id && one.phase === 'decode' && one.rows === 1)?.ms ?? null,
  }));
}

/** The samples with rungs by number. */
export function profileSamples({ rungs, samples }: CostProfile): CostSample[] {
  return samples.map(({ phase, rung: id, rows, tokens, contextTokens, movedRows, ms }) => ({
    shape: { phase, rung: rungs.findIndex((one) => one.id === id), rows, tokens, contextTokens, movedRows },
    ms,
  }));
}

function parseJson(text: string, source: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new QueptError('invalid_usage', `${source} is no JSON: ${reason}.`, { cause: error });
  }
}
