import { type Finding, fail, ok, warn } from './finding.ts';
import type { Machine } from './machine.ts';

const CHECK = 'node';
const LEAST_MAJOR = 20;

export function checkNode({ nodeVersion, nodeLine, platform, architecture }: Machine): Finding {
  const major = Number(/^v(\d+)/.exec(nodeVersion)?.[1]);
  const told = `Node ${nodeVersion} on ${platform} ${architecture}`;
  if (!(major >= LEAST_MAJOR)) {
    return fail(CHECK, told, `Install Node ${LEAST_MAJOR} or newer.`);
  }
  if (nodeLine === null) {
    return warn(
      CHECK,
      `${told} is no long-term release`,
      'Use a long-term release (an even number) in production.',
    );
  }
  return ok(CHECK, `${told}, long-term release ${nodeLine}`);
}
