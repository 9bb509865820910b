import { createHash } from 'node:crypto';
import { cp, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  type CalibrateOptions,
  type CalibrateProgress,
  calibrateCheckpoint,
  workDirectory,
} from '../../../src/calibration/index.ts';
import { openArtefact, WEIGHTS_FILE } from '../../../src/quant/index.ts';
import { seededUniform } from '../../support/seeded-random.ts';
import { randomSequences, type TinyCalibration, tinyCalibration } from './tiny-calibration.ts';

let tiny: TinyCalibration;
let out: string;
/** SHA-256 of the weights of a run that nothing interrupted. */
let uninterrupted: string;
/** A copy of what a run leaves that was interrupted in its second stage. */
let begun: string;
/** Steps of learning: two epochs over two batches in each of two stages. */
const STEPS = 8;

beforeAll(async () => {
  tiny = await tinyCalibration();
  out = join(tiny.folder, 'artefact');
  await calibrate();
  uninterrupted = await weightsDigest();
  await rm(out, { recursive: true });
  await interrupted(atStep(6));
  begun = await mkdtemp(join(tmpdir(), 'quept-begun-'));
  await cp(workDirectory(out), begun, { recursive: true });
});
afterAll(async () => {
  await tiny.remove();
  await rm(begun, { recursive: true });
});
beforeEach(async () => {
  await rm(out, { recursive: true, force: true });
  await rm(workDirectory(out), { recursive: true, force: true });
});

const calibrate = (overrides: Partial<CalibrateOptions> = {}) =>
  calibrateCheckpoint(tiny.source, out, tiny.options(overrides));

async function weightsDigest(directory = out): Promise<string> {
  return createHash('sha256')
    .update(await readFile(join(directory, WEIGHTS_FILE)))
    .digest('hex');
}

/** Runs until `stop` says so at a report of progress. */
async function interrupted(
  stop: (progress: CalibrateProgress) => boolean,
  overrides: Partial<CalibrateOptions> = {},
): Promise<void> {
  const abort = new AbortController();
  const onProgress = (progress: CalibrateProgress) => {
    if (stop(progress)) abort.abort();
  };
  await expect(calibrate({ ...overrides, onProgress, signal: abort.signal })).rejects.toThrow(/aborted/);
}

const atStep = (step: number) => (progress: CalibrateProgress) =>
  progress.phase === 'learning' && progress.done === step;
const inLadder = (progress: CalibrateProgress) => progress.phase === 'ladder' && progress.done > 3;

/** Nothing stands where the artefact shall be, and nothing that a run left beside it can be opened as one. */
async function expectNothingLoadable(): Promise<void> {
  const left = await readdir(tiny.folder, { recursive: true, withFileTypes: true });
  const folders = left
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name));
  expect(folders).not.toContain(out);
  for (const folder of folders) {
    await expect(openArtefact(folder, { verify: false }), folder).rejects.toMatchObject({
      code: 'invalid_artefact',
    });
  }
}

const stored = () => readdir(workDirectory(out)).catch(() => null);

const storedAfter = (doneStages: number): string[] => [
  'progress.json',
  'run.json',
  ...Array.from({ length: doneStages }, (_, stage) => `stage-${stage}.bin`),
  `streams-${doneStages}.f32`,
];

/** As `interrupted` in the second stage leaves it, without the work. */
const layBegunRun = () => cp(begun, workDirectory(out), { recursive: true });

describe('a calibration', () => {
  test('[Q1] of the same seed is the same bit for bit, of another seed another', async () => {
    await calibrate();
    expect(await weightsDigest()).toBe(uninterrupted);
    await calibrate({ force: true, seed: 2 });
    expect(await weightsDigest()).not.toBe(uninterrupted);
  });

  test('[Q1] [Q2] interrupted at any step or while measuring, and resumed, equals one that was not', async () => {
    const uniform = seededUniform(11);
    const within = 1 + Math.floor(3 * uniform());
    const stops: [number, (progress: CalibrateProgress) => boolean][] = [
      [0, atStep(within)],
      [1, atStep(STEPS / 2)],
      [1, atStep(STEPS / 2 + within)],
      [2, atStep(STEPS)],
      [2, inLadder],
    ];
    for (const [doneStages, stop] of stops) {
      await interrupted(stop);
      await expectNothingLoadable();
      // A stage counts when it is whole; before the first, nothing is kept.
      expect(await stored()).toEqual(doneStages === 0 ? null : storedAfter(doneStages));
      if (doneStages === 0) continue;
      await calibrate({ resume: true });
      expect(await weightsDigest()).toBe(uninterrupted);
      expect(await readdir(tiny.folder)).toEqual(['artefact', 'checkpoint']);
      await rm(out, { recursive: true });
    }
  });

  test('[Q1] a resumed run learns only what is missing, and may be interrupted again', async () => {
    await layBegunRun();
    const seen: number[] = [];
    await interrupted(
      (progress) => {
        if (progress.phase === 'learning') seen.push(progress.done);
        return progress.phase === 'learning' && progress.done === 7;
      },
      { resume: true },
    );
    expect(seen).toEqual([5, 6, 7]);
    await calibrate({ resume: true });
    expect(await weightsDigest()).toBe(uninterrupted);
  });

  test('an interruption leaves the artefact that it was to replace', async () => {
    await calibrate();
    for (const stop of [atStep(2), inLadder]) await interrupted(stop, { force: true, seed: 3 });
    expect(await weightsDigest()).toBe(uninterrupted);
    await (await openArtefact(out, { verify: true })).close();
    await calibrate({ force: true, seed: 3, resume: true });
    expect(await weightsDigest()).not.toBe(uninterrupted);
    expect(await stored()).toBeNull();
  });

  test('a run that begins afresh drops what an earlier one left, and one may resume what was never begun', async () => {
    await layBegunRun();
    await interrupted(atStep(2));
    expect(await stored()).toBeNull();
    await calibrate({ resume: true });
    expect(await weightsDigest()).toBe(uninterrupted);
  });
});

