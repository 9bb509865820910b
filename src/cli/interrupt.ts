import { QueptError } from '../core/index.ts';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/**
 * One Ctrl-C under `npm start` arrives twice: from the terminal, which signals the whole process group, and from
 * npm, which passes it on. Within this time it is one and the same.
 */
const ECHO_MS = 1_000;

/**
 * Runs `work` with a signal that Ctrl-C or SIGTERM aborts, so that it can clean up behind itself. A second one
 * (later than an echo of the first can be) ends the process at once.
 *
 * @param aftermath what an interruption leaves behind, for its message
 * Rejects with QueptError `cancelled` when `work` failed after an interruption, else as `work` does.
 */
export async function interruptible<T>(
  work: (signal: AbortSignal) => Promise<T>,
  aftermath = 'nothing was left behind',
): Promise<T> {
  const controller = new AbortController();
  let abortedAt = 0;
  const interrupt = (name: NodeJS.Signals) => {
    if (!controller.signal.aborted) {
      abortedAt = performance.now();
      controller.abort();
    } else if (performance.now() - abortedAt > ECHO_MS) {
      process.exit(name === 'SIGINT' ? 130 : 143);
    }
  };
  for (const name of SIGNALS) process.on(name, interrupt);
  try {
    return await work(controller.signal);
  } catch (error) {
    if (!controller.signal.aborted) throw error;
    throw new QueptError('cancelled', `interrupted; ${aftermath}`, { cause: error });
  } finally {
    // After an interruption the process is about to end; its echo must not end it with another status.
    if (!controller.signal.aborted) for (const name of SIGNALS) process.off(name, interrupt);
  }
}
