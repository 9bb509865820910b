import { relative, resolve, sep } from 'node:path';
import {
  type FusedMatrix,
  fusedMatrices,
  modelVectors,
  QueptError,
  type WeightSource,
} from '../core/index.ts';
import { ArtefactWriter, type CarriedFile } from './artefact-writer.ts';
import { explainDiskFault } from './disk-fault.ts';
import { planLadder } from './ladder.ts';
import type { ArtefactGeneration, ArtefactManifest } from './manifest.ts';
import { quantizeMatrix } from './quantize-matrix.ts';
import { checkQuantization } from './quantize-options.ts';
import { writeEmbedding } from './write-embedding.ts';
import { chooseZeroPoints, type ZeroPointMode } from './zero-point-choice.ts';

export interface QuantizeProgress {
  /** Matrix that was just finished in part or whole. */
  readonly matrix: string;
  readonly doneWeights: number;
  readonly totalWeights: number;
}

export interface QuantizeOptions {
  /** Model name that the server shows. */
  readonly name: string;
  /** Bits of each plane, base first: [4, 4], [4, 2, 2], [2, 2, 4], [8], … */
  readonly planes: readonly number[];
  readonly block: number;
  readonly zeroPoints: ZeroPointMode;
  /** Ascending prefix ranks of a live cascade beside the base plane; none by default. */
  readonly cascadeRanks?: readonly number[];
  readonly tokenizerFiles: readonly CarriedFile[];
  readonly generation: ArtefactGeneration;
  readonly provenance: {
    readonly toolVersion: string;
    readonly sourceName: string;
    /** The checkpoint's directory; stored relative to the artefact. */
    readonly sourceDirectory: string | null;
    readonly sourceSha256: string | null;
    readonly createdAt: Date;
  };
  /** Replace an artefact that stands in the output directory. */
  readonly force?: boolean;
  readonly onProgress?: (progress: QuantizeProgress) => void;
  readonly signal?: AbortSignal;
}

/**
 * Rounds a checkpoint to an elastic artefact in `outDirectory`, without data. Reads and writes row chunks, so
 * memory does not grow with the model.
 *
 * Throws QueptError: `invalid_usage` (options, output directory, disk), `invalid_checkpoint`, `cancelled` when
 * `signal` aborts. Then nothing is left of the run and `outDirectory` is as before.
 */
export async function quantizeCheckpoint(
  source: WeightSource,
  outDirectory: string,
  options: QuantizeOptions,
): Promise<ArtefactManifest> {
  const { architecture } = source;
  const matrices = fusedMatrices(architecture);
  const quantization = checkQuantization(options.planes, options.block, options.cascadeRanks ?? [], matrices);
  const progress = trackProgress(options, matrices, architecture.tiedEmbedding);
  const zeroPoints: boolean[][] = [];
  for (const matrix of matrices) {
    progress.check();
    zeroPoints.push(await chooseZeroPoints(source, matrix, quantization, options.zeroPoints));
  }
  const writer = await ArtefactWriter.create(
    outDirectory,
    { architecture, quantization, zeroPoints },
    options.force ?? false,
  );
  const costs: number[][] = [];
  try {
    for (const { name, length } of modelVectors(architecture)) {
      const vector = await source.readVector(name);
      if (vector.length !== length) {
        throw new QueptError('invalid_checkpoint', `${name} has ${vector.length} values, not ${length}.`);
      }
      await writer.append(name, vector);
    }
    for (const [m, matrix] of matrices.entries()) {
      const coding = { quantization, zeroPoints: zeroPoints[m]! };
      costs.push(await quantizeMatrix(source, writer, matrix, coding, (rows) => progress.add(matrix, rows)));
    }
    if (!architecture.tiedEmbedding) await writeEmbedding(source, writer, progress.add);
  } catch (error) {
    await writer.abort();
    throw explainDiskFault(error, outDirectory);
  }
  const choices = { matrices, planeBits: quantization.planes, costs };
  return await writer.finish(
    {
      name: options.name,
      sensitivity: { metric: 'mean-squared-error', costs },
      ladder: planLadder(choices, quantization.cascadeRanks),
      generation: options.generation,
      provenance: describeProvenance(outDirectory, options),
    },
    options.tokenizerFiles,
  );
}

function trackProgress(
  { onProgress, signal }: QuantizeOptions,
  matrices: readonly FusedMatrix[],
  tied: boolean,
) {
  const head = matrices.at(-1)!;
  const totalWeights = [...matrices, ...(tied ? [] : [head])].reduce((sum, { n, k }) => sum + n * k, 0);
  let doneWeights = 0;
  const check = (): void => {
    if (signal?.aborted)
      throw new QueptError('cancelled', 'Quantization was interrupted. Nothing was left behind.');
  };
  const add = ({ name, k }: FusedMatrix, rows: number): void => {
    doneWeights += rows * k;
    onProgress?.({ matrix: name, doneWeights, totalWeights });
    check();
  };
  return { check, add };
}

function describeProvenance(
  outDirectory: string,
  { planes, block, zeroPoints, cascadeRanks = [], provenance }: QuantizeOptions,
): ArtefactManifest['provenance'] {
  const { toolVersion, sourceName, sourceDirectory, sourceSha256, createdAt } = provenance;
  const path = sourceDirectory === null ? null : relative(resolve(outDirectory), resolve(sourceDirectory));
  return {
    method: 'round',
    toolVersion,
    sourceName,
    sourcePath: path === null ? null : path.split(sep).join('/'),
    sourceSha256,
    options: { planes: [...planes], block, zeroPoints, cascadeRanks: [...cascadeRanks] },
    createdAt: createdAt.toISOString(),
  };
}
