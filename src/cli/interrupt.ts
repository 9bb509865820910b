import { isUnderNpm } from '../config/index.ts';
import { QueptError } from '../core/index.ts';
import { SIGNAL_CODES } from './signal-codes.ts';

type Signal = keyof typeof SIGNAL_CODES;
const SIGNALS = Object.keys(SIGNAL_CODES) as Signal[];

/**
 * One Ctrl-C under npm arrives twice: from the terminal, which signals the whole process group, and from npm, which
 * passes it on. Within this time one more of the same kind is that.
 */
const ECHO_MS = 1_000;

/**
 * Runs `work` with a signal that Ctrl-C or SIGTERM aborts, so that it can clean up behind itself. A second one, npm's
 * echo of the first apart, ends the process at once.
 *
 * @param aftermath what an interruption leaves behind, for its message
 * Rejects with QueptError `cancelled` when `work` failed after an interruption, else as `work` does.
 */
export async function interruptible<T>(
  work: (signal: AbortSignal) => Promise<T>,
  aftermath = 'nothing was left behind',
): Promise<T> {
  const controller = new AbortController();
  let echo: { readonly name: Signal; readonly untilMs: number } | null = null;
  const interrupt = (name: Signal) => {
    const isEcho = echo !== null && echo.name === name && performance.now() < echo.untilMs;
    echo = null;
    if (!controller.signal.aborted) {
      if (isUnderNpm()) echo = { name, untilMs: performance.now() + ECHO_MS };
      controller.abort();
    } else if (!isEcho) {
      process.exit(SIGNAL_CODES[name]);
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
