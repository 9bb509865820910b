import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RecordingFile } from '../../../src/gateway/recording-file.ts';
import { eventually } from '../../support/eventually.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quept-recording-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the file of a recording', () => {
  it('is gone on with by the next engine, up to its limit over all of them, and says so once', async () => {
    const path = join(folder, 'run.jsonl');
    const told: string[] = [];
    const first = new RecordingFile({ path, maxBytes: 12 }, (reason) => told.push(reason));
    first.write('abc');
    await first.close();
    const second = new RecordingFile({ path, maxBytes: 12 }, (reason) => told.push(reason));
    second.write('déf');
    expect(told).toEqual([]);
    second.write('ghi');
    // Shorter, but behind a gap.
    second.write('');
    await second.close();
    expect(readFileSync(path, 'utf8')).toBe('abc\ndéf\n');
    expect(told).toEqual([expect.stringMatching(/run\.jsonl has ended: .* 12 bytes \(--record-max-bytes\)/)]);
  });

  it('goes on behind the last whole line, however long what was being written when its engine was killed', async () => {
    const path = join(folder, 'run.jsonl');
    for (const [left, then] of [
      ['abc\ndé', 'abc\nghi\n'],
      [`abc\n${'x'.repeat(200_000)}`, 'abc\nghi\n'],
      ['abc', 'ghi\n'],
    ] as const) {
      writeFileSync(path, left);
      const file = new RecordingFile({ path, maxBytes: 1e9 }, () => {});
      file.write('ghi');
      await file.close();
      expect(readFileSync(path, 'utf8')).toBe(then);
    }
  });

  it('that cannot be written ends the recording and nothing else', async () => {
    const told: string[] = [];
    const file = new RecordingFile({ path: folder, maxBytes: 1e9 }, (reason) => told.push(reason));
    file.write('abc');
    await eventually(() => told.length > 0);
    file.write('def');
    await file.close();
    expect(told).toEqual([expect.stringContaining('EISDIR')]);
  });
});
