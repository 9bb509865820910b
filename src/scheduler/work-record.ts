import type { Ladder } from '../core/index.ts';
import { type OwnerAccount, OwnerAccounts } from './owner-account.ts';
import type { RowToRun } from './predicted-time.ts';

/** Weight of the newest request in the mean output length. */
const NEWEST = 1 / 16;

/** What has been done, and for whom, as far as policies ask. */
export class WorkRecord {
  readonly #ladder: Ladder;
  readonly #accounts = new OwnerAccounts();
  lastPrefillAtMs: number | null = null;
  meanOutputTokens: number | null = null;
  /** The newest plan's. */
  carry = 0;
  prefixTokensQueried = 0;
  prefixTokensReused = 0;
  preemptions = 0;

  constructor(ladder: Ladder) {
    this.#ladder = ladder;
  }

  enter(owner: string): OwnerAccount {
    return this.#accounts.enter(owner);
  }

  /** A prompt of so many tokens begins to run, `reused` of them done. */
  beginPrompt(tokens: number, reused: number): void {
    this.prefixTokensQueried += tokens;
    this.prefixTokensReused += reused;
  }

  /** A request ended, with `outputTokens` when that was by its own doing. */
  leave(owner: string, outputTokens: number | null): void {
    this.#accounts.leave(owner);
    if (outputTokens === null) return;
    const mean = this.meanOutputTokens ?? outputTokens;
    this.meanOutputTokens = mean + NEWEST * (outputTokens - mean);
  }

  /** A batch begins that is predicted to take `ms`: its rows bear equal parts, whatever it takes in the end. */
  begin(rung: number, rows: readonly RowToRun[], ms: number, nowMs: number): void {
    for (const { sequence, tokens } of rows) {
      if (sequence.promptLeft > 0) this.lastPrefillAtMs = nowMs;
      this.#accounts.charge(
        sequence.owner,
        ms / rows.length,
        tokens * (this.#bits(sequence.ceiling) - this.#bits(rung)),
      );
    }
  }

  #bits(rung: number): number {
    return this.#ladder[rung]?.averageBits ?? 0;
  }
}
