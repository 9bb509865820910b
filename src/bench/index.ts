export { hostFacts } from './host-facts.ts';
export { countPrompt } from './load/count-prompt.ts';
export { runEndpointTest } from './load/endpoint-test.ts';
export type { GenerationEndpoint, GenerationWish } from './load/generation-body.ts';
export { ENDPOINT_NAMES, httpEndpoints } from './load/http-endpoints.ts';
export type { ScheduleOptions } from './load/load-schedule.ts';
export { type LoadKey, type LoadTarget, parseTarget } from './load/load-target.ts';
export { parseTierTargets, type TargetTable } from './load/load-targets.ts';
export { runOpenTest } from './load/open-test.ts';
export { parseResult } from './load/parse-result.ts';
export { learnWords, type PromptWords, promptText } from './load/prompt-words.ts';
export {
  type BenchResult,
  type EndpointResult,
  type OpenResult,
  RESULT_FORMAT,
  RESULT_VERSION,
} from './load/result-schema.ts';
export { askFacts, type ServerFacts } from './load/server-facts.ts';
export { findUsable } from './load/usable-endpoints.ts';
export { htmlReport, REPORT_MARK } from './report/html-report.ts';
export type { MetricTable } from './report/metric.ts';
export { resultText } from './report/result-text.ts';
