import { Tensor } from 'onnxruntime-node';
import { inputNames } from './elastic-matrix.ts';
import type { Stage } from './stage.ts';
import type { StageWeights } from './stage-weights.ts';
import type { Feeds } from './timed-session.ts';

/**
 * Full-precision weights as inputs of a stage's graphs, over their own memory.
 *
 * @param shared feeds every block has: rotary tables and causal mask
 */
export function stageFeeds(stage: Stage, { matrices, vectors }: StageWeights, shared: Feeds): Feeds {
  const feeds: Record<string, Tensor> = stage.kind === 'block' ? { ...shared } : {};
  for (const [name, vector] of vectors) feeds[name] = new Tensor('float32', vector, [vector.length]);
  stage.matrices.forEach(({ name, n, k }, m) => {
    feeds[inputNames.weights(name)] = new Tensor('float32', matrices[m]!, [n, k]);
  });
  return feeds;
}
