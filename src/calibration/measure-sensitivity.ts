import type { ModelRunner, PrecisionConfig } from '../core/index.ts';
import type { PrecisionGroup } from './precision-groups.ts';
import { scoreWindow, windowLogits } from './window-scores.ts';

export interface SensitivityOptions {
  readonly runner: ModelRunner;
  /** Fused matrices of the model. */
  readonly matrices: number;
  /** Levels a matrix can be run at; the last is the highest precision. */
  readonly levels: readonly PrecisionGroup[];
  readonly windows: readonly Int32Array[];
  readonly onProgress?: (doneRuns: number, totalRuns: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * S[m][l] = KL(logits of the highest precision ‖ logits with matrix m alone at level l), nats per token, mean
 * over the predicted positions of `windows`. The highest precision stands for full precision, so that what all
 * configs share is not counted once per matrix.
 *
 * Memory: two f32 `[window, vocabSize]` arrays. Throws the signal's reason when it aborts.
 */
export async function measureSensitivity(options: SensitivityOptions): Promise<number[][]> {
  const { runner, matrices, levels, windows, onProgress, signal } = options;
  const top = levels.length - 1;
  const damage = Array.from({ length: matrices }, () => levels.map(() => 0));
  const predicted = windows.reduce((sum, window) => sum + window.length - 1, 0);
  const totalRuns = windows.length * matrices * top;
  const configAt = (changed: number, level: number): PrecisionConfig =>
    levelConfig(
      'probe',
      levels,
      damage.map((_, m) => (m === changed ? level : top)),
    );
  let done = 0;
  for (const window of windows) {
    const expected = (await windowLogits(runner, configAt(0, top), window)).slice();
    for (let m = 0; m < matrices; m++) {
      for (let level = 0; level < top; level++) {
        signal?.throwIfAborted();
        const logits = await windowLogits(runner, configAt(m, level), window);
        damage[m]![level]! += scoreWindow(expected, logits, window).kl / predicted;
        onProgress?.(++done, totalRuns);
      }
    }
  }
  return damage;
}

/** The config that runs each matrix at its level; `averageBits` is left for others to fill in. */
export function levelConfig(
  id: string,
  levels: readonly PrecisionGroup[],
  assignment: readonly number[],
): PrecisionConfig {
  return {
    id,
    averageBits: 0,
    planes: assignment.map((level) => levels[level]!.depth),
    ranks: assignment.map((level) => levels[level]!.rank),
    predictedKl: null,
    msPerToken: null,
  };
}
