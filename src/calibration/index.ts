export { type BatchShape, blockForward, blockVector, headForward } from './block-graph.ts';
export { calibrateCheckpoint, workDirectory } from './calibrate-checkpoint.ts';
export type { CalibrateOptions, CalibrateProgress } from './calibrate-options.ts';
export { BATCH_SEQUENCES, CALIBRATION_PRESETS, type PresetName } from './calibration-preset.ts';
export { type CascadeKind, type CascadeRanks, cascadeRanks } from './default-ranks.ts';
export { type DrawnText, drawSequences } from './draw-sequences.ts';
export {
  type ConfigEvaluation,
  type Evaluation,
  type EvaluationOptions,
  evaluateLadder,
} from './evaluate-ladder.ts';
export { evaluateSwitching, type SwitchingEvaluation } from './evaluate-switching.ts';
export { GraphInputs } from './graph-inputs.ts';
export { type MeasuredLadder, measureLadder } from './measure-ladder.ts';
export { tokenWindows } from './token-windows.ts';
