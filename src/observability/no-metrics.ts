import type { KeyMetrics } from './key-metrics.ts';
import type { ServingMetrics } from './serving-metrics.ts';

const nothing = (): void => {};

/** For a service that nobody counts. */
export const NO_METRICS: ServingMetrics & KeyMetrics = {
  serving: nothing,
  readiness: nothing,
  engineState: nothing,
  engineRestarted: nothing,
  deviceInUse: nothing,
  deviceTransferred: nothing,
  predictionState: nothing,
  stepRan: nothing,
  precisionSwitched: nothing,
  preempted: nothing,
  prefixLookedUp: nothing,
  phaseTimes: nothing,
  firstToken: nothing,
  tokenServed: nothing,
  requestFinished: nothing,
  requestFailed: nothing,
  requestRefused: nothing,
  precisionServed: nothing,
  sloJudged: nothing,
  eventLoopLag: nothing,
  keyUsed: nothing,
  keyTokens: nothing,
  keyRefused: nothing,
  keyRejected: nothing,
  limitsShared: nothing,
};
