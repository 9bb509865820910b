/**
 * What looks like a key wherever it stands: in a message of a library, in a name that a client chose. Nobody means to
 * log one, and this is for when somebody does.
 */
const SECRETS = [
  // A header's value, with its scheme.
  /\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi,
  // Keys by the prefix that says what they are: those of `quept keys create`, and the kind that clients confuse them with.
  /\b(quept_[\w-]{40,}|sk-[\w-]{16,})/g,
  // Passwords in addresses.
  /(?<=:\/\/)[^\s/@:"]*:[^\s/@"]+(?=@)/g,
];

const MASK = '[redacted]';

/** The line with what looks like a secret taken out. */
export function maskSecrets(line: string): string {
  let masked = line;
  for (const pattern of SECRETS) masked = masked.replace(pattern, MASK);
  return masked;
}
