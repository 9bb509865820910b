import type { Ladder, ServiceLevel } from '../core/index.ts';
import type { OwnerAccount } from './owner-account.ts';
import type { BatchPolicyName, PolicyName } from './policies.ts';
import type { PlanData, RecordedRequest, RecordedStep } from './recorded-step.ts';
import type { StepLimits } from './scheduling-view.ts';

// A recording is lines of JSON. Each start of an engine begins with a header, then comes a line per step. What a step
// shares with the one before is not said again: most of a queue stays as it is from step to step.

export const RECORDING_VERSION = 1;

/** First line of every run. */
export interface RecordingHeader {
  /** `RECORDING_VERSION`. */
  readonly recording: number;
  readonly policy: PolicyName;
  readonly batching: BatchPolicyName;
  readonly ladder: Ladder;
  readonly limits: StepLimits;
}

/** Targets that are infinite are null: JSON has no word for them. */
export type WrittenLevel = Omit<ServiceLevel, 'ttftMs' | 'tpotMs'> & {
  readonly ttftMs: number | null;
  readonly tpotMs: number | null;
};

/** Fields of a request that differ from when it was last written; all of them at first. */
export type WrittenRequest = { readonly n: number } & {
  readonly [Key in keyof RecordedRequest]?: Key extends 'level' ? WrittenLevel : RecordedRequest[Key];
};

/** One step. */
export interface WrittenStep extends Omit<RecordedStep['state'], 'ladder' | 'limits'> {
  readonly step: number;
  /** A number alone is a request that is as it was when last written. */
  readonly running: readonly (number | WrittenRequest)[];
  readonly waiting: readonly (number | WrittenRequest)[];
  readonly accounts: readonly (readonly [owner: string, account: OwnerAccount])[];
  /** Weights that are as they were when last written are left out. */
  readonly cost: {
    readonly slowness: number;
    readonly decode?: readonly (readonly number[])[];
    readonly prefill?: readonly (readonly number[])[];
  } | null;
  readonly plan: PlanData;
}
