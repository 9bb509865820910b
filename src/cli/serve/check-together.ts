import { QueptError } from '../../core/index.ts';

/**
 * Runs checks, all of them whatever they find.
 *
 * Rejects with the one fault that there is, or with QueptError `invalid_config` that lists them. What is no QueptError is
 * a fault of ours, and passed on at once.
 */
export async function checkTogether(checks: readonly (() => unknown)[]): Promise<void> {
  const faults: QueptError[] = [];
  for (const check of checks) {
    try {
      await check();
    } catch (thrown) {
      if (!(thrown instanceof QueptError)) throw thrown;
      faults.push(thrown);
    }
  }
  const [first, ...others] = faults;
  if (first === undefined) return;
  if (others.length === 0) throw first;
  const lines = faults.map(({ message }) => `  ${message}`);
  throw new QueptError('invalid_config', ['the server cannot start:', ...lines].join('\n'));
}
