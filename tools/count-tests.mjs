import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './paths.mjs';

// Ends a CI run: prints "N passed, N failed" from the summary that the test run left, and fails where the run
// failed, ran nothing, or skipped a test for want of what CI installs. A failed lint counts as one failure.
// Arguments: the exit codes of lint and of the test run.
const [lintCode, runCode] = process.argv.slice(2).map(Number);
const path = join(ROOT, '.cache', 'test-summary.json');
const summary = existsSync(path)
  ? JSON.parse(readFileSync(path, 'utf8'))
  : { passed: 0, failed: 0, skipped: [] };

const INSTALLED_HERE = ['needs the Debian package', 'needs the kept tools', 'needs node-llama-cpp'];
const missing = summary.skipped.filter(({ reason }) =>
  INSTALLED_HERE.some((beginning) => reason.startsWith(beginning)),
);
for (const { name, reason } of missing) process.stdout.write(`not accepted as a skip: ${name} (${reason})\n`);

let failed = summary.failed + missing.length;
if (failed === 0 && (runCode !== 0 || summary.passed === 0)) {
  process.stdout.write(`the test run ended with exit code ${runCode} and reported no failed test\n`);
  failed = 1;
}
if (lintCode !== 0) {
  process.stdout.write(`lint ended with exit code ${lintCode}\n`);
  failed++;
}
process.stdout.write(`${summary.passed} passed, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);
