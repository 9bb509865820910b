import { readFile, writeFile } from 'node:fs/promises';
import { checkSuite } from './suite-check.ts';
import { suiteTable, withSuiteTable } from './suite-table.ts';

// `npm run docs:structured -- SUITE`: what docs/structured-output.md says of the JSON Schema test suite.

const PAGE = 'docs/structured-output.md';

const [directory] = process.argv.slice(2);
if (directory === undefined) {
  process.stderr.write(
    'docs: name the folder of the JSON Schema test suite, e.g. npm run docs:structured -- suite/draft2020-12\n',
  );
  process.exitCode = 2;
} else {
  const files = await checkSuite(directory);
  await writeFile(PAGE, withSuiteTable(await readFile(PAGE, 'utf8'), suiteTable(files)));
  for (const { name, wrong } of files) for (const what of wrong) process.stdout.write(`${name}: ${what}\n`);
}
