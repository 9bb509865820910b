import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../../../src/cli/run-cli.ts';
import { configJsonSchema } from '../../../src/config/index.ts';

let folder: string;
let good: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quept-check-'));
  good = join(folder, 'good.yaml');
  await writeFile(good, 'slots: 3\nkeys: k.json\nredisUrl: redis://:hunter2@host\n');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function quept(...args: string[]) {
  const said = { out: '', err: '' };
  const exitCode = await runCli(args, {
    stdout: { write: (text: string) => (said.out += text) },
    stderr: { write: (text: string) => (said.err += text) },
  });
  return { exitCode, ...said };
}

describe('quept config', () => {
  it('[L1] check shows what holds and where it comes from, and no secret', async () => {
    const text = await quept('config', 'check', good, '--port', '9000');
    expect([text.exitCode, text.err]).toEqual([0, '']);
    expect(text.out).toMatch(/^port +9000 +flag --port$/m);
    expect(text.out).toMatch(/^slots +3 +file .*good\.yaml:1$/m);
    expect(text.out).toMatch(/^redisUrl +\[secret\] +file .*good\.yaml:3$/m);
    expect(text.out).toMatch(/^contextLength +\(the model's\) +default$/m);
    expect(await quept('config', 'check', '--config', good, '--port', '9000')).toEqual(text);
    const json = await quept('config', 'check', '--json', good);
    expect(JSON.parse(json.out)).toMatchObject({
      file: good,
      settings: { slots: { value: 3, origin: `file ${good}:1` }, redisUrl: { value: '[secret]' } },
      unknownVariables: [],
    });
    expect(text.out + json.out).not.toContain('hunter2');
  });

  it('[L2] check ends with 2 and every fault', async () => {
    const path = join(folder, 'bad.yaml');
    await writeFile(path, 'slots: 0\nprot: 1\nredisUrl: [hunter2]\n');
    const { exitCode, out, err } = await quept('config', 'check', path);
    expect([exitCode, out]).toEqual([2, '']);
    expect(err.trimEnd().split('\n')).toHaveLength(5);
    expect(err).not.toContain('hunter2');
  });

  it('schema prints the schema', async () => {
    const { exitCode, out } = await quept('config', 'schema');
    expect(exitCode).toBe(0);
    expect(JSON.parse(out)).toEqual(JSON.parse(JSON.stringify(configJsonSchema())));
  });
});
