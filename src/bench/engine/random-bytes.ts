/**
 * `length` bytes that do not compress and are the same on every run for the same `key`: xorshift32 seeded with a
 * hash of the key. Fast rather than good, since only their entropy matters.
 */
export function randomBytes(key: string, length: number): Uint8Array<ArrayBuffer> {
  const words = new Uint32Array(Math.ceil(length / 4));
  let state = seedOf(key);
  for (let i = 0; i < words.length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[i] = state;
  }
  return new Uint8Array(words.buffer, 0, length);
}

/** FNV-1a over UTF-16 units, never 0: xorshift would stay there. */
function seedOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  return hash === 0 ? 1 : hash;
}
