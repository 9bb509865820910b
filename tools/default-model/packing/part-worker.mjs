// @ts-check
import { workerData } from 'node:worker_threads';
import { TextEncoder } from '../tokenizer/text-encoder.mjs';
import { packPart } from './pack-part.mjs';
import { Sources } from './sources.mjs';

/** Samples that a part may take of each source before it would repeat those of the next. */
const SAMPLES = 1_000_000;

/**
 * @type {{
 *   files: ReturnType<typeof import('../tokenizer/tokenizer-files.mjs').tokenizerFiles>,
 *   passages: string[],
 *   out: string,
 *   seed: number,
 *   answersFrom: number,
 * }}
 */
const { files, passages, out, seed, answersFrom } = workerData;
const encoder = new TextEncoder(files);

/**
 * Packs one part, from samples that no other part has.
 *
 * @param {import('./plan-parts.mjs').Part} part
 * @returns {Promise<{ tokens: number, samples: Record<string, number> }>}
 */
export default async function work(part) {
  const sources = new Sources(passages, seed, 'train', part.index * SAMPLES);
  const answersOnly = (/** @type {number} */ written) => part.start + written >= answersFrom;
  const tokens = await packPart(encoder, sources, out, { ...part, answersOnly });
  return { tokens, samples: sources.counts };
}
