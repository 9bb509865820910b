import { z } from 'zod';
import { KEY_SCOPES, type KeyScope, QueptError, SERVICE_TIERS, type ServiceTier } from '../core/index.ts';
import type { ApiKey } from './api-key.ts';

const MOST = 1_000_000_000;
const HASH = /^sha256:[0-9a-f]{64}$/;

const said = (error: string) => ({ error });
const amount = z
  .int(said(`must be a whole number from 1 to ${MOST}`))
  .min(1, said(`must be a whole number from 1 to ${MOST}`))
  .max(MOST, said(`must be a whole number from 1 to ${MOST}`))
  .nullable()
  .default(null);
const bits = z
  .number(said('must be a number of bits above 0 and at most 64'))
  .gt(0, said('must be a number of bits above 0 and at most 64'))
  .max(64, said('must be a number of bits above 0 and at most 64'))
  .nullable()
  .default(null);
const hash = z
  .string(said("must be a hash as 'quept keys create' prints it"))
  .regex(HASH, said("must be 'sha256:' and 64 hexadecimal digits; 'quept keys hash' makes one of a key"));
const expiry = z
  .union(
    [z.iso.datetime({ offset: true }), z.iso.date()],
    said('must be a time such as 2027-01-31T00:00:00Z'),
  )
  .nullable()
  .default(null);
const listOf = <Word extends string>(words: readonly [Word, ...Word[]]) =>
  z
    .array(z.enum(words, said(`must be one of ${words.join(', ')}`)), said('must be a list'))
    .min(1, said('must name at least one; leave it out for the default'));

/** One key in a keys file. */
const entrySchema = z.strictObject({
  id: z
    .string(said('must be a name'))
    .regex(/^[\w.-]{1,64}$/, said('must be 1 to 64 letters, digits, dots, dashes and underscores')),
  hash: z.union(
    [hash, z.array(hash).min(1).max(8)],
    said("must be one hash as 'quept keys create' prints it, or a list of up to 8"),
  ),
  name: z
    .string(said('must be a text'))
    .max(200, said('must have at most 200 characters'))
    .nullable()
    .default(null),
  expires: expiry,
  disabled: z.boolean(said('must be true or false')).default(false),
  scopes: listOf(KEY_SCOPES).default(['inference']),
  tiers: listOf(SERVICE_TIERS).nullable().default(null),
  defaultTier: z
    .enum(SERVICE_TIERS, said(`must be one of ${SERVICE_TIERS.join(', ')}`))
    .nullable()
    .default(null),
  minBits: bits,
  maxBits: bits,
  requestsPerMinute: amount,
  tokensPerMinute: amount,
  tokensPerDay: amount,
  concurrency: amount,
});

type Entry = z.infer<typeof entrySchema>;

/** Names of an entry's fields. */
export const KEY_FIELDS = Object.keys(entrySchema.shape);

/**
 * Keys from the entries of a keys file or the environment.
 *
 * Throws QueptError `invalid_config` that lists every fault, each with `origin` and the field; no value is repeated,
 * since a key in the wrong place would be told with it.
 */
export function parseKeys(entries: unknown, origin: string): ApiKey[] {
  if (!Array.isArray(entries)) throw faulty(origin, ["'keys' must be a list of keys"]);
  if (entries.length === 0) {
    throw faulty(origin, [
      "'keys' is empty, so nobody could use the server; 'quept keys create' makes an entry",
    ]);
  }
  const faults: string[] = [];
  const keys: ApiKey[] = [];
  for (const [i, entry] of entries.entries()) {
    const parsed = entrySchema.safeParse(entry);
    if (parsed.success) {
      keys.push(apiKey(parsed.data));
      faults.push(...contradictions(parsed.data).map((fault) => `keys[${i}].${fault}`));
    } else {
      faults.push(...parsed.error.issues.flatMap((issue) => describe(issue, i)));
    }
  }
  faults.push(...repetitions(keys));
  if (faults.length > 0) throw faulty(origin, faults);
  return keys;
}

function apiKey(entry: Entry): ApiKey {
  const { id, name, disabled, minBits, maxBits, tiers } = entry;
  const hashes = typeof entry.hash === 'string' ? [entry.hash] : entry.hash;
  return {
    id,
    name,
    disabled,
    minBits,
    maxBits,
    digests: hashes.map((text) => Buffer.from(text.slice('sha256:'.length), 'hex')),
    expiresAtMs: entry.expires === null ? null : Date.parse(entry.expires),
    scopes: new Set<KeyScope>(entry.scopes),
    tiers: new Set<ServiceTier>(tiers ?? SERVICE_TIERS),
    defaultTier: entry.defaultTier ?? defaultTier(tiers),
    limits: {
      requestsPerMinute: entry.requestsPerMinute,
      tokensPerMinute: entry.tokensPerMinute,
      tokensPerDay: entry.tokensPerDay,
      concurrency: entry.concurrency,
    },
  };
}

function defaultTier(tiers: readonly ServiceTier[] | null): ServiceTier {
  return tiers === null || tiers.includes('default') ? 'default' : (tiers[0] as ServiceTier);
}

function contradictions({ tiers, defaultTier: given, minBits, maxBits }: Entry): string[] {
  const faults: string[] = [];
  if (given !== null && tiers !== null && !tiers.includes(given)) {
    faults.push("defaultTier: must be one of the key's 'tiers'");
  }
  if (minBits !== null && maxBits !== null && minBits > maxBits) {
    faults.push("minBits: must not exceed 'maxBits'");
  }
  return faults;
}

function repetitions(keys: readonly ApiKey[]): string[] {
  const faults: string[] = [];
  const ids = new Set<string>();
  const owners = new Map<string, string>();
  for (const { id, digests } of keys) {
    if (ids.has(id)) faults.push(`two keys have the id '${id}'; ids must differ`);
    ids.add(id);
    for (const digest of digests) {
      const other = owners.get(digest.toString('hex'));
      if (other !== undefined)
        faults.push(`'${other}' and '${id}' have the same hash; every key needs its own`);
      owners.set(digest.toString('hex'), id);
    }
  }
  return faults;
}

function describe(issue: z.core.$ZodIssue, entry: number): string[] {
  const path = issue.path.reduce<string>(
    (text, key) => (typeof key === 'number' ? `${text}[${key}]` : `${text}.${String(key)}`),
    `keys[${entry}]`,
  );
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => `${path}.${key}: no such field; there are ${KEY_FIELDS.join(', ')}`);
  }
  return [`${path}: ${issue.path.length === 0 ? 'must be an object' : issue.message}`];
}

function faulty(origin: string, faults: readonly string[]): QueptError {
  const message =
    faults.length === 1
      ? `${origin}: ${faults[0]}`
      : [`${origin} has faults:`, ...faults.map((fault) => `  ${fault}`)].join('\n');
  return new QueptError('invalid_config', message);
}
