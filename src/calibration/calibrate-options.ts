import type { ArtefactGeneration, CarriedFile, ZeroPointMode } from '../quant/index.ts';
import type { CascadeRanks } from './default-ranks.ts';

/** A whole calibration run, from checkpoint to artefact. */
export interface CalibrateOptions extends CascadeRanks {
  /** Model name that the server shows. */
  readonly name: string;
  /** Bits of each plane, base first. */
  readonly planes: readonly number[];
  readonly block: number;
  readonly zeroPoints: ZeroPointMode;
  /** Whether clipping factors learn. */
  readonly clipping: boolean;
  /** MB-ToMe between blocks. */
  readonly mergeTokens: boolean;
  /** Scale input channels before rounding, and their sources back. */
  readonly smooth: boolean;
  /** From `drawSequences`. */
  readonly sequences: readonly Int32Array[];
  readonly judged: readonly Int32Array[];
  readonly epochs: number;
  /** Sequences per step; divides their number. */
  readonly batch: number;
  readonly seed: number;
  readonly threads: number;
  /** Go on with a run of the same description that was interrupted. */
  readonly resume: boolean;
  /** Replace an artefact that stands in the output directory. */
  readonly force: boolean;
  readonly tokenizerFiles: readonly CarriedFile[];
  readonly generation: ArtefactGeneration;
  readonly provenance: {
    readonly toolVersion: string;
    readonly sourceName: string;
    /** The checkpoint's directory; stored relative to the artefact. */
    readonly sourceDirectory: string;
    readonly sourceSha256: string;
    /** Of the calibration text. */
    readonly dataSha256: string;
    readonly createdAt: Date;
  };
  readonly onProgress?: (progress: CalibrateProgress) => void;
  readonly signal?: AbortSignal;
}

export type CalibrateProgress =
  | {
      readonly phase: 'learning';
      /** Steps, those of a resumed run's earlier stages included. */
      readonly done: number;
      readonly total: number;
      readonly stage: number;
      readonly stages: number;
    }
  | { readonly phase: 'ladder'; readonly done: number; readonly total: number };