describe('while another process calibrates to the same place', () => {
  const lock = () => `${workDirectory(out)}.lock`;

  test.each([false, true])('a run is refused and changes nothing (resume: %s)', async (resume) => {
    await layBegunRun();
    const before = await stored();
    await writeFile(lock(), String(process.ppid));
    await expect(calibrate({ resume })).rejects.toMatchObject({
      code: 'invalid_usage',
      message: expect.stringContaining(`process ${process.ppid}`),
    });
    expect(await stored()).toEqual(before);
    expect(await readFile(lock(), 'utf8')).toBe(String(process.ppid));
    await rm(lock());
  });

  test.each(['', '4194305', 'nonsense'])('unless that one is gone (%j)', async (holder) => {
    await writeFile(lock(), holder);
    await interrupted(atStep(6));
    expect(await stored()).not.toBeNull();
    await expect(readFile(lock())).rejects.toThrow('ENOENT');
    await calibrate({ resume: true });
    await expect(readFile(lock())).rejects.toThrow('ENOENT');
    expect(await weightsDigest()).toBe(uninterrupted);
  });
});

describe('resuming', () => {
  test('with other options, text or checkpoint is refused by name, and the work is kept', async () => {
    await layBegunRun();
    const before = await stored();
    const { provenance } = tiny.options();
    const others: [Partial<CalibrateOptions>, string][] = [
      [{ epochs: 3 }, 'epochs'],
      [{ seed: 2 }, 'seed'],
      [{ liveRanks: [2, 4] }, 'liveRanks'],
      [{ clipping: false, mergeTokens: false }, 'clipping, mergeTokens'],
      [{ provenance: { ...provenance, sourceSha256: '0'.repeat(64) } }, 'sourceSha256'],
      [{ provenance: { ...provenance, dataSha256: '0'.repeat(64) } }, 'dataSha256'],
      [{ sequences: randomSequences(8, 12, 70, 9) }, 'tokensSha256'],
    ];
    for (const [overrides, fields] of others) {
      await expect(calibrate({ ...overrides, resume: true })).rejects.toMatchObject({
        code: 'invalid_usage',
        message: expect.stringMatching(
          new RegExp(`^--resume: .* other options, text or checkpoint \\(${fields}\\)\\. Repeat the command`),
        ),
      });
    }
    expect(await stored()).toEqual(before);
  });

  test.each([
    [
      'a stage that was cut short',
      'stage-0.bin',
      (path: string) => truncate(path, 100),
      /it has 100 bytes, not \d+/,
    ],
    ['an empty stage', 'stage-0.bin', (path: string) => truncate(path, 0), /it has 0 bytes/],
    ['a stage with other bytes', 'stage-0.bin', flipByte, /its contents have changed/],
    ['streams with other bytes', 'streams-1.f32', flipByte, /its contents have changed/],
    ['streams that are gone', 'streams-1.f32', (path: string) => rm(path), /it cannot be read \(ENOENT\)/],
    [
      'progress that was cut short',
      'progress.json',
      (path: string) => truncate(path, 30),
      /it is not what was written/,
    ],
    ['empty progress', 'progress.json', (path: string) => truncate(path, 0), /it is not what was written/],
    [
      'progress of another kind',
      'progress.json',
      (path: string) => writeFile(path, '{"doneStages":1,"files":{}}'),
      /it is not what was written/,
    ],
  ])('from %s is refused with file and remedy, and nothing is deleted', async (_, name, damage, fault) => {
    await layBegunRun();
    await damage(join(workDirectory(out), name));
    const before = await stored();
    await expect(calibrate({ resume: true })).rejects.toMatchObject({
      code: 'invalid_usage',
      message: expect.stringMatching(
        new RegExp(`^--resume: .*${name} is damaged: ${fault.source}.*Leave --resume out`),
      ),
    });
    expect(await stored()).toEqual(before);
  });

  test('a work directory whose run is not readable is refused, and its work is kept', async () => {
    await layBegunRun();
    await truncate(join(workDirectory(out), 'run.json'), 10);
    await expect(calibrate({ resume: true })).rejects.toMatchObject({
      message: expect.stringMatching(/^--resume: .*Leave|leave --resume out/),
    });
    expect(await stored()).toContain('stage-0.bin');
  });

  test('what a killed run had begun to write is cleared away and written again', async () => {
    await layBegunRun();
    const work = workDirectory(out);
    await writeFile(join(work, 'stage-1.bin.partial'), 'half');
    await writeFile(join(work, 'stage-1.bin'), 'whole, but not counted yet');
    await interrupted(atStep(7), { resume: true });
    expect(await stored()).toEqual(storedAfter(1));
    await calibrate({ resume: true });
    expect(await weightsDigest()).toBe(uninterrupted);
  });
});

async function flipByte(path: string): Promise<void> {
  const bytes = await readFile(path);
  bytes[bytes.length >> 1]! ^= 1;
  await writeFile(path, bytes);
}
