export {
  type ArtefactLayout,
  cascadeName,
  planeName,
  type Quantization,
  type TensorSpec,
} from './artefact-tensors.ts';
export { type ArtefactDescription, ArtefactWriter, type CarriedFile } from './artefact-writer.ts';
export { dequantizeMatrix, readPlane } from './dequantize-matrix.ts';
export { explainDiskFault } from './disk-fault.ts';
export { fileSha256 } from './file-digest.ts';
export { averageBits, mixedConfig, type PrecisionChoices, planLadder } from './ladder.ts';
export {
  type ArtefactGeneration,
  type ArtefactManifest,
  formatManifest,
  MANIFEST_FILE,
  type Provenance,
  type Sensitivity,
  SIMULATION_FILE,
  WEIGHTS_FILE,
} from './manifest.ts';
export {
  type Artefact,
  type ArtefactCascade,
  type ArtefactMatrix,
  type ArtefactPlane,
  openArtefact,
} from './open-artefact.ts';
export { checkOutput, publish } from './output-directory.ts';
export { depthBits, type PlaneArrays, type PlaneBits, type PlaneFormat, planeRow } from './plane-format.ts';
export { addPlaneRow, PlaneRowReader } from './plane-row-reader.ts';
export { type QuantizeOptions, type QuantizeProgress, quantizeCheckpoint } from './quantize-checkpoint.ts';
export { checkQuantization, defaultBlock } from './quantize-options.ts';
export { type PlaneOptions, quantizePlane, squaredNorm, subtractPlane } from './quantize-plane.ts';
export { replaceLadder } from './replace-ladder.ts';
export {
  openSafetensors,
  type SafetensorsFault,
  type SafetensorsFile,
  type TensorEntry,
} from './safetensors.ts';
export { WeightsWriter } from './weights-writer.ts';
export { writeDurably } from './write-durably.ts';
export { writeEmbedding } from './write-embedding.ts';
export { chooseZeroPoints, type ZeroPointMode } from './zero-point-choice.ts';
