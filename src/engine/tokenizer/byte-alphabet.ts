/**
 * GPT-2's printable alphabet for bytes: Latin-1 characters that print stand for themselves, the other 68 bytes
 * are numbered from U+0100 on. Character → byte.
 */
export const BYTE_ALPHABET: ReadonlyMap<string, number> = buildAlphabet();

function buildAlphabet(): Map<string, number> {
  const alphabet = new Map<string, number>();
  let next = 0x100;
  for (let byte = 0; byte < 256; byte++) {
    const prints = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte !== 0xad);
    alphabet.set(String.fromCharCode(prints ? byte : next++), byte);
  }
  return alphabet;
}
