import type { ModelRunner, PrecisionConfig } from '../core/index.ts';
import { median } from '../numerics/index.ts';
import { takeSlot } from './window-scores.ts';

const TIMED_STEPS = 24;
const TIMED_CONTEXT = 64;

/**
 * Median batch-1 decode step per config, milliseconds; steps of all configs interleaved against drift.
 *
 * @param window token ids to run behind
 */
export async function decodeTimes(
  runner: ModelRunner,
  configs: readonly PrecisionConfig[],
  window: Int32Array,
): Promise<number[]> {
  const slot = takeSlot(runner);
  try {
    const context = window.slice(0, Math.min(TIMED_CONTEXT, runner.shape.contextLength - 1));
    await runner.execute({ precision: configs[0]!, rows: [{ slot, tokens: context, logits: 'last' }] });
    runner.commit(slot, context.length);
    const rows = [{ slot, tokens: window.slice(0, 1), logits: 'last' as const }];
    const times: number[][] = configs.map(() => []);
    for (let step = 0; step < TIMED_STEPS; step++) {
      for (const [rung, precision] of configs.entries()) {
        const start = performance.now();
        await runner.execute({ precision, rows });
        times[rung]!.push(performance.now() - start);
      }
    }
    return times.map(median);
  } finally {
    runner.releaseSlot(slot);
  }
}
