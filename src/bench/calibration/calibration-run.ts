import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The command line, seen from dist/bench/calibration. */
const CLI = join(fileURLToPath(new URL('../../cli/', import.meta.url)), 'main.js');
const SAMPLE_EVERY_MS = 250;

export interface CalibrationRun {
  /** Of each stage: the blocks, then the head. */
  readonly stageMs: readonly number[];
  /** Of the learning, streams and checkpoints included. */
  readonly learningMs: number;
  readonly runtimeShare: number;
  /** From the start of the process to its end, the ladder's measurement included. */
  readonly wallMs: number;
  /** Peak resident memory while the blocks were calibrated, and of the whole run; null where the system does not tell. */
  readonly blockPeakBytes: number | null;
  readonly peakBytes: number | null;
}

/** Runs `quept calibrate` in a process of its own and watches its time and memory. */
export async function runCalibration(args: readonly string[], blocks: number): Promise<CalibrationRun> {
  const begun = performance.now();
  const child = spawn(process.execPath, [CLI, 'calibrate', ...args, '--json'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
  const peaks = { block: null as number | null, all: null as number | null };
  let inHead = false;
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    process.stderr.write(text);
    if (text.includes(`block ${blocks + 1} of`)) inHead = true;
  });
  const sampling = setInterval(async () => {
    const peak = await peakOf(child.pid);
    if (peak === null) return;
    peaks.all = Math.max(peak, peaks.all ?? 0);
    if (!inHead) peaks.block = peaks.all;
  }, SAMPLE_EVERY_MS);
  let text = '';
  for await (const piece of child.stdout.setEncoding('utf8')) text += piece;
  const code = await closed;
  clearInterval(sampling);
  if (code !== 0) throw new Error(`quept calibrate ended with ${code}`);
  const { timing } = JSON.parse(text) as {
    timing: { stageMs: number[]; totalMs: number; runtimeShare: number };
  };
  return {
    stageMs: timing.stageMs,
    learningMs: timing.totalMs,
    runtimeShare: timing.runtimeShare,
    wallMs: performance.now() - begun,
    blockPeakBytes: peaks.block,
    peakBytes: peaks.all,
  };
}

async function peakOf(pid: number | undefined): Promise<number | null> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  return kibibytes === undefined ? null : 1024 * Number(kibibytes);
}
