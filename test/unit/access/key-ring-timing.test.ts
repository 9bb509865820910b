import { timingSafeEqual } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { createSecret, parseKeys } from '../../../src/access/index.ts';
import { KeyRing } from '../../../src/access/key-ring.ts';
import { newKey } from '../../support/api-key.ts';

vi.mock('node:crypto', async (original) => {
  const crypto = await original<typeof import('node:crypto')>();
  return { ...crypto, timingSafeEqual: vi.fn(crypto.timingSafeEqual) };
});

describe('KeyRing', () => {
  it('compares one whole digest in constant time, whether or not there is such a key', () => {
    const made = [newKey('a', {}), newKey('b', {})];
    const ring = new KeyRing(
      parseKeys(
        made.map(({ entry }) => entry),
        'test',
      ),
    );
    const compared = vi.mocked(timingSafeEqual);
    for (const secret of [made[0]?.secret ?? '', createSecret(), '', 'short', 'x'.repeat(500)]) {
      compared.mockClear();
      ring.find(secret);
      expect(compared.mock.calls.map((sides) => sides.map((side) => side.byteLength))).toEqual([[32, 32]]);
    }
  });
});
