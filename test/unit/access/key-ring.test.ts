import { describe, expect, it } from 'vitest';
import { createSecret, digestOf, formatHash, parseKeys } from '../../../src/access/index.ts';
import { KeyRing } from '../../../src/access/key-ring.ts';
import { newKey } from '../../support/api-key.ts';

describe('KeyRing', () => {
  it('finds every key by its secrets, and nothing by anything else', () => {
    const made = Array.from({ length: 40 }, (_, i) => newKey(`key-${i}`, {}));
    const second = createSecret();
    const rotated = {
      ...newKey('rotated', {}).entry,
      hash: [formatHash(digestOf(second)), made[0]?.entry.hash],
    };
    const ring = new KeyRing(parseKeys([...made.slice(1).map(({ entry }) => entry), rotated], 'test'));
    for (const { secret, entry } of made.slice(1)) expect(ring.find(secret)?.id).toBe(entry.id);
    for (const secret of [second, made[0]?.secret ?? '']) expect(ring.find(secret)?.id).toBe('rotated');
    const [known] = made.slice(1);
    const secret = known?.secret ?? '';
    const wrong = [
      createSecret(),
      '',
      secret.slice(0, -1),
      `${secret}x`,
      secret.toUpperCase(),
      known?.entry.hash ?? '',
    ];
    for (const word of wrong) expect(ring.find(word)).toBeNull();
  });
});

describe('createSecret', () => {
  it('makes words of 256 bits that need no quoting', () => {
    const secrets = Array.from({ length: 100 }, createSecret);
    expect(new Set(secrets).size).toBe(100);
    for (const secret of secrets) expect(secret).toMatch(/^quept_[\w-]{43}$/);
  });
});
