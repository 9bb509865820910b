import type { RopeConfig } from '../../core/index.ts';

/**
 * angle(t, i) = t · frequency(i), frequency(i) = theta^(−2i/headDim), scaled where the checkpoint says so.
 *
 * Returns newly allocated cos and sin, f32 [length, headDim/2], row-major.
 * Source: rotary embedding (Su et al., 2021); Llama 3's frequency-dependent scaling as its config defines it.
 */
export function rotaryTables(
  rope: RopeConfig,
  headDim: number,
  length: number,
): { cos: Float32Array; sin: Float32Array } {
  const half = headDim / 2;
  const cos = new Float32Array(length * half);
  const sin = new Float32Array(length * half);
  for (let i = 0; i < half; i++) {
    const frequency = scaledFrequency(rope, rope.theta ** ((-2 * i) / headDim));
    for (let t = 0; t < length; t++) {
      cos[t * half + i] = Math.cos(t * frequency);
      sin[t * half + i] = Math.sin(t * frequency);
    }
  }
  return { cos, sin };
}

function scaledFrequency({ scaling }: RopeConfig, frequency: number): number {
  if (scaling === null) return frequency;
  if (scaling.kind === 'linear') return frequency / scaling.factor;
  // Long wavelengths are stretched by `factor`, short ones kept, those between blended.
  const { factor, lowFreqFactor, highFreqFactor, originalContextLength } = scaling;
  const turns = (originalContextLength * frequency) / (2 * Math.PI);
  if (turns <= lowFreqFactor) return frequency / factor;
  if (turns >= highFreqFactor) return frequency;
  const smooth = (turns - lowFreqFactor) / (highFreqFactor - lowFreqFactor);
  return ((1 - smooth) * frequency) / factor + smooth * frequency;
}
