import type { Ladder } from '../core/index.ts';
import type { DeviceReport } from '../engine/index.ts';
import type { DeviceUse, RestartReason, ServingMetrics } from '../observability/index.ts';
import type { SchedulerSnapshot } from '../scheduler/index.ts';
import type { StepMessage } from './channel.ts';

type Counted = Pick<SchedulerSnapshot, 'preemptions' | 'prefixTokensQueried' | 'prefixTokensReused'>;

const NOTHING_COUNTED: Counted = { preemptions: 0, prefixTokensQueried: 0, prefixTokensReused: 0 };

/** Tells metrics what an engine reports after each step. */
export class EngineMetrics {
  readonly #metrics: ServingMetrics;
  readonly #ladder: Ladder;
  /** What the engine had counted by the step before: it counts from its start on. */
  #counted: Counted = NOTHING_COUNTED;

  constructor(metrics: ServingMetrics, ladder: Ladder) {
    this.#metrics = metrics;
    this.#ladder = ladder;
  }

  /** An engine is ready. */
  started(device: DeviceReport): void {
    this.#metrics.deviceInUse(deviceUse(device));
  }

  step({ snapshot, statistics }: StepMessage): void {
    const metrics = this.#metrics;
    this.#state(snapshot);
    this.#countOn(snapshot);
    const { batches, switches, ended, cost, transfers } = statistics;
    metrics.deviceTransferred(transfers.uploadedBytes, transfers.downloadedBytes);
    for (const { phase, rung, ms, wholeMs, predictedMs } of batches) {
      const byPrediction = predictedMs > 0 ? wholeMs / predictedMs : null;
      metrics.stepRan({ phase, config: this.#config(rung), seconds: ms / 1000, byPrediction });
    }
    for (const { from, to, cause } of switches) {
      metrics.precisionSwitched(this.#config(from), this.#config(to), cause);
    }
    for (const { queueMs, prefillMs, decodeMs } of ended) {
      metrics.phaseTimes({
        queue: queueMs / 1000,
        prefill: toSeconds(prefillMs),
        decode: toSeconds(decodeMs),
      });
    }
    if (batches.length > 0) metrics.predictionState({ errorRatio: cost.errors, slowness: cost.slowness });
  }

  /** The engine is gone, and with it all that it held. */
  gone(): void {
    this.#counted = NOTHING_COUNTED;
    const belowCeiling = { priority: 0, default: 0, flex: 0 };
    this.#metrics.deviceInUse(null);
    this.#metrics.engineState({ running: 0, waiting: 0, kvUsage: 0, belowCeiling });
  }

  /** An engine was lost, and another one takes its place. */
  restarting(reason: RestartReason): void {
    this.#metrics.engineRestarted(reason);
  }

  #state({ running, waiting, kvTokensUsed, kvTokensCapacity, belowCeiling }: SchedulerSnapshot): void {
    const kvUsage = kvTokensCapacity > 0 ? kvTokensUsed / kvTokensCapacity : 0;
    this.#metrics.engineState({ running, waiting, kvUsage, belowCeiling });
  }

  #countOn({ preemptions, prefixTokensQueried, prefixTokensReused }: SchedulerSnapshot): void {
    const before = this.#counted;
    this.#counted = { preemptions, prefixTokensQueried, prefixTokensReused };
    this.#metrics.preempted(preemptions - before.preemptions);
    this.#metrics.prefixLookedUp(
      prefixTokensQueried - before.prefixTokensQueried,
      prefixTokensReused - before.prefixTokensReused,
    );
  }

  #config(rung: number): string {
    return this.#ladder[rung]?.id ?? 'unknown';
  }
}

function toSeconds(ms: number | null): number | null {
  return ms === null ? null : ms / 1000;
}

function deviceUse(device: DeviceReport): DeviceUse {
  if (device.kind === 'cpu') return { kind: 'cpu' };
  const { weightBytes: weights, cacheBytes: cache, workingBytes: work } = device.memory;
  return { kind: 'webgpu', memory: { weights, cache, work, budget: device.budgetBytes ?? 0 } };
}
