import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { median } from '../../numerics/index.ts';
import { machineFacts } from '../engine/machine-facts.ts';
import { SHAPE_135M } from '../engine/shape-135m.ts';
import { textTable } from '../engine/text-table.ts';
import { type CalibrationRun, runCalibration } from './calibration-run.ts';
import { writeRandomCheckpoint } from './random-checkpoint.ts';

// What calibrating a model of 135 million parameters takes, from runs on a few of its blocks.

const USAGE = `Measures time and memory of quept calibrate on a random model of the 135M shape with a few of its 30 blocks.

npm run bench:calibration -- [--blocks 3] [--flags "--quick"] [--json FILE]
`;
/** More than any preset draws from. */
const TEXT_BYTES = 400_000;

async function measure(blocks: number, flags: readonly string[], json: string | null): Promise<void> {
  const folder = join('.cache', 'bench', `calibration-${blocks}`);
  const architecture = { ...SHAPE_135M, layers: blocks };
  await mkdir(folder, { recursive: true });
  const checkpoint = join(folder, 'checkpoint');
  const text = await writeRandomCheckpoint(checkpoint, architecture, TEXT_BYTES);
  const out = join(folder, 'artefact');
  await rm(out, { recursive: true, force: true });
  const run = await runCalibration([checkpoint, out, '--data', text, ...flags], blocks);
  const machine = machineFacts();
  const command = `npm run bench:calibration -- ${process.argv.slice(2).join(' ')}`.trim();
  process.stdout.write(
    `Command: ${command}\nMachine: ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ` +
      `Node ${machine.node}, ONNX Runtime ${machine.onnxRuntime}\n\n${formatRun(run, blocks)}\n`,
  );
  if (json !== null)
    await writeFile(json, `${JSON.stringify({ command, machine, blocks, ...run }, null, 2)}\n`);
}

function formatRun(run: CalibrationRun, blocks: number): string {
  const block = median(run.stageMs.slice(0, blocks));
  const head = run.stageMs.at(-1) ?? 0;
  const whole = SHAPE_135M.layers * block + head;
  const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
  const memory = (bytes: number | null) => (bytes === null ? '-' : `${(bytes / 2 ** 20).toFixed(0)} MiB`);
  const rows = [
    ['a block (median)', seconds(block)],
    ['head', seconds(head)],
    [`learning, ${SHAPE_135M.layers} blocks and head, extrapolated`, `${(whole / 60_000).toFixed(1)} min`],
    [`ladder, measured on ${blocks} blocks`, seconds(run.wallMs - run.learningMs)],
    ['share of learning inside ONNX Runtime', `${(100 * run.runtimeShare).toFixed(1)} %`],
    ['peak memory, blocks', memory(run.blockPeakBytes)],
    ['peak memory, whole run', memory(run.peakBytes)],
  ];
  return textTable([`135M shape, ${blocks} of ${SHAPE_135M.layers} blocks`, ''], rows);
}

try {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    options: { blocks: text, flags: text, json: text, help: { type: 'boolean' } },
  });
  if (values.help) process.stdout.write(USAGE);
  else {
    const flags = (values.flags ?? '--quick').split(' ').filter(Boolean);
    await measure(Math.max(1, Number(values.blocks ?? 3)), flags, values.json ?? null);
  }
} catch (error) {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
