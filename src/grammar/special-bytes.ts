/** Around the name of a special token: bytes that no text has. */
export const SPECIAL_BEGIN = 0xff;
export const SPECIAL_END = 0xfe;

/** How a grammar spells the special token `name`. */
export function specialBytes(name: string): Uint8Array {
  return Uint8Array.of(SPECIAL_BEGIN, ...Buffer.from(name), SPECIAL_END);
}
