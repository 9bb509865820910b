import type { z } from 'zod';
import { QueptError } from '../../core/index.ts';

/** What an object of a request may hold. */
export interface FieldPolicy {
  /** Read and obeyed. */
  readonly honoured: ReadonlySet<string>;
  /** Accepted, without effect. */
  readonly withoutEffect: ReadonlySet<string>;
  /** Refused unless null or of a value that asks for nothing. */
  readonly unsupported: ReadonlyMap<string, z.ZodType>;
  /** What to do instead of asking for these; left out, there is nothing but to leave them out. */
  readonly remedies?: ReadonlyMap<string, string>;
}

/**
 * Makes sure that no field of `value` is silently ignored. `path` prefixes the names, e.g. `messages[0].`.
 *
 * Throws QueptError `invalid_request` naming the first field that is unknown or asks for what is not supported.
 */
export function checkFields(value: object, policy: FieldPolicy, path = ''): void {
  for (const [field, content] of Object.entries(value)) {
    if (policy.honoured.has(field) || policy.withoutEffect.has(field)) continue;
    const param = `${path}${field.slice(0, 100)}`;
    const neutral = policy.unsupported.get(field);
    if (neutral === undefined) {
      throw new QueptError(
        'invalid_request',
        `Unknown field '${param}'. Check its spelling or leave it out.`,
        {
          param,
        },
      );
    }
    if (content !== null && !neutral.safeParse(content).success) {
      const remedy = policy.remedies?.get(field) ?? 'Leave it out.';
      throw new QueptError('invalid_request', `'${param}' is not supported by this server. ${remedy}`, {
        param,
      });
    }
  }
}
