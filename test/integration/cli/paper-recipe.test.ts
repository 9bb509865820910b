import { cp, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli } from '../../../src/cli/run-cli.ts';
import { writeTinyCheckpoint } from '../../support/tiny-checkpoint.ts';

let folder: string;
let checkpoint: string;
let text: string;
/** What `calibrate --recipe paper` makes of the checkpoint. */
let simulation: string;
let made: Awaited<ReturnType<typeof run>>;

const CALIBRATE = ['--recipe', 'paper', '--sequences', '8', '--length', '16', '--epochs', '3', '--json'];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quept-paper-cli-'));
  [checkpoint, text, simulation] = ['checkpoint', 'text.txt', 'paper'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  await writeTinyCheckpoint(checkpoint, { sizes: { contextLength: 64 } });
  await writeFile(text, 'Once there was a plane upon a plane. '.repeat(12));
  made = await run('calibrate', checkpoint, simulation, '--data', text, ...CALIBRATE);
});
afterAll(() => rm(folder, { recursive: true }));

async function run(...args: string[]) {
  const said = { stdout: '', stderr: '' };
  const code = await runCli(args, {
    stdout: { write: (piece) => (said.stdout += piece) },
    stderr: { write: (piece) => (said.stderr += piece) },
  });
  return { code, ...said };
}

interface Quality {
  readonly perplexity: number;
  readonly kl: number;
  readonly top1Agreement: number;
}

describe('quept calibrate --recipe paper', () => {
  test('[L1] makes a simulated quantization and prints it as JSON', async () => {
    expect(made.code, made.stderr).toBe(0);
    expect(JSON.parse(made.stdout)).toMatchObject({
      directory: simulation,
      name: 'checkpoint',
      groups: [[2], [3, 4], [5, 6], [7, 8]],
      ranks: [48, 48, 32, 16],
      provenance: { sourceName: 'checkpoint', sourcePath: '../checkpoint' },
    });
    expect(made.stderr).toMatch(/calibrating: 100 %/);
    expect(made.stderr).toMatch(/rows of qkv, o, gate_up, down hold no more than 128 weights/);
    expect(await readdir(folder)).toEqual(expect.not.arrayContaining([expect.stringMatching(/^\./)]));
  });

  test.each([
    ['--planes', '4,4'],
    ['--block', '32'],
    ['--zero-points', 'on'],
    ['--cascade', 'fused'],
    ['--live-ranks', '8'],
  ])('[L2] refuses %s, which means nothing there', async (option, value) => {
    const args = ['calibrate', checkpoint, join(folder, 'x'), '--data', text, '--recipe', 'paper'];
    const { code, stderr } = await run(...args, option, value);
    expect(code).toBe(2);
    expect(stderr).toMatch(`quept: ${option}: means nothing with --recipe paper.`);
  });

  test.each([
    [
      'groups without the recipe',
      ['--paper-groups', '2;3,4'],
      /--paper-groups: means nothing with --recipe planes/,
    ],
    ['another recipe', ['--recipe', 'soup'], /Allowed choices are planes, paper/],
    [
      'a width twice',
      ['--recipe', 'paper', '--paper-groups', '2,3;3'],
      /--paper-groups: must name .*2;3,4;5,6;7,8/,
    ],
    ['no numbers', ['--recipe', 'paper', '--paper-groups', '2;x'], /--paper-groups.*whole number/],
    ['ranks that ascend', ['--recipe', 'paper', '--ranks', '8,8,8,16'], /--ranks: .*do not ascend/],
    ['a rank too few', ['--recipe', 'paper', '--ranks', '8,8,8'], /--ranks: must name one rank per group: 4/],
    ['too high a rank', ['--recipe', 'paper', '--ranks', '65,8,8,8'], /--ranks: must name at most 64/],
  ])('[L2] refuses %s', async (_, args, reason) => {
    const { code, stderr } = await run('calibrate', checkpoint, join(folder, 'x'), '--data', text, ...args);
    expect(code).toBe(2);
    expect(stderr).toMatch(reason);
  });

  test('does not replace one without --force', async () => {
    const { code, stderr } = await run('calibrate', checkpoint, simulation, '--data', text, ...CALIBRATE);
    expect(code).toBe(2);
    expect(stderr).toMatch(/already holds .*--force/);
  });
});

