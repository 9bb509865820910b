import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { QueptError } from '../core/index.ts';
import { fileSha256, TENSOR_DIGEST_LENGTH } from './file-digest.ts';
import { type ArtefactManifest, WEIGHTS_FILE } from './manifest.ts';
import type { SafetensorsFile, TensorEntry } from './safetensors.ts';

const READ_BYTES = 1 << 24;

/** Throws QueptError `invalid_artefact` naming a file of the manifest that is absent or of another size. */
export async function checkFileSizes(directory: string, manifest: ArtefactManifest): Promise<void> {
  for (const { name, bytes } of manifest.files) {
    let size: number;
    try {
      size = (await stat(join(directory, name))).size;
    } catch (error) {
      throw damaged(name, `cannot be read (${(error as NodeJS.ErrnoException).code})`, error);
    }
    if (size !== bytes) throw damaged(name, `has ${size} bytes, the manifest says ${bytes}`);
  }
}

/**
 * Compares the SHA-256 of every file with the manifest. Throws QueptError `invalid_artefact` naming the file,
 * and of the weights the first damaged tensor.
 */
export async function verifyDigests(
  directory: string,
  manifest: ArtefactManifest,
  weights: SafetensorsFile,
): Promise<void> {
  for (const { name, sha256 } of manifest.files) {
    if ((await fileSha256(join(directory, name))) === sha256) continue;
    const tensor = name === WEIGHTS_FILE ? await findDamagedTensor(manifest, weights) : null;
    throw damaged(name, `${tensor === null ? 'does' : `tensor ${tensor} does`} not match its SHA-256`);
  }
}

async function findDamagedTensor(
  manifest: ArtefactManifest,
  weights: SafetensorsFile,
): Promise<string | null> {
  for (const entry of weights.tensors.values()) {
    const expected = manifest.tensorDigests[entry.name];
    if (expected !== undefined && (await tensorDigest(weights, entry)) !== expected) return entry.name;
  }
  return null;
}

async function tensorDigest(weights: SafetensorsFile, entry: TensorEntry): Promise<string> {
  const hash = createHash('sha256');
  for (let from = 0; from < entry.bytes; from += READ_BYTES) {
    hash.update(await weights.read(entry, from, Math.min(entry.bytes, from + READ_BYTES)));
  }
  return hash.digest('hex').slice(0, TENSOR_DIGEST_LENGTH);
}

function damaged(name: string, text: string, cause?: unknown): QueptError {
  return new QueptError(
    'invalid_artefact',
    `${name}: ${text}. The artefact is damaged: build or fetch it again.`,
    {
      cause,
    },
  );
}
