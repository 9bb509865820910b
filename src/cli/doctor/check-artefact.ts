import { QueptError } from '../../core/index.ts';
import { loadTokenizer } from '../../engine/index.ts';
import { type ArtefactManifest, openArtefact } from '../../quant/index.ts';
import { type Finding, fail, ok } from './finding.ts';

const CHECK = 'model';

export interface CheckedArtefact {
  readonly finding: Finding;
  /** Null where it cannot be read. */
  readonly manifest: ArtefactManifest | null;
}

/** Reads all of an artefact and compares it with its checksums; its tokenizer too. */
export async function checkArtefact(directory: string): Promise<CheckedArtefact> {
  try {
    const artefact = await openArtefact(directory, { verify: true });
    const { manifest } = artefact;
    await artefact.close();
    await loadTokenizer(directory, 'invalid_artefact');
    const files = `${manifest.files.length} files match their checksums`;
    const { name, ladder, formatVersion } = manifest;
    return {
      finding: ok(CHECK, `${name}, format ${formatVersion}, ${ladder.length} precisions: ${files}`),
      manifest,
    };
  } catch (thrown) {
    if (!(thrown instanceof QueptError)) throw thrown;
    const remedy = 'Copy the artefact again, or make it anew with quept quantize or calibrate.';
    return { finding: fail(CHECK, `${directory}: ${thrown.message}`, remedy), manifest: null };
  }
}
