import { describe, expect, it } from 'vitest';
import type { StepMessage } from '../../../src/gateway/channel.ts';
import { EngineMetrics } from '../../../src/gateway/engine-metrics.ts';
import { createPrometheusMetrics } from '../../../src/observability/index.ts';
import { type SchedulerSnapshot, StatisticsCollector } from '../../../src/scheduler/index.ts';
import { FAKE_LADDER } from '../../support/fake-inference-service.ts';

const IDLE: SchedulerSnapshot = {
  running: 0,
  waiting: 0,
  prefillTokensPending: 0,
  freeSlots: 2,
  kvTokensUsed: 0,
  kvTokensCapacity: 200,
  kvTokensKept: 0,
  prefixTokensQueried: 0,
  prefixTokensReused: 0,
  preemptions: 0,
  belowCeiling: { priority: 0, default: 0, flex: 0 },
  tokensGenerated: 0,
  unhealthy: null,
};

function step(
  snapshot: Partial<SchedulerSnapshot>,
  collector = new StatisticsCollector(),
  transfers = { uploadedBytes: 0, downloadedBytes: 0 },
): StepMessage {
  const cost = { errors: { decode: 0.25, prefill: null }, slowness: 1.5, longestStepMs: 9 };
  const statistics = { ...collector.take(), cost, transfers };
  return { type: 'step', events: [], reused: [], snapshot: { ...IDLE, ...snapshot }, statistics };
}

describe('metrics of an engine', () => {
  it('count on over a restart, since an engine counts from its own start', async () => {
    const metrics = createPrometheusMetrics();
    const engine = new EngineMetrics(metrics, FAKE_LADDER);
    engine.step(step({ preemptions: 2, prefixTokensQueried: 100, prefixTokensReused: 40 }));
    engine.step(step({ preemptions: 3, prefixTokensQueried: 100, prefixTokensReused: 40 }));
    engine.gone();
    engine.step(step({ preemptions: 1, prefixTokensQueried: 10, prefixTokensReused: 5 }));
    const text = await metrics.render();
    expect(text).toContain('vllm:num_preemptions_total 4');
    expect(text).toContain('vllm:prefix_cache_queries_total 110');
    expect(text).toContain('vllm:prefix_cache_hits_total 45');
  });

  it('tell the state after a step, and an empty one when it is gone', async () => {
    const metrics = createPrometheusMetrics();
    const engine = new EngineMetrics(metrics, FAKE_LADDER);
    const belowCeiling = { priority: 0, default: 1, flex: 2 };
    engine.step(step({ running: 2, waiting: 3, kvTokensUsed: 50, belowCeiling }));
    const busy = await metrics.render();
    expect(busy).toContain('vllm:kv_cache_usage_perc 0.25');
    expect(busy).toContain('vllm:num_requests_waiting 3');
    expect(busy).toContain('quept_quality_deficit{tier="flex"} 2');
    engine.gone();
    const idle = await metrics.render();
    expect(idle).toContain('vllm:kv_cache_usage_perc 0');
    expect(idle).toContain('vllm:num_requests_waiting 0');
    expect(idle).toContain('quept_quality_deficit{tier="flex"} 0');
  });

  it('tell what it runs on, what that takes, and what passes to and from it', async () => {
    const metrics = createPrometheusMetrics();
    const engine = new EngineMetrics(metrics, FAKE_LADDER);
    const adapter = { name: 'a', kind: 'hardware', shaderF16: true, memory: null } as const;
    const memory = { weightBytes: 30, cacheBytes: 20, workingBytes: 10, totalBytes: 60 };
    engine.started({ kind: 'webgpu', adapter, floatType: 'f16', memory, budgetBytes: 100 });
    for (const downloadedBytes of [5, 6]) {
      engine.step(step({}, undefined, { uploadedBytes: 2, downloadedBytes }));
    }
    const busy = await metrics.render();
    expect(busy).toContain('quept_engine_device{device="webgpu"} 1');
    expect(busy).toContain('quept_device_memory_bytes{kind="cache"} 20');
    expect(busy).toContain('quept_device_memory_bytes{kind="budget"} 100');
    expect(busy).toContain('quept_device_transfer_bytes_total{direction="upload"} 4');
    expect(busy).toContain('quept_device_transfer_bytes_total{direction="download"} 11');
    engine.gone();
    engine.started({ kind: 'cpu' });
    const fallen = await metrics.render();
    expect(fallen).toContain('quept_engine_device{device="webgpu"} 0');
    expect(fallen).toContain('quept_engine_device{device="cpu"} 1');
    expect(fallen).toContain('quept_device_memory_bytes{kind="cache"} 0');
  });

  it('tell what steps did in seconds and by config', async () => {
    const metrics = createPrometheusMetrics();
    const engine = new EngineMetrics(metrics, FAKE_LADDER);
    const collector = new StatisticsCollector();
    const shape = { phase: 'decode', rung: 1, rows: 1, tokens: 1, contextTokens: 9, movedRows: 0 } as const;
    collector.executed(shape, { ms: 30, wholeMs: 40, predictedMs: 20 });
    collector.planned('load');
    collector.switched(2, 1);
    engine.step(step({}, collector));
    const text = await metrics.render();
    expect(text).toContain('quept_step_seconds_sum{phase="decode",config="q4"} 0.03');
    expect(text).toContain('quept_step_time_vs_predicted_ratio_sum{phase="decode"} 2');
    expect(text).toContain('quept_precision_switches_total{from="q8",to="q4",reason="load"} 1');
    expect(text).toContain('quept_cost_model_error_ratio{phase="decode"} 0.25');
    expect(text).not.toContain('quept_cost_model_error_ratio{phase="prefill"}');
  });
});
