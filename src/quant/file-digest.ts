import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

/** SHA-256 of a file, hexadecimal. Streams: constant memory. Rejects like a read stream. */
export async function fileSha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** What a manifest keeps of a tensor's SHA-256: enough to find damage, short enough for thousands of tensors. */
export const TENSOR_DIGEST_LENGTH = 16;
