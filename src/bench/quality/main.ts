import { mkdir, stat, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { machineFacts } from '../engine/machine-facts.ts';
import { formatQuality, type Judgement, type QualityRow } from './quality-report.ts';
import { runCli } from './run-cli.ts';
import { QUALITY_VARIANTS, type QualityVariant } from './variants.ts';

// What calibration buys: artefacts of the same checkpoints made in several ways, judged on the same texts.

const USAGE = `Makes artefacts in several ways and judges them on texts that none of them has seen.

npm run bench:quality -- --checkpoint DIR --data TEXT --judge TEXT [options]

  --checkpoint  Hugging Face folder; may be given again
  --data        text to calibrate on
  --judge       text to judge on; may be given again
  --bytes       of each judged text (default 200000)
  --variants    of ${QUALITY_VARIANTS.map(({ name }) => name).join(', ')} (default: all)
  --flags       further flags of quept calibrate, in one word: "--quick --seed 2"
  --switch      also judge these configs in turns, a token each: q4,q8
  --work        folder of the artefacts; those it holds are not made again (default .cache/quality)
  --json        also write all figures to this file
`;

interface Run {
  readonly checkpoints: readonly string[];
  readonly texts: readonly string[];
  readonly variants: readonly QualityVariant[];
  readonly data: string;
  readonly bytes: string;
  readonly flags: readonly string[];
  readonly switching: string | null;
  readonly work: string;
  readonly json: string | null;
}

async function measure(run: Run): Promise<void> {
  const rows: QualityRow[] = [];
  await mkdir(run.work, { recursive: true });
  for (const checkpoint of run.checkpoints) {
    for (const variant of run.variants) {
      const artefact = join(run.work, `${basename(resolve(checkpoint))}-${variant.name}`);
      await ensureArtefact(run, checkpoint, variant, artefact);
      for (const text of run.texts) {
        process.stderr.write(`judging ${artefact} on ${text}\n`);
        const flags = ['--data', text, '--bytes', run.bytes, '--reference', checkpoint];
        const turns = run.switching === null ? [] : ['--switch', run.switching];
        const judgement = (await runCli(['eval', artefact, ...flags, ...turns])) as Judgement;
        const names = { checkpoint: basename(resolve(checkpoint)), text: basename(text) };
        rows.push({ ...names, variant: variant.name, judgement });
      }
    }
  }
  const machine = machineFacts();
  const command = `npm run bench:quality -- ${process.argv.slice(2).join(' ')}`;
  process.stdout.write(
    `Command: ${command}\nMachine: ${machine.cpu}, ${machine.cores} cores, Node ${machine.node}, ` +
      `ONNX Runtime ${machine.onnxRuntime}\n\n${formatQuality(rows)}\n`,
  );
  if (run.json !== null)
    await writeFile(run.json, `${JSON.stringify({ command, machine, rows }, null, 2)}\n`);
}

async function ensureArtefact(
  { data, work, flags }: Run,
  checkpoint: string,
  { name, command, flags: own }: QualityVariant,
  artefact: string,
): Promise<void> {
  if (await stat(join(artefact, 'quept.json')).catch(() => null)) return;
  process.stderr.write(`making ${artefact}\n`);
  const learning = command === 'calibrate' ? ['--data', data, '--resume', ...flags] : [];
  const made = (await runCli([command, checkpoint, artefact, ...own, ...learning])) as { timing?: unknown };
  await writeFile(
    join(work, `${basename(artefact)}.json`),
    JSON.stringify({ name, timing: made.timing ?? null }),
  );
}

function chosen(names: string | undefined): QualityVariant[] {
  if (names === undefined) return [...QUALITY_VARIANTS];
  return names.split(',').map((name) => {
    const variant = QUALITY_VARIANTS.find((each) => each.name === name);
    if (variant) return variant;
    throw new TypeError(`--variants: there is no '${name}'`);
  });
}

try {
  const text = { type: 'string' } as const;
  const several = { type: 'string', multiple: true } as const;
  const { values } = parseArgs({
    options: {
      checkpoint: several,
      judge: several,
      data: text,
      bytes: text,
      variants: text,
      flags: text,
      switch: text,
      work: text,
      json: text,
      help: { type: 'boolean' },
    },
  });
  const { checkpoint = [], judge = [], data } = values;
  if (values.help || checkpoint.length === 0 || judge.length === 0 || data === undefined) {
    process.stdout.write(USAGE);
    process.exitCode = values.help ? 0 : 2;
  } else {
    await measure({
      checkpoints: checkpoint,
      texts: judge,
      variants: chosen(values.variants),
      data,
      bytes: values.bytes ?? '200000',
      flags: values.flags?.split(' ').filter(Boolean) ?? [],
      switching: values.switch ?? null,
      work: values.work ?? join('.cache', 'quality'),
      json: values.json ?? null,
    });
  }
} catch (error) {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof TypeError ? 2 : 1;
}
