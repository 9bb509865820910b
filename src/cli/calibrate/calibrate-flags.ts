import type { CascadeKind } from '../../calibration/index.ts';
import type { ZeroPointMode } from '../../quant/index.ts';

export type Recipe = 'planes' | 'paper';

/** What commander makes of the options of `calibrate`. */
export interface CalibrateFlags {
  readonly data: string;
  readonly bytes: number;
  readonly recipe: Recipe;
  readonly planes: readonly number[];
  readonly block?: number;
  readonly zeroPoints: ZeroPointMode;
  readonly cascade: CascadeKind;
  readonly ranks?: readonly number[];
  readonly liveRanks?: readonly number[];
  readonly paperGroups?: readonly (readonly number[])[];
  readonly clipping: boolean;
  readonly mergeTokens: boolean;
  readonly smooth?: boolean;
  readonly sequences?: number;
  readonly length?: number;
  readonly epochs?: number;
  readonly batch?: number;
  readonly seed: number;
  readonly quick?: boolean;
  readonly thorough?: boolean;
  readonly resume?: boolean;
  readonly name?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}
