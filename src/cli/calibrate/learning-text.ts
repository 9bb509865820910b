import { type CALIBRATION_PRESETS, type DrawnText, drawSequences } from '../../calibration/index.ts';
import { type Checkpoint, loadTokenizer } from '../../engine/index.ts';
import type { Output } from '../output.ts';
import type { CalibrateFlags } from './calibrate-flags.ts';
import { readCalibrationText } from './calibration-text.ts';

/** What a calibration learns from, and how often. */
export interface LearningText extends DrawnText {
  readonly epochs: number;
  readonly batch: number;
  /** SHA-256 (hex) of the text. */
  readonly dataSha256: string;
}

/**
 * Draws what the flags ask for, and where they say nothing what the recipe's presets do; says where the text holds
 * less.
 *
 * Throws QueptError `invalid_usage` naming the option.
 */
export async function drawLearningText(
  { directory, architecture }: Checkpoint,
  flags: CalibrateFlags,
  presets: typeof CALIBRATION_PRESETS,
  output: Output,
): Promise<LearningText> {
  const preset = presets[flags.quick ? 'quick' : flags.thorough ? 'thorough' : 'default'];
  const length = Math.min(flags.length ?? preset.length, architecture.contextLength);
  const sequences = flags.sequences ?? preset.sequences;
  const batch = Math.min(flags.batch ?? preset.batch, sequences);
  const tokenizer = await loadTokenizer(directory, 'invalid_checkpoint');
  const text = await readCalibrationText(flags.data, flags.bytes, tokenizer);
  const wish = { sequences, length, batch, judged: preset.judged, seed: flags.seed };
  const drawn = drawSequences(text.tokens, text.bosToken, wish);
  if (drawn.sequences.length < sequences)
    output.note(`learning from ${drawn.sequences.length} sequences of ${length} tokens, not ${sequences}`);
  return { ...drawn, epochs: flags.epochs ?? preset.epochs, batch, dataSha256: text.sha256 };
}
