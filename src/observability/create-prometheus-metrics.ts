import { SERVICE_TIERS } from '../core/index.ts';
import { createKeyMetrics, type KeyMetrics } from './key-metrics.ts';
import { MetricRegistry } from './metric-registry.ts';
import { addProcessMetrics } from './process-metrics.ts';
import { createQueptMetrics } from './quept-metrics.ts';
import { DEVICE_MEMORY_KINDS, type ServingMetrics } from './serving-metrics.ts';
import { createVllmMetrics, VLLM_FINISH_REASON } from './vllm-metrics.ts';

/** What a scrape is answered with. */
export interface MetricsSource {
  readonly contentType: string;
  /** All metrics in Prometheus's text format. */
  render(): Promise<string>;
}

/** Precise enough for any ladder, and what 8 bits come to in floating point is 8. */
const BITS_PRECISION = 1e6;

/** Metrics of one server, kept in memory in a registry of their own. */
export function createPrometheusMetrics(): ServingMetrics & KeyMetrics & MetricsSource {
  const own = new MetricRegistry();
  const { registry } = own;
  const vllm = createVllmMetrics(own);
  const quept = createQueptMetrics(own);
  addProcessMetrics(own);
  return {
    ...createKeyMetrics(own),
    contentType: registry.contentType,
    render: () => own.render(),
    serving({ id, ladder }) {
      // On every series, as vLLM has it: its dashboards choose by it.
      registry.setDefaultLabels({ model_name: id });
      for (const config of ladder) quept.tokens.inc({ config: config.id }, 0);
    },
    readiness: (ready) => own.onScrape(() => quept.ready.set(ready() ? 1 : 0)),
    engineRestarted: (reason) => quept.restarts.inc({ reason }),
    deviceInUse(use) {
      for (const device of ['cpu', 'webgpu'] as const) {
        quept.device.set({ device }, use?.kind === device ? 1 : 0);
      }
      for (const kind of DEVICE_MEMORY_KINDS) {
        quept.deviceMemory.set({ kind }, use?.kind === 'webgpu' ? use.memory[kind] : 0);
      }
    },
    deviceTransferred(uploadedBytes, downloadedBytes) {
      quept.deviceTransfers.inc({ direction: 'upload' }, uploadedBytes);
      quept.deviceTransfers.inc({ direction: 'download' }, downloadedBytes);
    },
    engineState({ running, waiting, kvUsage, belowCeiling }) {
      vllm.running.set(running);
      vllm.waiting.set(waiting);
      vllm.kvUsage.set(kvUsage);
      for (const tier of SERVICE_TIERS) quept.deficit.set({ tier }, belowCeiling[tier]);
    },
    predictionState({ errorRatio, slowness }) {
      quept.slowness.set(slowness);
      for (const phase of ['prefill', 'decode'] as const) {
        const error = errorRatio[phase];
        if (error !== null) quept.predictionError.set({ phase }, error);
      }
    },
    stepRan({ phase, config, seconds, byPrediction }) {
      quept.step.observe({ phase, config }, seconds);
      if (byPrediction !== null) quept.predictionRatio.observe({ phase }, byPrediction);
    },
    precisionSwitched: (from, to, reason) => quept.switches.inc({ from, to, reason }),
    preempted: (requests) => vllm.preemptions.inc(requests),
    prefixLookedUp(queriedTokens, hitTokens) {
      vllm.prefixQueries.inc(queriedTokens);
      vllm.prefixHits.inc(hitTokens);
    },
    phaseTimes({ queue, prefill, decode }) {
      vllm.queue.observe(queue);
      if (prefill !== null) vllm.prefill.observe(prefill);
      if (decode !== null) vllm.decode.observe(decode);
    },
    firstToken(promptTokens, seconds) {
      vllm.promptTokens.inc(promptTokens);
      vllm.firstToken.observe(seconds);
    },
    tokenServed(config, seconds) {
      vllm.generationTokens.inc();
      quept.tokens.inc({ config });
      if (seconds !== null) vllm.betweenTokens.observe(seconds);
    },
    requestFinished(reason, seconds) {
      vllm.finished.inc({ finished_reason: VLLM_FINISH_REASON[reason] });
      vllm.request.observe(seconds);
    },
    requestFailed: (code) => quept.failures.inc({ code }),
    requestRefused: (reason) => quept.rejections.inc({ reason }),
    precisionServed(tier, averageBits) {
      quept.precisionLevel.observe({ tier }, Math.round(averageBits * BITS_PRECISION) / BITS_PRECISION);
    },
    sloJudged: (tier, slo, met) => quept.attainment.inc({ tier, slo, met: String(met) }),
    eventLoopLag: (seconds) => quept.lag.observe(seconds),
  };
}