describe('quept eval --widths', () => {
  test('judges every width, learned and not, against the checkpoint it was learned on', async () => {
    const widths = ['--widths', '2,3,4,5,6,7,8'];
    const { code, stdout, stderr } = await run('eval', simulation, '--data', text, ...widths, '--json');
    expect(code, stderr).toBe(0);
    const document = JSON.parse(stdout);
    expect(document).toMatchObject({ model: 'checkpoint', reference: 'full precision', baseline: 'min-max' });
    expect(
      document.widths.map(({ width, group, rank }: Record<string, unknown>) => [width, group, rank]),
    ).toEqual([
      [2, [2], 48],
      [3, [3, 4], 48],
      [4, [3, 4], 48],
      [5, [5, 6], 32],
      [6, [5, 6], 32],
      [7, [7, 8], 16],
      [8, [7, 8], 16],
    ]);
    const learned: Quality[] = document.widths;
    const plain: Quality[] = document.widths.map(({ baseline }: { baseline: Quality }) => baseline);
    for (const judged of [learned, plain]) {
      for (let i = 0; i + 2 < judged.length; i++) expect(judged[i + 2]!.kl).toBeLessThan(judged[i]!.kl);
      expect(judged[6]!.kl).toBeLessThan(judged[0]!.kl / 20);
      expect(judged[6]!.top1Agreement).toBeGreaterThan(0.8);
      expect(Math.abs(judged[6]!.perplexity / document.referencePerplexity - 1)).toBeLessThan(0.2);
    }
    expect(learned[0]!.kl).not.toBe(plain[0]!.kl);
  });

  test('shows a table with a row for each width', async () => {
    const { stdout } = await run('eval', simulation, '--data', text, '--widths', '8,2');
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).toMatch(/judged against full precision .*min-max: the same grid/);
    expect(lines.slice(2).map((line) => line.trim().split(/\s+/).slice(0, 3))).toEqual([
      ['8', '7,8', '16'],
      ['2', '2', '48'],
    ]);
  });

  test('finds the checkpoint where it is told, and accepts no other', async () => {
    const moved = join(folder, 'moved');
    await rename(checkpoint, moved);
    const evaluate = (...more: string[]) =>
      run('eval', simulation, '--data', text, '--widths', '8', '--json', ...more);
    try {
      const lost = await evaluate();
      expect(lost.code).toBe(2);
      expect(lost.stderr).toMatch(/checkpoint that this was learned on is not at .*--reference/);
      expect((await evaluate('--reference', moved)).code).toBe(0);
      const other = join(folder, 'other');
      await writeTinyCheckpoint(other, { seed: 2, sizes: { contextLength: 64 } });
      const refused = await evaluate('--reference', other);
      expect(refused.code).toBe(2);
      expect(refused.stderr).toMatch(/--reference: .*other is not the checkpoint/);
    } finally {
      await rename(moved, checkpoint);
    }
  });

  test.each([
    [
      'a width it was not calibrated for',
      ['--widths', '4,9'],
      2,
      /--widths: .*not calibrated for 9 bits, only for 2, 3/,
    ],
    ['no widths', [], 1, /is a simulated quantization.*not to be served.*--widths/],
  ])('[L2] refuses %s', async (_, args, exitCode, reason) => {
    const { code, stdout, stderr } = await run('eval', simulation, '--data', text, ...args);
    expect([code, stdout]).toEqual([exitCode, '']);
    expect(stderr).toMatch(reason);
  });

  test('[L2] refuses an artefact, whose rungs are its own', async () => {
    const artefact = join(folder, 'artefact');
    expect((await run('quantize', checkpoint, artefact)).code).toBe(0);
    const { code, stderr } = await run('eval', artefact, '--data', text, '--widths', '4');
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^quept: --widths: .*artefact is not what 'quept calibrate --recipe paper' makes/m,
    );
  });
});

test.each([
  ['inspect', (directory: string) => ['inspect', directory]],
  ['serve', (directory: string) => ['serve', '--model', directory, '--port', '0', '--log-level', 'silent']],
  ['generate', (directory: string) => ['generate', directory, '--prompt', 'x']],
])('%s says what it is and what to do with it', async (_, args) => {
  const { code, stdout, stderr } = await run(...args(simulation));
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(/is a simulated quantization, made by 'quept calibrate --recipe paper'.*quept eval/);
});

test('an artefact may take its place with --force', async () => {
  const copy = join(folder, 'copy');
  await cp(simulation, copy, { recursive: true });
  expect((await run('quantize', checkpoint, copy)).stderr).toMatch(/--force/);
  expect((await run('quantize', checkpoint, copy, '--force')).code).toBe(0);
  expect((await run('inspect', copy)).code).toBe(0);
});
