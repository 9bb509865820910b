import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { listWeightFiles } from './weight-files.ts';

/**
 * SHA-256 (hex) of what a model computes from: config.json, then the weight files in name order, each as name,
 * size and bytes. Streams the files, so it takes time and not memory. Throws QueptError `invalid_checkpoint`
 * when the folder has no weights.
 */
export async function checkpointFingerprint(directory: string): Promise<string> {
  const hash = createHash('sha256');
  for (const file of ['config.json', ...(await listWeightFiles(directory))]) {
    const path = join(directory, file);
    hash.update(`${file}\0${(await stat(path)).size}\0`);
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }))
      hash.update(chunk as Buffer);
  }
  return hash.digest('hex');
}
