export type { BatchPolicy, DecodeGroup, PrefillChunk, StepPlan } from './batch-policy.ts';
export { createCeilingPolicy } from './ceiling-policy.ts';
export { type CostModel, type CostSample, FREE_COST } from './cost-model.ts';
export { createDeadlinePolicy, type DeadlineOptions } from './deadline-policy.ts';
export {
  createDecisionHistory,
  type DecisionHistory,
  type DecisionHistoryOptions,
} from './decision-history.ts';
export { type DecisionLog, joinLogs } from './decision-log.ts';
export { firstComePolicy } from './first-come-policy.ts';
export { createFixedPolicy } from './fixed-policy.ts';
export type { PrefixCacheOptions, PrefixSharing } from './kv-places.ts';
export {
  type CostErrors,
  createLearnedCost,
  type LearnedCost,
  type LearnedCostState,
  restoreLearnedCost,
} from './learned-cost.ts';
export { type CostParameters, type CostWeights, linearCost } from './linear-cost.ts';
export { createLoadThresholdPolicy, type LoadThresholdOptions } from './load-threshold-policy.ts';
export { longestStepMs, type StepBounds } from './longest-step.ts';
export type { OwnerAccount } from './owner-account.ts';
export {
  BATCH_POLICIES,
  type BatchPolicyName,
  type FixedOptions,
  POLICIES,
  POLICY_NAMES,
  type PolicyName,
} from './policies.ts';
export type { PrecisionPolicy, RungCause, RungOf } from './precision-policy.ts';
export type { PreemptionLimits } from './preemption.ts';
export { type ProfileLimits, profileSteps } from './profile-steps.ts';
export type { PlanData, RecordedRequest, RecordedStep } from './recorded-step.ts';
export type { RecordingHeader } from './recording-format.ts';
export { expectedMoves } from './regrouping.ts';
export { type ReplayDifference, type ReplayPolicies, replay, replayStep } from './replay.ts';
export {
  createScheduler,
  type Scheduler,
  type SchedulerLimits,
  type SchedulerOptions,
  type SchedulerSnapshot,
} from './scheduler.ts';
export {
  type RequestView,
  type SchedulingView,
  type StepLimits,
  WAITING_IN_VIEW,
} from './scheduling-view.ts';
export { createSloPolicy, type SloOptions } from './slo-policy.ts';
export { type RecordedLine, StepReader } from './step-reader.ts';
export type { CostEstimator, StepShape } from './step-shape.ts';
export {
  type BatchStatistics,
  type PhaseTimes,
  StatisticsCollector,
  type StepStatistics,
  type SwitchStatistics,
} from './step-statistics.ts';
export { createStepWriter, type StepWriterOptions } from './step-writer.ts';
export { mostSwitches, SWITCH_LIMITS, type SwitchLimits } from './switch-limits.ts';
export {
  type UnloadedMachine,
  type UnloadedProfile,
  unloadedMachine,
  unloadedProfile,
  unloadedTimes,
} from './unloaded-times.ts';
