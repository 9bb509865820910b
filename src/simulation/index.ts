export { leastAgreement } from './agreement.ts';
export { type Bursts, poissonTimes } from './arrival-times.ts';
export { builtInProfiles, DEFAULT_PROFILE, readBuiltInProfile } from './built-in-profiles.ts';
export {
  type CostProfile,
  parseCostProfile,
  profileLadder,
  profileSamples,
} from './cost-profile.ts';
export { findGoodput90, type Measure, type RatePoint, REQUIRED_ATTAINMENT } from './goodput.ts';
export { type LengthDistribution, parseLengthDistribution } from './length-distribution.ts';
export { type NamedPolicy, resolvePolicy, SIMULATED_POLICIES, topRungPolicy } from './policies.ts';
export { createProfileCost } from './profile-cost.ts';
export { Recorder } from './recorder.ts';
export { serviceLevel, type TargetOverrides } from './service-levels.ts';
export { type SimulatedServer, type SimulationControl, simulate } from './simulate.ts';
export { SimulatedClock } from './simulated-clock.ts';
export { simulatedRequest } from './simulated-request.ts';
export { SimulatedRunner } from './simulated-runner.ts';
export type { StepChange, StepOutcome } from './step-change.ts';
export type { StepOverhead } from './step-overhead.ts';
export {
  type Outcomes,
  type Percentiles,
  type SimulationRecords,
  type SimulationResult,
  summarize,
  type TierOutcomes,
} from './summarize.ts';
export { ladderRates, type RateLadder, type Sweep, sweepRates } from './sweep.ts';
export { scaleLengths, type ThinTraceOptions, thinTrace } from './thin-trace.ts';
export { DEFAULT_TIERS, parseTierMix, type TierMix } from './tier-mix.ts';
export type { TimelinePoint } from './timeline-points.ts';
export { parseTrace, type TraceRow } from './trace.ts';
export {
  type Arrival,
  type ArrivalKind,
  createWorkload,
  traceRate,
  type Workload,
  type WorkloadOptions,
} from './workload.ts';
