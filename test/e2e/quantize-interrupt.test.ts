import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { spawnCli } from '../support/spawn-server.ts';
import { writeTinyCheckpoint } from '../support/tiny-checkpoint.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quept-interrupt-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it('[L3] an interrupted quantize leaves nothing behind', async () => {
  const checkpoint = join(folder, 'model');
  // Large enough that the run is caught in the middle: some 7 M weights.
  await writeTinyCheckpoint(checkpoint, { sizes: { hiddenSize: 512, intermediateSize: 1024, layers: 3 } });
  // As under `npm start`, where the terminal signals the process and npm does so again.
  const env = { npm_lifecycle_event: 'start' };
  const cli = await spawnCli(['quantize', checkpoint, join(folder, 'artefact')], { env });
  const halfMade: Promise<string[]> = new Promise((resolve) => {
    cli.child.stderr?.on('data', () => {
      if (cli.child.killed || !/quantizing: \d/.test(cli.stderr())) return;
      resolve(readdir(folder));
      cli.child.kill('SIGINT');
      cli.child.kill('SIGINT');
    });
  });
  const { code } = await cli.exited;
  expect(cli.stderr()).toMatch(/^quept: .*interrupted/m);
  expect(code).toBe(130);
  // Something was there to be removed.
  expect(await halfMade).toHaveLength(2);
  expect(await readdir(folder)).toEqual(['model']);
});
