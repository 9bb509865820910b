import { z } from 'zod';
import { QueptError, type RopeConfig } from '../../core/index.ts';

const positive = z.number().positive();

/** `rope_type` in today's files, `type` in older ones. */
const scalingSchema = z.object({
  rope_type: z.string().nullish(),
  type: z.string().nullish(),
  rope_theta: positive.nullish(),
  factor: positive.nullish(),
  low_freq_factor: positive.nullish(),
  high_freq_factor: positive.nullish(),
  original_max_position_embeddings: positive.nullish(),
  partial_rotary_factor: z.number().nullish(),
});

/** The fields of config.json that describe the rotary embedding. */
export const ropeFields = {
  rope_theta: positive.nullish(),
  rope_scaling: scalingSchema.nullish(),
  // Where newer files keep theta and scaling together.
  rope_parameters: scalingSchema.nullish(),
  partial_rotary_factor: z.number().nullish(),
};

const fieldsSchema = z.object(ropeFields);

/** Reads theta and scaling. Throws QueptError `invalid_checkpoint` for every kind but default, llama3, linear. */
export function readRope(config: z.output<typeof fieldsSchema>): RopeConfig {
  const scaling = config.rope_parameters ?? config.rope_scaling ?? null;
  const field = config.rope_parameters ? 'rope_parameters' : 'rope_scaling';
  const partial = config.partial_rotary_factor ?? scaling?.partial_rotary_factor ?? 1;
  if (partial !== 1) throw refuse(`partial_rotary_factor ${partial} is not supported, only 1.`);
  const theta = scaling?.rope_theta ?? config.rope_theta ?? 10_000;
  const kind = scaling === null ? 'default' : (scaling.rope_type ?? scaling.type ?? 'default');
  const need = (
    name: 'factor' | 'low_freq_factor' | 'high_freq_factor' | 'original_max_position_embeddings',
  ) => {
    const value = scaling?.[name];
    if (value === null || value === undefined) throw refuse(`${field}.${name} is missing.`);
    return value;
  };
  switch (kind) {
    case 'default':
      return { theta, scaling: null };
    case 'linear':
      return { theta, scaling: { kind, factor: need('factor') } };
    case 'llama3': {
      const lowFreqFactor = need('low_freq_factor');
      const highFreqFactor = need('high_freq_factor');
      if (highFreqFactor <= lowFreqFactor) {
        throw refuse(`${field}.high_freq_factor must exceed low_freq_factor.`);
      }
      const originalContextLength = need('original_max_position_embeddings');
      return {
        theta,
        scaling: { kind, factor: need('factor'), lowFreqFactor, highFreqFactor, originalContextLength },
      };
    }
    default:
      throw refuse(
        `${field} type '${kind}' is not supported, only default, linear and llama3. If the model works without ` +
          `it at a shorter context, remove ${field} and lower max_position_embeddings.`,
      );
  }
}

function refuse(text: string): QueptError {
  return new QueptError('invalid_checkpoint', `config.json: ${text}`);
}
