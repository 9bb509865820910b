import { describe, expect, it } from 'vitest';
import { WITHOUT_TARGETS } from '../../../src/core/index.ts';
import {
  createPrometheusMetrics,
  type KeyMetrics,
  MOST_KEY_LABELS,
  type ServingMetrics,
} from '../../../src/observability/index.ts';
import { FAKE_MODEL } from '../../support/fake-inference-service.ts';
import { hasProgram, NEEDS_PROMETHEUS, promtoolObjections } from '../../support/promtool.ts';

const promtool = await hasProgram('promtool');

/** Says something of everything. */
function exercise(metrics: ServingMetrics & KeyMetrics): void {
  metrics.keyUsed('app');
  metrics.keyTokens('app', 12);
  metrics.keyRefused('app', 'rate_limit_exceeded');
  metrics.keyRejected('expired');
  metrics.limitsShared(true);
  metrics.serving(FAKE_MODEL);
  metrics.engineState({
    running: 3,
    waiting: 2,
    kvUsage: 0.25,
    belowCeiling: { priority: 0, default: 1, flex: 2 },
  });
  metrics.predictionState({ errorRatio: { prefill: null, decode: 0.1 }, slowness: 1.5 });
  metrics.stepRan({ phase: 'decode', config: 'q4', seconds: 0.02, byPrediction: 2 });
  metrics.stepRan({ phase: 'prefill', config: 'q8', seconds: 0.3, byPrediction: null });
  metrics.precisionSwitched('q8', 'q4', 'overload');
  metrics.preempted(1);
  metrics.prefixLookedUp(100, 64);
  metrics.phaseTimes({ queue: 0.1, prefill: 0.2, decode: null });
  metrics.firstToken(100, 0.3, WITHOUT_TARGETS.level);
  metrics.tokenServed('q8', null, WITHOUT_TARGETS.level);
  metrics.tokenServed('q4', 0.02, WITHOUT_TARGETS.level);
  metrics.requestFinished('cancelled', 0.5);
  metrics.requestFailed('deadline_exceeded');
  metrics.requestRefused('tier_share');
  metrics.precisionServed('flex', 5.999999999999999);
  metrics.sloJudged('flex', 'ttft', true);
  metrics.eventLoopLag(0.002);
}

describe('the metrics', () => {
  it('say what they were told, under the names of vLLM and ours, each series with the model', async () => {
    const metrics = createPrometheusMetrics();
    exercise(metrics);
    const text = await metrics.render();
    const series = [
      'vllm:num_requests_running{model_name="tiny"} 3',
      'vllm:num_requests_waiting{model_name="tiny"} 2',
      'vllm:kv_cache_usage_perc{model_name="tiny"} 0.25',
      'vllm:prompt_tokens_total{model_name="tiny"} 100',
      'vllm:generation_tokens_total{model_name="tiny"} 2',
      'vllm:request_success_total{finished_reason="abort",model_name="tiny"} 1',
      'vllm:request_success_total{finished_reason="stop",model_name="tiny"} 0',
      'vllm:num_preemptions_total{model_name="tiny"} 1',
      'vllm:prefix_cache_queries_total{model_name="tiny"} 100',
      'vllm:prefix_cache_hits_total{model_name="tiny"} 64',
      'vllm:time_to_first_token_seconds_sum{model_name="tiny"} 0.3',
      'vllm:inter_token_latency_seconds_count{model_name="tiny"} 1',
      'vllm:e2e_request_latency_seconds_count{model_name="tiny"} 1',
      'vllm:request_queue_time_seconds_sum{model_name="tiny"} 0.1',
      'vllm:request_prefill_time_seconds_sum{model_name="tiny"} 0.2',
      'vllm:request_decode_time_seconds_count{model_name="tiny"} 0',
      // What six bits come to in floating point is six.
      'quept_precision_level_bucket{le="6",model_name="tiny",tier="flex"} 1',
      'quept_precision_level_bucket{le="5.5",model_name="tiny",tier="flex"} 0',
      'quept_tokens_total{config="q2",model_name="tiny"} 0',
      'quept_tokens_total{config="q4",model_name="tiny"} 1',
      'quept_precision_switches_total{from="q8",to="q4",reason="overload",model_name="tiny"} 1',
      'quept_slo_attainment_total{tier="flex",slo="ttft",met="true",model_name="tiny"} 1',
      'quept_slo_attainment_total{tier="priority",slo="all",met="false",model_name="tiny"} 0',
      'quept_quality_deficit{tier="flex",model_name="tiny"} 2',
      'quept_step_seconds_sum{model_name="tiny",phase="prefill",config="q8"} 0.3',
      'quept_cost_model_error_ratio{phase="decode",model_name="tiny"} 0.1',
      'quept_step_time_vs_predicted_ratio_sum{model_name="tiny",phase="decode"} 2',
      'quept_machine_slowness_ratio{model_name="tiny"} 1.5',
      'quept_rejections_total{reason="tier_share",model_name="tiny"} 1',
      'quept_request_failures_total{code="deadline_exceeded",model_name="tiny"} 1',
      'quept_event_loop_lag_seconds_count{model_name="tiny"} 1',
    ];
    const lines = new Set(text.split('\n').map(sortedLabels));
    expect(series.map(sortedLabels).filter((line) => !lines.has(line))).toEqual([]);
    // A step of which nothing was predicted has no ratio.
    expect(text).not.toMatch(/vs_predicted_ratio_count\{.*prefill/);
  });

  it('of keys are a bounded number of series, however many keys there are', async () => {
    const metrics = createPrometheusMetrics();
    for (let i = 0; i < MOST_KEY_LABELS + 50; i++) metrics.keyUsed(`key-${i}`);
    metrics.keyTokens('key-3', 5);
    const text = await metrics.render();
    expect(text.match(/^quept_key_requests_total\{/gm)).toHaveLength(MOST_KEY_LABELS + 1);
    expect(text).toContain('quept_key_requests_total{key="other"} 50');
    expect(text).toContain('quept_key_tokens_total{key="key-3"} 5');
  });

  it('of two servers in one process are apart', async () => {
    const [one, other] = [createPrometheusMetrics(), createPrometheusMetrics()];
    exercise(one);
    expect(await other.render()).toContain('vllm:num_requests_running 0');
  });

  it('are as promtool wants them', async (context) => {
    if (!promtool) context.skip(NEEDS_PROMETHEUS);
    const metrics = createPrometheusMetrics();
    expect(await promtoolObjections(await metrics.render())).toEqual([]);
    exercise(metrics);
    expect(await promtoolObjections(await metrics.render())).toEqual([]);
    expect(await promtoolObjections('# TYPE a counter\na 1\n')).not.toEqual([]);
  });
});

function sortedLabels(line: string): string {
  return line.replace(/\{(.*)\}/, (_, labels: string) => `{${labels.split(',').sort().join(',')}}`);
}
