/** Enough to recognize a value by. */
const MOST_CHARACTERS = 120;

/** A user or password in an address, wherever it was put. */
const CREDENTIALS = /(?<=:\/\/)[^\s/"]*@/g;

/** A value that is at fault, as JSON, for a message: no credentials of an address, and not all of a long one. */
export function shownGiven(value: unknown): string {
  const text = (JSON.stringify(value) ?? String(value)).replace(CREDENTIALS, '[redacted]@');
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)} …` : text;
}
