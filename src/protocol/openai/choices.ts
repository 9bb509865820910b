import { type GenerateRequest, QueptError } from '../../core/index.ts';

/** Sequences that one request may ask for. */
export const MAX_CHOICES = 128;

/** A request but for what differs between the choices of an answer. */
export type CommonRequest = Omit<GenerateRequest, 'id' | 'prompt'>;

/**
 * One request per prompt and choice, the choices of a prompt one after the other; each is a sequence of its own, and
 * those of one prompt share its keys and values. Ids are `{id}-{index}` where there are several.
 *
 * Choice k draws as a request alone would with `seed + k`.
 *
 * Throws QueptError `invalid_request` (param `n`) when there are too many.
 */
export function expandChoices(
  id: string,
  prompts: readonly GenerateRequest['prompt'][],
  n: number,
  common: CommonRequest,
): GenerateRequest[] {
  if (prompts.length * n > MAX_CHOICES) {
    throw new QueptError(
      'invalid_request',
      `'n' times the number of prompts is ${prompts.length * n}; at most ${MAX_CHOICES} choices are made at once.`,
      { param: 'n' },
    );
  }
  const single = prompts.length * n === 1;
  return prompts.flatMap((prompt, p) =>
    Array.from({ length: n }, (_, k) => ({
      ...common,
      id: single ? id : `${id}-${p * n + k}`,
      prompt,
      sampling: seeded(common.sampling, k),
    })),
  );
}

function seeded(sampling: CommonRequest['sampling'], choice: number): CommonRequest['sampling'] {
  const { seed } = sampling;
  if (seed == null || choice === 0) return sampling;
  // Beyond 2^53 a sum would be rounded to the same number again.
  const base = Number.isSafeInteger(seed + choice) ? seed : seed % 2 ** 52;
  return { ...sampling, seed: base + choice };
}
