import type { ServingMetrics } from './serving-metrics.ts';

/** Metrics that tell two others the same, one after the other. */
export function tellBoth(one: ServingMetrics, other: ServingMetrics): ServingMetrics {
  return {
    serving: (model) => both((metrics) => metrics.serving(model)),
    readiness: (ready) => both((metrics) => metrics.readiness(ready)),
    engineState: (state) => both((metrics) => metrics.engineState(state)),
    engineRestarted: (reason) => both((metrics) => metrics.engineRestarted(reason)),
    predictionState: (state) => both((metrics) => metrics.predictionState(state)),
    stepRan: (step) => both((metrics) => metrics.stepRan(step)),
    precisionSwitched: (from, to, reason) => both((metrics) => metrics.precisionSwitched(from, to, reason)),
    preempted: (requests) => both((metrics) => metrics.preempted(requests)),
    prefixLookedUp: (queried, hit) => both((metrics) => metrics.prefixLookedUp(queried, hit)),
    phaseTimes: (times) => both((metrics) => metrics.phaseTimes(times)),
    firstToken: (tokens, seconds, level) => both((metrics) => metrics.firstToken(tokens, seconds, level)),
    tokenServed: (config, seconds, level) => both((metrics) => metrics.tokenServed(config, seconds, level)),
    requestFinished: (reason, seconds) => both((metrics) => metrics.requestFinished(reason, seconds)),
    requestFailed: (code) => both((metrics) => metrics.requestFailed(code)),
    requestRefused: (reason) => both((metrics) => metrics.requestRefused(reason)),
    precisionServed: (tier, bits) => both((metrics) => metrics.precisionServed(tier, bits)),
    sloJudged: (tier, slo, met) => both((metrics) => metrics.sloJudged(tier, slo, met)),
    eventLoopLag: (seconds) => both((metrics) => metrics.eventLoopLag(seconds)),
  };

  function both(tell: (metrics: ServingMetrics) => void): void {
    tell(one);
    tell(other);
  }
}
