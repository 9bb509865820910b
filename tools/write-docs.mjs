// Writes what of the documentation is made of code: the JSON Schema of config files, and the table of settings.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { configJsonSchema, settingsTable } from '../dist/config/index.js';
import { ROOT } from './paths.mjs';

const docs = join(ROOT, 'docs');
await writeFile(join(docs, 'config.schema.json'), `${JSON.stringify(configJsonSchema(), null, 2)}\n`);
const page = join(docs, 'configuration.md');
const text = await readFile(page, 'utf8');
const table = /(?<=<!-- settings -->\n\n).*(?=\n\n<!-- \/settings -->)/s;
await writeFile(
  page,
  text.replace(table, () => settingsTable()),
);
