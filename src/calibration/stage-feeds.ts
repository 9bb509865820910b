import { Tensor } from 'onnxruntime-node';
import { inputNames } from './elastic-matrix.ts';
import { type Stage, stageNames } from './stage.ts';
import type { StageWeights } from './stage-weights.ts';
import type { Feeds } from './timed-session.ts';
import { gatherBatch, gatherRest, type TokenStream } from './token-stream.ts';

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

/** What the given sequences feed into a stage's graphs, `rows` tokens in all. */
export function streamFeeds(stream: TokenStream, picks: readonly number[], rows: number): Feeds {
  const input = new Tensor('float32', gatherBatch(stream, picks), [rows, stream.width]);
  const rest = gatherRest(stream, picks);
  if (rest === null) return { [stageNames.input]: input };
  return { [stageNames.input]: input, [stageNames.rest]: new Tensor('float32', rest, [rows, 1]) };
}
