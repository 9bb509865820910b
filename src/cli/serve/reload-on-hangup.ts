import { isatty } from 'node:tty';
import type { KeyAdministration } from '../../core/index.ts';
import type { Logger } from '../../observability/index.ts';

const STDIN = 0;

/**
 * SIGHUP has servers read their files again: here, the API keys. One that is started from a terminal gets it when that
 * is closed, and ends, as other programs do.
 *
 * @param keys null where there are none
 * @returns stops listening
 */
export function reloadOnHangup(keys: Pick<KeyAdministration, 'reload'> | null, logger: Logger): () => void {
  if (isatty(STDIN)) return () => {};
  const reload = (): void => {
    if (keys === null) {
      logger.info({}, 'SIGHUP: there are no API keys to read again; settings need another start');
      return;
    }
    try {
      logger.info({ ...keys.reload() }, 'SIGHUP: API keys loaded again; settings need another start');
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      logger.error({ reason }, 'SIGHUP: the keys file is at fault; the keys before it still hold');
    }
  };
  process.on('SIGHUP', reload);
  return () => process.off('SIGHUP', reload);
}
