/** What happened in one window of time. */
interface Window {
  arrivals: number;
  tokens: number;
  bits: number;
  switches: number;
  /** Gaps longer than the request's TPOT target. */
  lateGaps: number;
  /** Times between tokens of a request, milliseconds. */
  readonly gaps: number[];
  /** TTFT by its target, of each request whose first token came. */
  readonly ttftsByTarget: number[];
  /** TPOT so far by its target, of each request that had a token here, as of the last one. */
  readonly tpotsByTarget: Map<object, number>;
}

export interface TimelineToken {
  /** Tells requests apart. */
  readonly request: object;
  readonly bits: number;
  /** Since the request's token before; null for its first. */
  readonly gapMs: number | null;
  readonly tpotTargetMs: number;
  /** Of its request, up to this token; null for the first. */
  readonly tpotByTarget: number | null;
  /** Of a request whose first token this is; null for the others. */
  readonly ttftByTarget: number | null;
  readonly switched: boolean;
}

/** Counts by windows of equal length, from time 0 on. */
export class Timeline {
  readonly windowMs: number;
  readonly #windows: Window[] = [];

  constructor(windowMs: number) {
    this.windowMs = windowMs;
  }

  /** In order of time, without holes. */
  get windows(): readonly Readonly<Window>[] {
    return this.#windows;
  }

  arrival(atMs: number): void {
    this.#at(atMs).arrivals++;
  }

  token(
    atMs: number,
    { request, bits, gapMs, tpotTargetMs, tpotByTarget, ttftByTarget, switched }: TimelineToken,
  ): void {
    const window = this.#at(atMs);
    window.tokens++;
    window.bits += bits;
    if (switched) window.switches++;
    if (ttftByTarget !== null) window.ttftsByTarget.push(ttftByTarget);
    if (tpotByTarget !== null) window.tpotsByTarget.set(request, tpotByTarget);
    if (gapMs === null) return;
    window.gaps.push(gapMs);
    if (gapMs > tpotTargetMs) window.lateGaps++;
  }

  #at(atMs: number): Window {
    const index = Math.floor(atMs / this.windowMs);
    while (this.#windows.length <= index) {
      this.#windows.push({
        arrivals: 0,
        tokens: 0,
        bits: 0,
        switches: 0,
        lateGaps: 0,
        gaps: [],
        ttftsByTarget: [],
        tpotsByTarget: new Map(),
      });
    }
    // The loop has just made it.
    return this.#windows[index] as Window;
  }
}
