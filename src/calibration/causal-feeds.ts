import { Tensor } from 'onnxruntime-node';
import type { ModelArchitecture } from '../core/index.ts';
import { rotaryTables } from '../engine/index.ts';
import type { BatchShape } from './block-graph.ts';
import type { Feeds } from './timed-session.ts';

/** Rotary tables and causal mask, the same for every block. */
export function causalFeeds({ rope, headDim }: ModelArchitecture, { length }: BatchShape): Feeds {
  const { cos, sin } = rotaryTables(rope, headDim, length);
  const mask = new Float32Array(length * length);
  for (let row = 0; row < length; row++) mask.fill(-1e30, row * length + row + 1, (row + 1) * length);
  const half = headDim / 2;
  return {
    rotary_cos: new Tensor('float32', cos, [length, half]),
    rotary_sin: new Tensor('float32', sin, [length, half]),
    causal_mask: new Tensor('float32', mask, [length, length]),
  };
}
