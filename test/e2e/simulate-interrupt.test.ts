import { expect, it } from 'vitest';
import { spawnCli } from '../support/spawn-server.ts';

it('[L3] the built program simulates with its own profile, and ends with 130 when interrupted', async () => {
  const endless = [
    '--poisson',
    '--requests',
    '300',
    '--sweep',
    '0.01..1/s:100',
    '--policy',
    'fixed-4,fixed-8',
  ];
  const cli = await spawnCli(['simulate', ...endless, '--json']);
  cli.child.stderr?.on('data', () => {
    if (!cli.child.killed && /fixed-4 at/.test(cli.stderr())) cli.child.kill('SIGINT');
  });
  const { code } = await cli.exited;
  expect(cli.stderr()).toMatch(/^fixed-4 at 0\.0100\/s: [\d.]+ % met all targets$/m);
  expect(cli.stderr()).toMatch(/^quept: interrupted; /m);
  expect(code).toBe(130);
});
