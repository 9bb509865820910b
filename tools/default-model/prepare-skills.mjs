// @ts-check
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { generateExample } from './generate.mjs';
import { SKILLS } from './skills/all.mjs';

// Makes the questions that the default model is tested with: none of them was trained on.

const USAGE = `Writes examples of every skill's test split, for quept eval --skills.

npm run model:skills -- --out FILE [--examples 100] [--seed 1]

  --examples  of each skill
`;

/** @param {string} path @param {number} count @param {number} seed */
async function writeSkills(path, count, seed) {
  const lines = SKILLS.flatMap(({ name }) =>
    Array.from({ length: count }, (_, index) => JSON.stringify(generateExample(name, seed, index, 'test'))),
  );
  await writeFile(path, `${lines.join('\n')}\n`);
  process.stdout.write(`${lines.length} examples of ${SKILLS.length} skills in ${path}\n`);
}

/** @param {string} value @param {string} name */
function wholeNumber(value, name) {
  if (/^\d{1,9}$/.test(value)) return Number(value);
  throw new Error(`--${name}: '${value}' is not a whole number`);
}

try {
  const text = /** @type {const} */ ({ type: 'string' });
  const { values } = parseArgs({
    options: { out: text, examples: text, seed: text, help: { type: 'boolean' } },
  });
  if (values.help) process.stdout.write(USAGE);
  else if (!values.out) throw new Error(`--out is needed\n\n${USAGE}`);
  else {
    const count = wholeNumber(values.examples ?? '100', 'examples');
    await writeSkills(values.out, count, wholeNumber(values.seed ?? '1', 'seed'));
  }
} catch (error) {
  process.stderr.write(`skills: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
