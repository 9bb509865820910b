import { writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { QueptError } from '../../core/index.ts';
import { type AdapterFacts, probeAdapter } from '../../engine/index.ts';
import { machineFacts } from '../engine/machine-facts.ts';
import { GPU_BENCH_USAGE, type GpuBenchOptions, parseGpuBenchOptions } from './gpu-options.ts';
import { formatShape } from './gpu-report.ts';
import { GPU_SHAPES } from './gpu-shapes.ts';
import { measureBandwidth } from './measure-bandwidth.ts';
import { measureShape, type ShapeResult } from './measure-shape.ts';

/** Weights are kept between runs below the repository, which is seen from dist/bench/gpu. */
const FOLDER = fileURLToPath(new URL('../../../.cache/bench/gpu', import.meta.url));
/** Far beyond the caches of a device, and within the smallest limit on a buffer. */
const COPIED_BYTES = 128 * 2 ** 20;
const COPIED_BYTES_IN_SOFTWARE = 4 * 2 ** 20;
const SOFTWARE_NOTICE =
  'A SOFTWARE DEVICE: the processor plays it. These figures show that the benchmark works, and say nothing of a GPU.';

const log = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

async function run(args: readonly string[], options: GpuBenchOptions): Promise<void> {
  const { facts: adapter, fault } = await probeAdapter();
  if (adapter === null) {
    throw new QueptError(
      'invalid_config',
      `there is no WebGPU adapter here (${fault}). Install a Vulkan driver and loader; docs/gpu.md tells how.`,
    );
  }
  const isSoftware = adapter.kind === 'software';
  log('measuring the bandwidth of the memory ...');
  const measured = await measureBandwidth(isSoftware ? COPIED_BYTES_IN_SOFTWARE : COPIED_BYTES);
  const bandwidth = options.bandwidth ?? measured;
  const machine = machineFacts();
  const command = ['npm run bench:gpu', ...(args.length > 0 ? ['--', ...args] : [])].join(' ');
  const date = new Date().toISOString();
  const heading = [
    `GPU benchmark, ${date}`,
    `Command: ${command}`,
    `Device: ${describe(adapter)}`,
    `Machine: ${hostname()}, ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}`,
    `Software: Node ${machine.node}, ONNX Runtime ${machine.onnxRuntime}`,
    `Bandwidth: ${inGigabytes(measured)} by sums on the device; bounds are by ${inGigabytes(bandwidth)}`,
    `Method: medians of ${options.steps} steps from ids to greedy choices, sequences of ${options.context} tokens`,
    ...(isSoftware ? ['', SOFTWARE_NOTICE] : []),
  ];
  process.stdout.write(`${heading.join('\n')}\n`);
  const shapes: Record<string, ShapeResult> = {};
  for (const [name, architecture] of Object.entries(GPU_SHAPES)) {
    if (!options.shapes.includes(name)) continue;
    const told = (what: string): void => log(`measuring: ${name}, ${what} ...`);
    const result = await measureShape(join(FOLDER, name), architecture, adapter, options, told);
    shapes[name] = result;
    process.stdout.write(`\n${formatShape(name, result, bandwidth)}\n`);
  }
  if (options.jsonPath === null) return;
  const record = { date, command, host: hostname(), machine, adapter, measured, bandwidth, options, shapes };
  await writeFile(options.jsonPath, `${JSON.stringify(record, null, 2)}\n`);
}

function describe({ name, kind, shaderF16, memory }: AdapterFacts): string {
  const size =
    memory === null ? 'memory unknown' : `${Math.round(memory.bytes / 2 ** 30)} GiB of ${memory.of} memory`;
  return `${name} (${kind}), ${shaderF16 ? 'float16' : 'float32 only'}, ${size}`;
}

function inGigabytes(bandwidth: number | null): string {
  return bandwidth === null ? 'unknown' : `${(bandwidth / 1e9).toFixed(1)} GB/s`;
}

const args = process.argv.slice(2);
try {
  const options = parseGpuBenchOptions(args);
  if (options.help) process.stdout.write(GPU_BENCH_USAGE);
  else await run(args, options);
} catch (error) {
  const text = error instanceof QueptError || !(error instanceof Error) ? String(error) : error.stack;
  log(`bench: ${error instanceof QueptError ? error.message : text}`);
  process.exitCode = error instanceof QueptError && error.code === 'invalid_usage' ? 2 : 1;
}
