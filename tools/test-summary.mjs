import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ROOT } from './paths.mjs';

/**
 * A vitest reporter: lists every skipped test with its reason after the run, and leaves the counts in
 * .cache/test-summary.json. A file that cannot be loaded counts as one failure.
 */
export default class TestSummary {
  onTestRunEnd(modules, unhandledErrors) {
    const summary = { passed: 0, failed: unhandledErrors.length, skipped: [] };
    for (const module of modules) {
      if (module.errors().length > 0) summary.failed++;
      for (const suite of module.children.allSuites()) if (suite.errors().length > 0) summary.failed++;
      for (const test of module.children.allTests()) {
        const { state, note } = test.result();
        if (state === 'passed') summary.passed++;
        else if (state === 'failed') summary.failed++;
        else {
          const name = `${relative(ROOT, module.moduleId)} > ${test.fullName}`;
          summary.skipped.push({ name, reason: note ?? 'no reason given' });
        }
      }
    }
    if (summary.skipped.length > 0) {
      const lines = summary.skipped.map(({ name, reason }) => `  ${name}\n    ${reason}`);
      process.stdout.write(`\nSkipped, and why:\n${lines.join('\n')}\n`);
    }
    mkdirSync(join(ROOT, '.cache'), { recursive: true });
    writeFileSync(join(ROOT, '.cache', 'test-summary.json'), `${JSON.stringify(summary, null, 2)}\n`);
  }
}
