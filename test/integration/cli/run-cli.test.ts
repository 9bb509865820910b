import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../../../src/cli/run-cli.ts';
import { writeTinyCheckpoint } from '../../support/tiny-checkpoint.ts';

let folder: string;
let checkpoint: string;
let artefact: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quept-cli-'));
  checkpoint = join(folder, 'tiny');
  artefact = join(folder, 'tiny-q');
  await writeTinyCheckpoint(checkpoint);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function quept(...args: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const exitCode = await runCli(args, {
    stdout: { write: (text: string) => out.push(text) },
    stderr: { write: (text: string) => err.push(text) },
  });
  return { exitCode, out: out.join(''), err: err.join('') };
}

describe('quept', () => {
  it('[L2] teaches with --help and ends with 0', async () => {
    const { exitCode, out, err } = await quept('--help');
    expect([exitCode, err]).toEqual([0, '']);
    for (const command of ['serve', 'quantize', 'generate', 'eval', 'inspect']) {
      expect(out).toMatch(new RegExp(`^ {2}${command} `, 'm'));
    }
    expect(out).toContain('Exit codes: 0 done, 1 failed, 2 wrong usage');
  });

  it.each(['serve', 'quantize', 'generate', 'eval', 'inspect'])(
    'shows examples in the help of %s',
    async (command) => {
      const { exitCode, out } = await quept(command, '--help');
      expect(exitCode).toBe(0);
      expect(out).toContain(`$ quept ${command} `);
      expect(out).toContain('--json');
    },
  );

  it('helps with a command by name', async () => {
    expect(await quept('help', 'inspect')).toMatchObject({
      exitCode: 0,
      out: expect.stringContaining('--no-verify'),
    });
  });

  it('prints its version', async () => {
    expect(await quept('--version')).toEqual({
      exitCode: 0,
      out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
      err: '',
    });
  });

  it.each([
    ['nothing', [], 'Usage: quept'],
    ['an unknown command', ['inspct'], "unknown command 'inspct'"],
    ['an unknown option', ['inspect', '--fast', 'x'], "unknown option '--fast'"],
    ['a missing argument', ['inspect'], "missing required argument 'model'"],
    ['too many arguments', ['inspect', 'a', 'b'], 'too many arguments'],
    ['an option without its value', ['quantize', 'a', 'b', '--planes'], "'--planes <bits>' argument missing"],
    [
      'a value of the wrong kind',
      ['quantize', 'a', 'b', '--block', 'big'],
      "'--block <weights>' argument 'big' is invalid",
    ],
    [
      'a value outside the choices',
      ['quantize', 'a', 'b', '--zero-points', 'maybe'],
      'Allowed choices are auto, on, off',
    ],
  ])('[L2] answers %s with 2 and a reason on stderr', async (_, args, reason) => {
    const { exitCode, out, err } = await quept(...args);
    expect([exitCode, out]).toEqual([2, '']);
    expect(err).toContain(reason);
    if (args.length > 0) expect(err).toMatch(/^quept: .*\n$/);
  });

  it('[L2] tells wrong usage as JSON too', async () => {
    const { exitCode, out } = await quept('inspect', '--json');
    expect(exitCode).toBe(2);
    expect(JSON.parse(out)).toEqual({
      error: { code: 'invalid_usage', message: expect.stringContaining('model') },
    });
  });
});

describe('quept quantize and inspect', () => {
  it('[L1] make an artefact, print it as JSON, and keep progress on stderr', async () => {
    const { exitCode, out, err } = await quept('quantize', checkpoint, artefact, '--block', '32', '--json');
    expect(err).toMatch(/quantizing: 100 %/);
    expect(exitCode).toBe(0);
    const document = JSON.parse(out);
    expect(document).toMatchObject({
      name: 'tiny',
      directory: artefact,
      architecture: { family: 'llama', layers: 2 },
      quantization: { planes: [4, 4], block: 32, cascadeRanks: [] },
      provenance: {
        sourceName: 'tiny',
        sourceSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
        sourcePath: '../tiny',
      },
    });
    expect(document.ladder.map(({ id }: { id: string }) => id)).toEqual(expect.arrayContaining(['q4', 'q8']));
  });

  it('[L1] inspect shows the same artefact, checked to the last byte', async () => {
    const { exitCode, out, err } = await quept('inspect', artefact, '--json');
    expect([exitCode, err]).toEqual([0, '']);
    const document = JSON.parse(out);
    expect(document.checks).toEqual({ manifest: true, tensors: true, digests: true });
    // Planes [4, 4] of equal size: codes, one f32 scale per 32 weights, and zero points where they pay.
    expect(document.bytes.planes[0]).toBeGreaterThanOrEqual(document.linearWeights * (0.5 + 4 / 32));
    const { planes, cascade, embedding, vectors, files } = document.bytes;
    expect(planes[0] + planes[1] + cascade + embedding + vectors).toBeLessThan(files);
  });

  it('inspect prints a page for people', async () => {
    const { out } = await quept('inspect', artefact, '--no-verify');
    for (const title of ['Architecture', 'Planes', 'Ladder', 'Provenance', 'Checks']) {
      expect(out).toMatch(new RegExp(`^${title}$`, 'm'));
    }
    expect(out).toContain('family     llama, 2 layers');
    expect(out).toMatch(/^ {2}q8\s+8\.00\s+0\s+-\s+-$/m);
    expect(out).toContain('not checked (--no-verify)');
  });

  it('[L2] do not overwrite an artefact unless told to', async () => {
    const refused = await quept('quantize', checkpoint, artefact);
    expect(refused.exitCode).toBe(2);
    expect(refused.err).toContain('--force');
    const forced = await quept(
      'quantize',
      checkpoint,
      artefact,
      '--planes',
      '4,2,2',
      '--cascade',
      '4,8',
      '--force',
    );
    expect(forced.err).not.toContain('quept:');
    expect(forced.exitCode).toBe(0);
    expect(forced.out).toContain(`npm start -- --model ${artefact}`);
    expect(forced.out).toMatch(/cascade {4}ranks 4, 8, /);
  });

  it('[L2] refuse what is no model, and leave nothing behind', async () => {
    const before = await readdir(folder);
    expect(await quept('quantize', folder, join(folder, 'new'))).toMatchObject({
      exitCode: 1,
      out: '',
      err: expect.stringContaining('config.json'),
    });
    expect(await quept('quantize', checkpoint, join(folder, 'new'), '--planes', '3')).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('planes'),
    });
    expect(await quept('inspect', checkpoint)).toMatchObject({
      exitCode: 1,
      err: expect.stringContaining('quept quantize'),
    });
    expect(await readdir(folder)).toEqual(before);
  });
});
