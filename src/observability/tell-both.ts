import type { ServingMetrics } from './serving-metrics.ts';

/** Metrics that tell two others the same, one after the other. */
export function tellBoth(one: ServingMetrics, other: ServingMetrics): ServingMetrics {
  /** Made once for each call, since some are made for every token. */
  function both<Told extends readonly unknown[]>(
    call: (metrics: ServingMetrics) => (...told: Told) => void,
  ): (...told: Told) => void {
    const [first, second] = [call(one), call(other)];
    return (...told) => {
      first(...told);
      second(...told);
    };
  }
  return {
    serving: both((metrics) => metrics.serving),
    readiness: both((metrics) => metrics.readiness),
    engineState: both((metrics) => metrics.engineState),
    engineRestarted: both((metrics) => metrics.engineRestarted),
    deviceInUse: both((metrics) => metrics.deviceInUse),
    deviceTransferred: both((metrics) => metrics.deviceTransferred),
    predictionState: both((metrics) => metrics.predictionState),
    stepRan: both((metrics) => metrics.stepRan),
    precisionSwitched: both((metrics) => metrics.precisionSwitched),
    preempted: both((metrics) => metrics.preempted),
    prefixLookedUp: both((metrics) => metrics.prefixLookedUp),
    phaseTimes: both((metrics) => metrics.phaseTimes),
    firstToken: both((metrics) => metrics.firstToken),
    tokenServed: both((metrics) => metrics.tokenServed),
    requestFinished: both((metrics) => metrics.requestFinished),
    requestFailed: both((metrics) => metrics.requestFailed),
    requestRefused: both((metrics) => metrics.requestRefused),
    precisionServed: both((metrics) => metrics.precisionServed),
    sloJudged: both((metrics) => metrics.sloJudged),
    eventLoopLag: both((metrics) => metrics.eventLoopLag),
  };
}
