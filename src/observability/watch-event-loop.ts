/** Often enough to catch what a client would notice, seldom enough to cost nothing. */
const EVERY_MS = 100;

/**
 * Measures again and again how late a timer of this thread fires. What blocked the thread for long also counts for the
 * timers that would have fired meanwhile, so that a long stall weighs as much as it lasted.
 *
 * @returns ends it
 */
export function watchEventLoop(report: (lagSeconds: number) => void): () => void {
  let due = performance.now() + EVERY_MS;
  const timer = setInterval(() => {
    const now = performance.now();
    for (let lagMs = Math.max(0, now - due); ; lagMs -= EVERY_MS) {
      report(Math.max(0, lagMs) / 1000);
      if (lagMs < EVERY_MS) break;
    }
    due = now + EVERY_MS;
  }, EVERY_MS);
  // Watching is no reason to stay alive.
  timer.unref();
  return () => clearInterval(timer);
}
