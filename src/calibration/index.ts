export { type BatchShape, blockForward, blockVector, headForward } from './block-graph.ts';
export { calibrateCheckpoint, workDirectory } from './calibrate-checkpoint.ts';
export type { CalibrateOptions, CalibrateProgress } from './calibrate-options.ts';
export { CALIBRATION_PRESETS, type PresetName } from './calibration-preset.ts';
export { causalFeeds } from './causal-feeds.ts';
export { type CascadeKind, type CascadeRanks, cascadeRanks } from './default-ranks.ts';
export { type DrawnText, drawSequences } from './draw-sequences.ts';
export {
  type ConfigEvaluation,
  type Evaluation,
  type EvaluationOptions,
  evaluateLadder,
} from './evaluate-ladder.ts';
export { evaluatePrefixes, type PrefixEvaluation } from './evaluate-prefixes.ts';
export { evaluateSwitching, type SwitchingEvaluation } from './evaluate-switching.ts';
export { GraphInputs } from './graph-inputs.ts';
export { type MeasuredLadder, measureLadder } from './measure-ladder.ts';
export { calibratePaper, type PaperOptions } from './paper/calibrate-paper.ts';
export {
  isSimulation,
  openSimulation,
  readSimulationManifest,
  type Simulation,
} from './paper/open-simulation.ts';
export { PAPER_PRESETS } from './paper/paper-preset.ts';
export {
  blockMatrices,
  formatGroups,
  groupOf,
  LOWEST_WIDTH_BLOCK,
  PAPER_GROUPS,
  type PaperScheme,
  paperScheme,
} from './paper/paper-scheme.ts';
export { minMaxWeights, simulatedWeights } from './paper/simulated-weights.ts';
export type { SimulationManifest } from './paper/simulation-manifest.ts';
export { readSkills, type SkillExample } from './skills/read-skills.ts';
export {
  type CheckedAnswer,
  checkAnswers,
  meanAccuracy,
  type SkillAnswer,
  type SkillScore,
  scoreSkills,
} from './skills/score-skills.ts';
export { tokenWindows } from './token-windows.ts';
