import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseResult } from '../../src/bench/index.ts';
import { eventually } from '../support/eventually.ts';
import { type ServerProcess, spawnCli, spawnServer } from '../support/spawn-server.ts';
import { type TinyArtefact, writeTinyArtefact } from '../support/tiny-artefact.ts';

let artefact: TinyArtefact;
let server: ServerProcess;

beforeAll(async () => {
  artefact = await writeTinyArtefact({ contextLength: 256 });
  server = await spawnServer(artefact.directory, ['--slots', '4']);
});
afterAll(async () => {
  await server?.kill();
  await artefact?.remove();
});

async function bench(...args: string[]) {
  const cli = await spawnCli(['bench', ...args, '--url', server.url]);
  const { code } = await cli.exited;
  return { code, stdout: cli.stdout(), stderr: cli.stderr() };
}

describe('quept bench against quept serve', () => {
  it('measures the open loop: all answers whole, prompts of their length, precision by token', async () => {
    const { code, stdout, stderr } = await bench(
      ...[
        'open',
        '--rate',
        '15',
        '--seconds',
        '1',
        '--warmup',
        '0.2',
        '--prompt-tokens',
        '60',
        '--output-tokens',
        '12',
      ],
      ...['--tiers', 'priority:1,flex:1', '--ttft', '20000', '--tpot', '5000', '--slo-headers', '--json'],
    );
    expect(stderr).not.toContain('quept:');
    expect(code).toBe(0);
    const result = parseResult(stdout, 'stdout');
    const [run] = result.kind === 'open' ? result.runs : [];
    if (run === undefined) throw new Error('there is a run');
    expect(result.target).toMatchObject({ model: 'tiny', contextLength: 256 });
    expect(run).toMatchObject({ scheduled: 15, met: 15, attainment: 1, faults: {} });
    expect(run.tokens).toMatchObject({
      output: 180,
      countedBy: 'usage',
      outputMean: 12,
      shorterThanAsked: 0,
    });
    // Its tokenizer may have no word of one token.
    expect(Math.abs((run.tokens.promptMean ?? 0) - 60)).toBeLessThan(5);
    const tokens = run.precision?.configs.reduce((sum, config) => sum + config.tokens, 0);
    expect(tokens).toBe(180);
    expect(run.averageBits).toBeGreaterThanOrEqual(4);
    expect(run.tiers.map(({ tier, servedAs }) => [tier, Object.keys(servedAs)])).toEqual([
      ['priority', ['priority']],
      ['flex', ['flex']],
    ]);
  });

  it('measures every endpoint', async () => {
    const { code, stdout, stderr } = await bench(
      ...[
        'closed',
        '--seconds',
        '0.3',
        '--warmup',
        '0',
        '--connections',
        '2',
        '--output-tokens',
        '4',
        '--json',
      ],
    );
    expect([code, stderr.includes('left out')]).toEqual([0, false]);
    const { runs } = parseResult(stdout, 'stdout');
    const told = runs.map((run) => ('endpoint' in run ? run : null));
    expect(told.map((run) => run?.endpoint)).toEqual([
      'chat',
      'chat-stream',
      'completions',
      'completions-stream',
      'responses',
      'responses-stream',
      'tokenize',
      'detokenize',
      'models',
      'precision',
      'health',
      'metrics',
    ]);
    for (const run of told) {
      expect(run?.completed, run?.endpoint).toBeGreaterThan(0);
      expect([run?.broken, Object.keys(run?.statuses ?? {})], run?.endpoint).toEqual([0, ['200']]);
    }
    const perAnswer = told
      .slice(0, 6)
      .map((run) => (run?.outputTokensPerSecond ?? 0) / (run?.requestsPerSecond ?? 1));
    for (const tokens of perAnswer) expect(tokens).toBeCloseTo(4, 6);
  });

  it('[L3] interrupted, tells and writes what was measured until then, and ends with 130', async () => {
    const out = join(artefact.directory, '..', 'result.json');
    const cli = await spawnCli([
      'bench',
      'open',
      '--rate',
      '20',
      '--seconds',
      '60',
      '--warmup',
      '0',
      '--out',
      out,
      '--url',
      server.url,
    ]);
    await eventually(() => cli.stderr().includes('learning what words cost'));
    await sleep(1500);
    cli.child.kill('SIGINT');
    const { code } = await cli.exited;
    expect(code).toBe(130);
    expect(cli.stderr()).toContain('interrupted: the result is of what was measured until then');
    expect(cli.stdout()).toMatch(/^tiny: tiny at \S+, interrupted$/m);
    const result = parseResult(await readFile(out, 'utf8'), out);
    expect(result.interrupted).toBe(true);
    const [run] = result.kind === 'open' ? result.runs : [];
    expect(run?.scheduled).toBeGreaterThan(0);
    expect(run?.scheduled).toBeLessThan(1200);
    expect(run?.seconds).toBeLessThan(60);
  });
});
