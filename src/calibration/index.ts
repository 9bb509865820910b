export { type ConfigEvaluation, type Evaluation, evaluateLadder } from './evaluate-ladder.ts';
export { tokenWindows } from './token-windows.ts';
