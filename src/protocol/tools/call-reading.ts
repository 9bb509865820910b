import type { ToolFormat } from '../../core/index.ts';

/** How calls are looked for in an answer. */
export interface CallReading {
  readonly format: ToolFormat;
  /** Functions that may be called. */
  readonly names: ReadonlySet<string>;
  /** Whether there may be more than one call. */
  readonly parallel: boolean;
  /** The prompt ends with what announces a call, so the answer begins inside of it. */
  readonly begun: boolean;
}
