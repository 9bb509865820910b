import type { ServeConfig } from '../../config/index.ts';
import type { Gateway } from '../../gateway/index.ts';
import type { Logger } from '../../observability/index.ts';
import type { HttpServerHandle } from '../../server/index.ts';
import { EXIT } from '../output.ts';
import type { OpenGrpc } from './open-grpc.ts';

/** What remains of a connection after the drain is the error that tells its client; it needs no longer than this. */
const LAST_WORDS_MS = 1_000;
/** For the engine and the tokenizers to end after that. */
const LAST_ENDS_MS = 4_000;

/** For what has been written to arrive. */
const LINGER_MS = 250;

interface Serving {
  readonly gateway: Gateway;
  readonly http: HttpServerHandle;
  readonly grpc: OpenGrpc | null;
  readonly logger: Logger;
}

/**
 * Not ready at once; after `drainDelayMs`, in which requests are still taken, the ports close, and what has been
 * accepted may take `drainMs` to end before it is handed back. Whatever happens, the process is gone some seconds later.
 */
export async function shutDown(
  { gateway, http, grpc, logger }: Serving,
  { drainDelayMs, drainMs }: Pick<ServeConfig, 'drainDelayMs' | 'drainMs'>,
): Promise<void> {
  logger.info({ drainDelayMs, drainMs }, 'shutting down');
  stopHardAfter(drainDelayMs + drainMs + LAST_WORDS_MS + LAST_ENDS_MS, logger);
  gateway.retire();
  http.retire();
  if (drainDelayMs > 0) await new Promise((resolve) => setTimeout(resolve, drainDelayMs));
  gateway.drain();
  // All at once: the port closes now, and requests that outlive the drain are told so before they are cut off.
  const lastWordsMs = drainMs + LAST_WORDS_MS;
  await Promise.all([http.close(lastWordsMs), grpc?.close(lastWordsMs), gateway.close(drainMs)]);
}

/** All that matters has ended: what else keeps the process alive gets a moment. */
export function endSoon(): void {
  setTimeout(() => process.exit(), LINGER_MS).unref();
}

/** Nothing in here should take so long; a process that the kernel holds up might. */
function stopHardAfter(ms: number, logger: Logger): void {
  const timer = setTimeout(() => {
    logger.error({ afterMs: ms }, 'the shutdown does not end; stopping at once');
    process.exit(EXIT.failure);
  }, ms);
  timer.unref();
}
