import { describe, expect, it } from 'vitest';
import { createSecret, parseKeys } from '../../../src/access/index.ts';
import type { QueptError } from '../../../src/core/index.ts';
import { newKey } from '../../support/api-key.ts';

function faults(entries: unknown): string[] {
  try {
    parseKeys(entries, 'keys.json');
  } catch (error) {
    expect((error as QueptError).code).toBe('invalid_config');
    return (error as QueptError).message.split('\n').map((line) => line.trim());
  }
  throw new Error('the keys were accepted');
}

describe('parseKeys', () => {
  it('gives a key that says nothing all tiers, no limits, and requests to the model', () => {
    const [key] = parseKeys([newKey('plain', {}).entry], 'test');
    expect(key).toMatchObject({ id: 'plain', name: null, expiresAtMs: null, disabled: false, minBits: null });
    expect([[...(key?.scopes ?? [])], [...(key?.tiers ?? [])], key?.defaultTier]).toEqual([
      ['inference'],
      ['priority', 'default', 'flex'],
      'default',
    ]);
    expect(Object.values(key?.limits ?? {})).toEqual([null, null, null, null]);
  });

  it('takes the first tier by default where the default tier is not allowed', () => {
    const [key] = parseKeys([newKey('low', { tiers: ['flex'] }).entry], 'test');
    expect(key?.defaultTier).toBe('flex');
  });

  it.each([
    ['2027-01-31', '2027-01-31T00:00:00.000Z'],
    ['2027-01-31T12:00:00+02:00', '2027-01-31T10:00:00.000Z'],
  ])('reads the expiry %s', (expires, instant) => {
    const [key] = parseKeys([newKey('a', { expires }).entry], 'test');
    expect(new Date(key?.expiresAtMs ?? 0).toISOString()).toBe(instant);
  });

  it('tells all faults at once, each with its field, and repeats no value', () => {
    const secret = createSecret();
    const lines = faults([
      { ...newKey('a b', {}).entry, expires: 'soon' },
      { id: 'b', hash: secret },
      { ...newKey('c', { tiers: ['gold'], concurrency: 0, limit: 3 }).entry },
      { ...newKey('d', { tiers: ['flex'], defaultTier: 'priority', minBits: 8, maxBits: 4 }).entry },
      'e',
    ]);
    expect(lines.map((line) => line.split(':')[0])).toEqual([
      'keys.json has faults',
      'keys[0].id',
      'keys[0].expires',
      'keys[1].hash',
      'keys[2].tiers[0]',
      'keys[2].concurrency',
      'keys[2].limit',
      'keys[3].defaultTier',
      'keys[3].minBits',
      'keys[4]',
    ]);
    expect(lines.join('\n')).not.toContain(secret);
  });

  it('refuses two keys of one id or one hash, and no keys at all', () => {
    const { entry } = newKey('a', {});
    expect(faults([entry, { ...entry, id: 'b' }])[0]).toContain("'a' and 'b' have the same hash");
    expect(faults([entry, newKey('a', {}).entry])[0]).toContain("two keys have the id 'a'");
    expect(faults([])[0]).toContain('empty');
    expect(faults({})[0]).toContain('must be a list');
  });
});
