import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  fusedMatrices,
  type ModelArchitecture,
  modelVectors,
  type PrecisionConfig,
} from '../../core/index.ts';
import { ArtefactWriter, averageBits, MANIFEST_FILE, type PlaneFormat, planeRow } from '../../quant/index.ts';
import { randomBytes } from '../engine/random-bytes.ts';
import { writeInventedTokenizer } from './invented-tokenizer.ts';

/**
 * Makes sure that `directory` holds a servable artefact of random codes with an invented vocabulary, all ids of
 * which have text. Kept between runs.
 */
export async function writeRandomArtefact(
  directory: string,
  architecture: ModelArchitecture,
  planes: readonly PlaneFormat[],
): Promise<void> {
  if (await stat(join(directory, MANIFEST_FILE)).catch(() => null)) return;
  const tokenizer = await writeInventedTokenizer(`${directory}-tokenizer`, architecture.vocabSize);
  const matrices = fusedMatrices(architecture);
  const planeBits = planes.map(({ bits }) => bits);
  const writer = await ArtefactWriter.create(
    directory,
    {
      architecture,
      quantization: { planes: planeBits, block: planes[0]?.block ?? 32, cascadeRanks: [] },
      zeroPoints: matrices.map(() => planes.map(() => false)),
    },
    true,
  );
  for (const { name, length } of modelVectors(architecture)) {
    await writer.append(name, new Float32Array(length).fill(1));
  }
  for (const { name, n, k } of matrices) {
    let step = 1 / Math.sqrt(k);
    for (const [i, format] of planes.entries()) {
      step /= 2 ** (format.bits - 1);
      const { blocks, codeBytes } = planeRow(k, format);
      const codes = randomBytes(`${name}.${i}`, n * codeBytes);
      await writer.appendPlane(name, i, {
        ...format,
        codes,
        scales: new Float32Array(n * blocks).fill(step),
        zeroPoints: null,
      });
    }
  }
  const uniform = (depth: number): PrecisionConfig => {
    const depths = matrices.map(() => depth);
    const bits = averageBits(matrices, planeBits, depths);
    const ranks = matrices.map(() => 0);
    return { id: `q${bits}`, averageBits: bits, planes: depths, ranks, predictedKl: null, msPerToken: null };
  };
  await writer.finish(
    {
      name: 'random',
      sensitivity: { metric: 'mean-squared-error', costs: matrices.map(() => planes.map(() => 0)) },
      ladder: planes.map((_, i) => uniform(i + 1)) as [PrecisionConfig, ...PrecisionConfig[]],
      generation: { endTokenIds: [], maxTokens: null, sampling: {} },
      provenance: {
        method: 'round',
        toolVersion: 'bench',
        sourceName: 'random',
        sourcePath: null,
        sourceSha256: null,
        options: {},
        createdAt: new Date(0).toISOString(),
      },
    },
    [{ name: 'tokenizer.json', path: tokenizer }],
  );
}
