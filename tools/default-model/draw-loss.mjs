// @ts-check
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';

// Draws the loss curves of a training's log.jsonl, as the trainer does at its end:
// node tools/default-model/draw-loss.mjs --log WORK/log.jsonl --out loss.svg --name quept-small

const text = /** @type {const} */ ({ type: 'string' });
const { values } = parseArgs({ options: { log: text, out: text, name: text } });
try {
  if (!values.log || !values.out) throw new Error('--log and --out are needed');
  const { lossFigure } = await import('../../dist/training/loss-figure.js');
  const { renderFigure } = await import('../../dist/plot/index.js');
  const lines = (await readFile(values.log, 'utf8')).split('\n').filter((line) => line !== '');
  const records = lines.map((line) => JSON.parse(line));
  await writeFile(values.out, renderFigure(lossFigure(values.name ?? 'model', records)));
} catch (error) {
  process.stderr.write(`loss: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
