// Writes what of the documentation is made of code: the JSON Schema of config files, also as the chart's values have
// them, and the table of settings.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { configJsonSchema, settingsTable } from '../dist/config/index.js';
import { ROOT } from './paths.mjs';

const docs = join(ROOT, 'docs');
await writeFile(join(docs, 'config.schema.json'), `${JSON.stringify(configJsonSchema(), null, 2)}\n`);
const values = join(ROOT, 'deploy', 'helm', 'quept', 'values.schema.json');
const chart = JSON.parse(await readFile(values, 'utf8'));
const { properties, additionalProperties } = configJsonSchema();
const { $schema: _, ...settings } = properties;
Object.assign(chart.properties.config, { additionalProperties, properties: settings });
await writeFile(values, `${JSON.stringify(chart, null, 2)}\n`);
const page = join(docs, 'configuration.md');
const text = await readFile(page, 'utf8');
const table = /(?<=<!-- settings -->\n\n).*(?=\n\n<!-- \/settings -->)/s;
await writeFile(
  page,
  text.replace(table, () => settingsTable()),
);
