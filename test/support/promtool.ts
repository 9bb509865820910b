import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** What a test that has no promtool says when it skips. */
export const NEEDS_PROMETHEUS = 'needs the Debian package prometheus (apt-get install prometheus)';

/** Whether a program of the package `prometheus` can be run. */
export async function hasProgram(name: 'promtool' | 'prometheus'): Promise<boolean> {
  return promisify(execFile)(name, ['--version']).then(
    () => true,
    () => false,
  );
}

/**
 * What promtool objects to in `metrics`, but for the colon in the names that are vLLM's: one line each. A text that it
 * cannot parse is objected to as well.
 */
export function promtoolObjections(metrics: string): Promise<string[]> {
  return new Promise((resolve) => {
    const child = execFile('promtool', ['check', 'metrics'], (_error, stdout, stderr) => {
      const lines = `${stdout}${stderr}`.split('\n').filter((line) => line.trim() !== '');
      resolve(lines.filter((line) => !/^vllm:\S+ metric names should not contain ':'$/.test(line)));
    });
    child.stdin?.end(metrics);
  });
}
