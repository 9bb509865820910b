import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSecret } from '../../../src/access/index.ts';
import { KeyStore } from '../../../src/access/key-store.ts';
import { createLogger } from '../../../src/observability/index.ts';
import { newKey } from '../../support/api-key.ts';
import { eventually } from '../../support/eventually.ts';

let folder: string;
let path: string;
let lines: string[];
let store: KeyStore | null;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quept-keys-'));
  path = join(folder, 'keys.json');
  lines = [];
  store = null;
});
afterEach(() => {
  store?.close();
  rmSync(folder, { recursive: true });
});

const first = newKey('first', {});
const second = newKey('second', {});

function write(...keys: readonly object[]): void {
  writeFileSync(path, JSON.stringify({ keys }));
}

function open(entries: unknown = null): KeyStore {
  const logger = createLogger({ level: 'debug', destination: { write: (line) => lines.push(line) } });
  store = new KeyStore({ path, entries, logger });
  return store;
}

describe('KeyStore', () => {
  it('knows the keys of the file and of the settings', () => {
    write(first.entry);
    const keys = open([second.entry]);
    expect([keys.ring.find(first.secret)?.id, keys.ring.find(second.secret)?.id]).toEqual([
      'first',
      'second',
    ]);
  });

  it('reads a changed file again, replaced ones too', async () => {
    write(first.entry);
    const keys = open();
    keys.watch(5);
    write(first.entry, second.entry);
    await eventually(() => keys.ring.find(second.secret) !== null);
    writeFileSync(join(folder, 'next'), JSON.stringify({ keys: [second.entry] }));
    renameSync(join(folder, 'next'), path);
    await eventually(() => keys.ring.find(first.secret) === null);
    expect(lines.filter((line) => line.includes('loaded again')).length).toBeGreaterThanOrEqual(2);
  });

  it('[U5] keeps the keys when the file becomes faulty or goes, says so once, and takes the repaired one', async () => {
    write(first.entry);
    const keys = open();
    keys.watch(5);
    const secret = createSecret();
    writeFileSync(path, `{ "keys": [${secret}`);
    await eventually(() => lines.some((line) => line.includes('not JSON')));
    expect(() => keys.reload()).toThrow('not JSON');
    expect(keys.ring.find(first.secret)?.id).toBe('first');
    rmSync(path);
    await eventually(() => lines.some((line) => line.includes('there is no file')));
    expect(keys.ring.find(first.secret)?.id).toBe('first');
    write(second.entry);
    await eventually(() => keys.ring.find(second.secret) !== null);
    expect(lines.filter((line) => line.includes('not JSON'))).toHaveLength(1);
    expect(lines.join('')).not.toContain(secret);
  });

  it.each([
    ['[]', 'must hold'],
    ['{ "keys": [], "more": 1 }', 'must hold'],
    ['{ "keys": [] }', 'empty'],
    ['{ "keys": [ }', 'not JSON'],
  ])('does not start with %s', (text, fault) => {
    writeFileSync(path, text);
    expect(() => open()).toThrow(fault);
  });

  it('does not start without its file, nor with an id in both places', () => {
    expect(() => open()).toThrow('there is no file');
    write(first.entry);
    expect(() => open([{ ...second.entry, id: 'first' }])).toThrow("'first' is also in");
  });
});
