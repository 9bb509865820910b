/** How often is looked, and an engine without requests asked for a sign of life. */
const LOOK_MS = 500;
/** Predictions are of a machine as it was lately: a step may take so many times what the longest one should. */
const PATIENCE_FACTOR = 10;

interface EngineWatchdogOptions {
  /** Silence that is borne however short steps are; 0 bears any. */
  readonly leastMs: number;
  /** Whether the engine has requests, so that a step has to come. */
  readonly busy: () => boolean;
  /** Asks for a sign of life, to be told by `answered`. */
  readonly ping: () => void;
  readonly onHang: (silentMs: number) => void;
}

/**
 * Tells an engine that hangs from one that is slow. An engine that has requests owes a step, one that has none an
 * answer to a ping; it hangs when it has owed either for `leastMs` or 10 times as long as its longest step is predicted
 * to take, whichever is longer. Predictions are learned from steps, so a slow machine is given its time.
 *
 * Time is counted from look to look, and what lies between two of them counts at most twice its due: a pause of this
 * very process (a frozen container, a suspended machine, a blocked thread) is no silence of the engine's.
 */
export class EngineWatchdog {
  readonly #options: EngineWatchdogOptions;
  #timer: NodeJS.Timeout | undefined;
  #longestStepMs = 0;
  #silentMs = 0;
  #lookedAtMs = 0;
  #pinged = false;

  constructor(options: EngineWatchdogOptions) {
    this.#options = options;
  }

  /** Silence beyond which an engine hangs. */
  get patienceMs(): number {
    const { leastMs } = this.#options;
    return leastMs === 0
      ? Number.POSITIVE_INFINITY
      : Math.max(leastMs, PATIENCE_FACTOR * this.#longestStepMs);
  }

  /** Begins with an engine that is ready. */
  start(longestStepMs: number, nowMs = performance.now()): void {
    this.stop();
    this.#pinged = false;
    this.#lookedAtMs = nowMs;
    this.stepped(longestStepMs);
    this.#timer = setInterval(() => this.look(performance.now()), LOOK_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** The engine has taken a step, and now predicts its longest one so. */
  stepped(longestStepMs: number): void {
    this.#longestStepMs = longestStepMs;
    this.#silentMs = 0;
  }

  /** The engine has answered a ping. That is no progress where there is work. */
  answered(): void {
    this.#pinged = false;
    if (!this.#options.busy()) this.#silentMs = 0;
  }

  look(nowMs: number): void {
    const { busy, ping, onHang } = this.#options;
    const passedMs = Math.min(nowMs - this.#lookedAtMs, 2 * LOOK_MS);
    this.#lookedAtMs = nowMs;
    const owes = busy() || this.#pinged;
    this.#silentMs = owes ? this.#silentMs + passedMs : 0;
    if (this.#silentMs > this.patienceMs) {
      this.stop();
      onHang(this.#silentMs);
    } else if (!owes) {
      this.#pinged = true;
      ping();
    }
  }
}
