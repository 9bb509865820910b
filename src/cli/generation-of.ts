import type { Checkpoint } from '../engine/index.ts';
import type { ArtefactGeneration } from '../quant/index.ts';

/** What a checkpoint's makers recommend, as an artefact carries it. */
export function generationOf({ endTokenIds, generationDefaults }: Checkpoint): ArtefactGeneration {
  const { maxTokens, sampling } = generationDefaults;
  const { seed: _, ...defaults } = sampling;
  return { endTokenIds: [...endTokenIds], maxTokens, sampling: defaults };
}
