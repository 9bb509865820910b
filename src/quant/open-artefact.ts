import { createHash } from 'node:crypto';
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fusedMatrices, modelVectors, QueptError } from '../core/index.ts';
import {
  type ArtefactLayout,
  artefactTensors,
  cascadeName,
  EMBEDDING_FORMAT,
  planeName,
  segmentRanks,
} from './artefact-tensors.ts';
import { checkManifest } from './check-manifest.ts';
import {
  type ArtefactManifest,
  MANIFEST_FILE,
  parseManifest,
  SIMULATION_FILE,
  WEIGHTS_FILE,
} from './manifest.ts';
import type { PlaneFormat } from './plane-format.ts';
import { openSafetensors, type SafetensorsFile, type TensorEntry } from './safetensors.ts';
import { checkFileSizes, verifyDigests } from './verify-files.ts';

/** One plane of a matrix, by where its tensors lie; their layout is that of `PlaneArrays`. */
export interface ArtefactPlane extends PlaneFormat {
  readonly codes: TensorEntry;
  readonly scales: TensorEntry;
  readonly zeroPoints: TensorEntry | null;
}

/** One segment of a matrix's live cascade: adds (x·a)·b to the product. */
export interface ArtefactCascade {
  /** Ranks in this segment, not counting earlier ones. */
  readonly rank: number;
  /** f32 `[k, rank]`. */
  readonly a: TensorEntry;
  /** f32 `[rank, n]`. */
  readonly b: TensorEntry;
}

export interface ArtefactMatrix {
  readonly name: string;
  readonly n: number;
  readonly k: number;
  readonly planes: readonly ArtefactPlane[];
  readonly cascade: readonly ArtefactCascade[];
}

/** An opened artefact: everything checked, nothing but the manifest and the weights' header in memory. */
export interface Artefact {
  readonly directory: string;
  readonly manifest: ArtefactManifest;
  readonly weightsPath: string;
  /** 12 hexadecimal digits that change with the manifest or the weights. */
  readonly fingerprint: string;
  /** In `fusedMatrices` order. */
  readonly matrices: readonly ArtefactMatrix[];
  /** By canonical name, f32. */
  readonly vectors: ReadonlyMap<string, TensorEntry>;
  /** Planes of the embedding `[vocabSize, hiddenSize]`: the head's where tied. */
  readonly embedding: readonly ArtefactPlane[];
  /** A tensor's bytes in a buffer of their own. */
  read(entry: TensorEntry): Promise<Uint8Array>;
  close(): Promise<void>;
}

/**
 * Opens the artefact in `directory`: checks the manifest, the presence and size of every listed file, and name,
 * dtype and shape of every tensor; with `verify` also the SHA-256 of every file (reads them whole).
 *
 * Throws QueptError `invalid_artefact` naming file, field or tensor; what was opened is closed again.
 */
export async function openArtefact(
  directory: string,
  options: { readonly verify: boolean },
): Promise<Artefact> {
  const text = await readManifest(directory);
  const manifest = parseManifest(text);
  checkManifest(manifest);
  await checkFileSizes(directory, manifest);
  const weightsPath = join(directory, WEIGHTS_FILE);
  const weights = await openSafetensors(weightsPath, 'invalid_artefact');
  try {
    const layout = manifestLayout(manifest);
    checkTensors(weights, layout);
    if (options.verify) await verifyDigests(directory, manifest, weights);
    return {
      directory,
      manifest,
      weightsPath,
      fingerprint: fingerprint(text, manifest),
      ...locateTensors(weights, layout),
      read: (entry) => weights.read(entry),
      close: () => weights.close(),
    };
  } catch (error) {
    await weights.close();
    throw error;
  }
}

async function readManifest(directory: string): Promise<string> {
  try {
    return await readFile(join(directory, MANIFEST_FILE), 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const text =
      code === 'ENOENT' || code === 'ENOTDIR'
        ? await explainAbsence(directory)
        : `${directory}/${MANIFEST_FILE} cannot be read (${code}).`;
    throw new QueptError('invalid_artefact', text, { cause: error });
  }
}

async function explainAbsence(directory: string): Promise<string> {
  const isSimulation = await access(join(directory, SIMULATION_FILE)).then(
    () => true,
    () => false,
  );
  return isSimulation
    ? `${directory} is a simulated quantization, made by 'quept calibrate --recipe paper' to be judged and not to be ` +
        `served. Judge it with 'quept eval ${directory} --data TEXT --widths 2,4,8'; for an artefact to serve, ` +
        `calibrate without --recipe paper.`
    : `${directory} is not a quept artefact: it has no ${MANIFEST_FILE}. Make one with 'quept quantize'.`;
}

function manifestLayout({ architecture, quantization, matrices }: ArtefactManifest): ArtefactLayout {
  return { architecture, quantization, zeroPoints: matrices.map(({ zeroPoints }) => zeroPoints) };
}

/** The manifest's text holds the weights' SHA-256, so one digest over both needs no pass over the weights. */
function fingerprint(text: string, manifest: ArtefactManifest): string {
  const weights = manifest.files.find(({ name }) => name === WEIGHTS_FILE)!;
  return createHash('sha256').update(text).update(weights.sha256).digest('hex').slice(0, 12);
}

function checkTensors(weights: SafetensorsFile, layout: ArtefactLayout): void {
  for (const { name, dtype, shape } of artefactTensors(layout)) {
    const entry = weights.tensors.get(name);
    const wrong = (text: string): QueptError =>
      new QueptError(
        'invalid_artefact',
        `${WEIGHTS_FILE}: tensor ${name} ${text}. Build the artefact again.`,
      );
    if (entry === undefined) throw wrong('is missing');
    if (entry.dtype !== dtype) throw wrong(`is ${entry.dtype}, not ${dtype}`);
    if (entry.shape.join() !== shape.join()) throw wrong(`is [${entry.shape}], not [${shape}]`);
    if (dtype === 'F32' && entry.offset % 4 !== 0) throw wrong('is not aligned to 4 bytes');
  }
}

function locateTensors(
  weights: SafetensorsFile,
  layout: ArtefactLayout,
): Pick<Artefact, 'matrices' | 'vectors' | 'embedding'> {
  const { architecture, quantization, zeroPoints } = layout;
  const tensor = (name: string): TensorEntry => weights.tensors.get(name)!;
  const plane = (name: string, format: PlaneFormat, zeroPoint: boolean): ArtefactPlane => ({
    ...format,
    codes: tensor(`${name}.codes`),
    scales: tensor(`${name}.scales`),
    zeroPoints: zeroPoint ? tensor(`${name}.zero_points`) : null,
  });
  const ranks = segmentRanks(quantization.cascadeRanks);
  const matrices = fusedMatrices(architecture).map(({ name, n, k }, m) => ({
    name,
    n,
    k,
    planes: quantization.planes.map((bits, i) =>
      plane(planeName(name, i), { bits, block: quantization.block }, zeroPoints[m]![i]!),
    ),
    cascade: ranks.map((rank, j) => ({
      rank,
      a: tensor(`${cascadeName(name, j)}.a`),
      b: tensor(`${cascadeName(name, j)}.b`),
    })),
  }));
  const embedding = architecture.tiedEmbedding
    ? matrices.at(-1)!.planes
    : [plane(planeName('embedding', 0), EMBEDDING_FORMAT, false)];
  const vectors = new Map(modelVectors(architecture).map(({ name }) => [name, tensor(name)]));
  return { matrices, vectors, embedding };
}
