import { defaultThreads } from '../../config/index.ts';
import { sourceProvenance } from '../source-provenance.ts';
import type { CalibrateFlags } from './calibrate-flags.ts';
import type { LearningText } from './learning-text.ts';

/** What every recipe of `calibrate` takes from the flags. */
export async function learningRun(directory: string, flags: CalibrateFlags, text: LearningText) {
  const provenance = await sourceProvenance(directory);
  return {
    name: flags.name ?? provenance.sourceName,
    clipping: flags.clipping,
    mergeTokens: flags.mergeTokens,
    sequences: text.sequences,
    epochs: text.epochs,
    batch: text.batch,
    seed: flags.seed,
    threads: defaultThreads(),
    resume: flags.resume === true,
    force: flags.force === true,
    provenance: { ...provenance, dataSha256: text.dataSha256 },
  };
}
