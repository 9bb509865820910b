import type { CalibrationPreset, PresetName } from '../calibration-preset.ts';

/** The paper learns from 128 sequences in 15 epochs; its 2048 tokens are more than small models can read. */
export const PAPER_PRESETS: Readonly<Record<PresetName, CalibrationPreset>> = {
  quick: { sequences: 64, length: 128, epochs: 3, batch: 4, judged: 0 },
  default: { sequences: 128, length: 256, epochs: 15, batch: 4, judged: 0 },
  thorough: { sequences: 256, length: 512, epochs: 20, batch: 4, judged: 0 },
};

/** The paper's rates for weights alone. */
export const PAPER_LEARNING_RATES = { clipping: 2e-2, fused: 7e-4, live: 0 } as const;
