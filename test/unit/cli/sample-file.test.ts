import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CheckedAnswer } from '../../../src/calibration/index.ts';
import { createSampleFile } from '../../../src/cli/evaluate/sample-file.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quept-samples-test-'));
});
afterAll(() => rm(folder, { recursive: true }));

const ANSWER: CheckedAnswer = {
  example: {
    line: 3,
    skill: 'sums',
    prompt: [{ role: 'user', content: '1 + 1' }],
    reference: '2',
    check: { kind: 'number', value: 2 },
  },
  text: 'two\n2',
  finished: true,
  correct: true,
};

describe('createSampleFile', () => {
  test('holds a line an answer, and never touches a file that is there', async () => {
    const path = join(folder, 'kept.jsonl');
    const file = await createSampleFile(path);
    await file.write('q4', [ANSWER, ANSWER]);
    await file.write('q8', [{ ...ANSWER, correct: false }]);
    await file.close();
    const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).config)).toEqual(['q4', 'q4', 'q8']);
    const { example, text, ...verdict } = ANSWER;
    const { check, ...told } = example;
    expect(JSON.parse(lines[0] ?? '')).toEqual({ config: 'q4', ...told, answer: text, ...verdict });
    await expect(createSampleFile(path)).rejects.toMatchObject({ code: 'invalid_usage' });
    expect((await readFile(path, 'utf8')).split('\n')).toHaveLength(4);
  });

  test('is gone when it is discarded', async () => {
    const file = await createSampleFile(join(folder, 'gone.jsonl'));
    await file.write('q4', [ANSWER]);
    expect(await readdir(folder)).toContain('gone.jsonl');
    await file.discard();
    expect(await readdir(folder)).not.toContain('gone.jsonl');
  });

  test('needs a place', async () => {
    await expect(createSampleFile(join(folder, 'absent', 'x'))).rejects.toThrow(/--samples: .*ENOENT/);
  });
});
