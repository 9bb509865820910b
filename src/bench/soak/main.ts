import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import { Agent } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { uniformAt } from '../../numerics/index.ts';
import { renderFigure } from '../../plot/index.ts';
import { machineFacts } from '../engine/machine-facts.ts';
import { textTable } from '../engine/text-table.ts';
import { startLiveServer } from '../serving/live-server.ts';
import { GrpcCalls } from './grpc-calls.ts';
import { onlyChild } from './process-sample.ts';
import { soakFigure } from './soak-figure.ts';
import { judgeSoak, type SoakTrend } from './soak-judgement.ts';
import { SoakLoad } from './soak-load.ts';
import { parseSoakOptions, type SoakOptions, USAGE } from './soak-options.ts';
import { type SoakSample, SoakSampler } from './soak-sample.ts';

// The real server under mixed load for long: does anything grow?

interface SoakResult {
  readonly samples: readonly SoakSample[];
  readonly byKind: ReadonlyMap<string, number>;
  readonly exitCode: number | null;
}

async function soak(options: SoakOptions): Promise<SoakResult> {
  const { slots, policy, model, out } = options;
  const server = await startLiveServer([
    ...['--slots', String(slots), '--policy', policy],
    ...(model === null ? [] : ['--model', model]),
  ]);
  if (server.grpcAddress === null) throw new Error('the server speaks no gRPC');
  const enginePid = await onlyChild(server.pid);
  let drawn = 0;
  const agent = new Agent({ keepAlive: true, maxSockets: options.clients });
  const grpc = new GrpcCalls(server.grpcAddress);
  const ground = { ...server, grpc, agent, random: () => uniformAt(options.seed, drawn++) };
  const load = new SoakLoad(ground, options.clients);
  const sampler = new SoakSampler({ ...server, enginePid, load });
  await mkdir(out, { recursive: true });
  const path = join(out, 'samples.jsonl');
  await writeFile(path, '');
  const samples: SoakSample[] = [];
  const endMs = performance.now() + 60_000 * options.minutes;
  while (performance.now() < endMs) {
    await sleep(1000 * options.everySeconds);
    const sample = await sampler.take();
    samples.push(sample);
    await appendFile(path, `${JSON.stringify(sample)}\n`);
  }
  await load.stop();
  agent.destroy();
  grpc.close();
  return { samples, byKind: load.byKind, exitCode: await server.stop() };
}

function trendRows(trends: readonly SoakTrend[]): string[][] {
  return trends.map(({ name, unit, level, growth, limit, flat }) => [
    name,
    `${level.toFixed(1)} ${unit}`,
    `${growth >= 0 ? '+' : ''}${growth.toFixed(1)} ${unit}`,
    `${limit.toFixed(1)} ${unit}`,
    flat ? 'flat' : 'grows',
  ]);
}

/** Prints what was seen; true when all is as it should be. */
async function report({ samples, byKind, exitCode }: SoakResult, options: SoakOptions): Promise<boolean> {
  const machine = machineFacts();
  const trends = judgeSoak(samples);
  const calls = [...byKind.values()].reduce((sum, count) => sum + count, 0);
  const unexpected = samples.flatMap((sample) => Object.entries(sample.unexpected));
  const restarts = samples.at(-1)?.restarts ?? 0;
  const told = `${options.minutes} minutes, ${options.clients} clients, ${calls} calls, ${options.policy}, Node ${machine.node}`;
  await writeFile(join(options.out, 'soak.svg'), renderFigure(soakFigure(samples, told)));
  process.stdout.write(
    [
      `Soak, ${new Date().toISOString()}`,
      `Command: npm run bench:soak -- ${process.argv.slice(2).join(' ')}`,
      `Machine: ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB; Node ${machine.node}, ONNX Runtime ${machine.onnxRuntime}`,
      '',
      textTable(['series', 'level', 'growth after warm-up', 'bound', ''], trendRows(trends)),
      '',
      textTable(
        ['calls', 'count'],
        [...byKind].map(([kind, count]) => [kind, String(count)]),
      ),
      '',
      `Answers that were not as they should be: ${unexpected.length === 0 ? 'none' : ''}`,
      ...unexpected.map(([what, count]) => `  ${what} (${count})`),
      `Engine restarts: ${restarts}. The server ended with ${exitCode}.`,
      '',
    ].join('\n'),
  );
  return trends.every(({ flat }) => flat) && unexpected.length === 0 && restarts === 0 && exitCode === 0;
}

async function main(): Promise<number> {
  let options: SoakOptions | null;
  try {
    options = parseSoakOptions(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`quept: ${(error as Error).message}\n`);
    return 2;
  }
  if (options === null) {
    process.stdout.write(USAGE);
    return 0;
  }
  return (await report(await soak(options), options)) ? 0 : 1;
}

process.exitCode = await main();
