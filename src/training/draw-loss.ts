import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { renderFigure } from '../plot/index.ts';
import { lossFigure } from './loss-figure.ts';
import type { LogRecord } from './training-log.ts';

const USAGE = `Draws the losses of a training, as the trainer does at its end, from a log of either trainer.

npm run model:loss -- --log WORK/log.jsonl --out loss.svg [--name NAME]
`;

async function draw(log: string, out: string, name: string): Promise<void> {
  const lines = (await readFile(log, 'utf8')).split('\n').filter((line) => line !== '');
  const records = lines.map((line) => JSON.parse(line) as LogRecord);
  await writeFile(out, renderFigure(lossFigure(name, records)));
}

try {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ options: { log: text, out: text, name: text, help: { type: 'boolean' } } });
  if (values.help) process.stdout.write(USAGE);
  else if (!values.log || !values.out) throw new Error(`--log and --out are needed\n\n${USAGE}`);
  else await draw(values.log, values.out, values.name ?? 'model');
} catch (error) {
  process.stderr.write(`loss: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
