export { artefactEmbedding, artefactWeights } from './artefact-weights.ts';
export { askProcess } from './ask-process.ts';
export type { AttentionKind, CpuRunner } from './cpu/cpu-runner.ts';
export { openRunner, type RunnerOptions } from './cpu/open-runner.ts';
export { probeRuntime, type RuntimeFacts } from './cpu/probe-runtime.ts';
export { cpuSessionOptions } from './cpu/session-options.ts';
export { type DenseWeights, denseWeights } from './dense-weights.ts';
export type { EmbeddingTable } from './embedding-table.ts';
export type { GraphWeights, MatrixData } from './graph/graph-weights.ts';
export { rotaryTables } from './graph/rotary-tables.ts';
export { type Checkpoint, openCheckpoint } from './hf/checkpoint.ts';
export { checkpointFingerprint } from './hf/checkpoint-fingerprint.ts';
export { type GenerationDefaults, readGenerationConfig } from './hf/generation-config.ts';
export { tokenizerFiles } from './hf/tokenizer-files.ts';
export { writeCheckpoint } from './hf/write-checkpoint.ts';
export {
  type DeviceReport,
  type DeviceRunner,
  type DeviceRunnerOptions,
  openDeviceRunner,
} from './open-device-runner.ts';
export { readToolFormat } from './tokenizer/read-tool-format.ts';
export { loadTokenizer, type Tokenizer } from './tokenizer/tokenizer.ts';
export { type AdapterFacts, deviceMemoryBudget } from './webgpu/adapter-facts.ts';
export { type DeviceMemoryPlan, deviceMemoryPlan } from './webgpu/device-memory.ts';
export { graphicsDevices } from './webgpu/graphics-devices.ts';
export { openWebGpuRunner } from './webgpu/open-webgpu-runner.ts';
export { type AdapterProbe, probeAdapter } from './webgpu/probe-adapter.ts';
export type { DeviceTransfers } from './webgpu/transfer-meter.ts';
export type { WebGpuRunner } from './webgpu/webgpu-runner.ts';
export { webGpuSessionOptions } from './webgpu/webgpu-session-options.ts';
