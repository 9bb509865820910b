/** How long and on how much text a calibration learns. */
export interface CalibrationPreset {
  readonly sequences: number;
  readonly length: number;
  readonly epochs: number;
  /** Sequences per step. */
  readonly batch: number;
  /** Windows to measure the ladder on. */
  readonly judged: number;
}

export type PresetName = 'quick' | 'default' | 'thorough';

export const CALIBRATION_PRESETS: Readonly<Record<PresetName, CalibrationPreset>> = {
  quick: { sequences: 64, length: 128, epochs: 2, batch: 4, judged: 6 },
  default: { sequences: 256, length: 128, epochs: 4, batch: 4, judged: 16 },
  thorough: { sequences: 256, length: 128, epochs: 8, batch: 16, judged: 24 },
};

/**
 * Adam's rates by measurement, see docs/calibration.md. Higher ones let the cascade wander further from the
 * weights than rounding can follow.
 */
export const LEARNING_RATES = { clipping: 5e-4, fused: 1.5e-4, live: 5e-4 } as const;
