import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { checkSuite } from '../../../src/bench/structured/suite-check.ts';
import { suiteTable, withSuiteTable } from '../../../src/bench/structured/suite-table.ts';

const SUITE = new URL('../../../../shared/conformance/json-schema-test-suite/draft2020-12/', import.meta.url);
const PAGE = new URL('../../../docs/structured-output.md', import.meta.url);

/** Where grammars and the suite differ, with the reason. docs/structured-output.md tells of each. */
const DIFFERENCES: readonly (readonly [file: string, instance: RegExp, reason: string])[] = [
  ['format', /is only an annotation by default$/, 'formats are enforced'],
  ['optional/float-overflow', /overflow/, 'integers have at most 60 digits'],
  ['optional/format/date-time', /leap second/, 'leap seconds are left out'],
  ['optional/format/time', /leap second/, 'leap seconds are left out'],
  ['optional/format/hostname', /^validation of A-label/, 'encoded names (xn--) are left out'],
];

describe('the JSON Schema test suite', () => {
  it('[J1] every valid instance of an accepted schema can be produced, and no invalid one', async (context) => {
    if (!existsSync(SUITE)) {
      context.skip('the JSON Schema test suite is not beside this checkout (../shared/conformance)');
    }
    const files = await checkSuite(fileURLToPath(SUITE));
    const unexpected = files.flatMap(({ name, wrong }) =>
      wrong.filter((what) => !DIFFERENCES.some(([file, instance]) => file === name && instance.test(what))),
    );
    expect(unexpected.map(String)).toEqual([]);
    for (const [file] of DIFFERENCES) {
      expect(files.find(({ name }) => name === file)?.wrong.length, file).toBeGreaterThan(0);
    }
    const accepted = files.reduce((sum, file) => sum + file.accepted, 0);
    const instances = files.reduce((sum, file) => sum + file.instances, 0);
    expect(accepted).toBeGreaterThanOrEqual(220);
    expect(instances).toBeGreaterThanOrEqual(1300);
    // `npm run docs:structured` writes it.
    const page = readFileSync(PAGE, 'utf8');
    expect(withSuiteTable(page, suiteTable(files))).toBe(page);
  });
});
