import { z } from 'zod';
import { QueptError } from '../core/index.ts';

const documentSchema = z.strictObject({ keys: z.unknown() });

/** A keys file: its entries are checked by `parseKeys`. */
export interface KeyDocument {
  readonly keys: unknown;
}

/** Reads the text of a keys file. Throws QueptError `invalid_config` naming `origin`; nothing of the text is repeated. */
export function readKeyDocument(text: string, origin: string): KeyDocument {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    // V8 quotes what it stumbled on, and that may be a key in the wrong place.
    const where = /position \d+( \(line \d+ column \d+\))?/.exec((error as Error).message)?.[0];
    throw new QueptError('invalid_config', `${origin}: not JSON${where === undefined ? '' : ` at ${where}`}`);
  }
  const parsed = documentSchema.safeParse(value);
  if (parsed.success && parsed.data.keys !== undefined) return { keys: parsed.data.keys };
  throw new QueptError('invalid_config', `${origin}: must hold { "keys": [ … ] } and nothing beside it`);
}
