import type { Server } from 'node:net';
import type { Logger } from '../observability/index.ts';

/** What happens with every connection of a flood is told this seldom. */
const AT_MOST_EVERY_MS = 10_000;

/** Logs connections that are not taken, however many: the first at once, then how many more there were. */
export function reportRefusals(server: Server, logger: Logger): void {
  const dropped = seldom<void>((count) =>
    logger.warn(
      { refused: count, open: server.maxConnections },
      'connections are refused: as many are open as may be',
    ),
  );
  // For want of file descriptors, say; that is no reason to stop serving.
  const failed = seldom<Error>((count, err) =>
    logger.error({ err, failed: count }, 'accepting connections failed'),
  );
  server.on('drop', () => dropped());
  server.on('error', failed);
}

/** Passes on the first call at once, and then the number of calls since, and the newest, from time to time. */
function seldom<T>(report: (count: number, newest: T) => void): (told: T) => void {
  let count = 0;
  let newest: T;
  let timer: NodeJS.Timeout | null = null;
  const pass = (): void => {
    timer = null;
    if (count === 0) return;
    report(count, newest);
    count = 0;
    timer = setTimeout(pass, AT_MOST_EVERY_MS);
    timer.unref();
  };
  return (told) => {
    count++;
    newest = told;
    if (timer === null) pass();
  };
}
