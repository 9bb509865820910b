import type { FusedMatrix, WeightSource } from '../core/index.ts';
import { cascadeName, planeName, type Quantization, segmentRanks } from './artefact-tensors.ts';
import type { ArtefactWriter } from './artefact-writer.ts';
import { planeRow } from './plane-format.ts';
import { quantizePlane, subtractPlane } from './quantize-plane.ts';
import { ResidualCascade } from './residual-cascade.ts';
import { forEachRowChunk } from './row-chunks.ts';

/** How one matrix is coded: the artefact's planes, and which of them have zero points here. */
export interface MatrixCoding {
  readonly quantization: Quantization;
  readonly zeroPoints: readonly boolean[];
}

/** Passes over the rows of a matrix, beyond the first, that sharpen its cascade. */
const CASCADE_PASSES = 2;

/**
 * Writes all planes of one matrix, each rounding what those before it left over, and its cascade.
 *
 * @param onRows called after each chunk of rows of the main pass
 * @returns mean squared error per weight at each depth. Of the measures tried that need no data, this one
 *   gave the mixed configs of least or nearly least KL, see docs/artefact-format.md.
 */
export async function quantizeMatrix(
  source: WeightSource,
  writer: ArtefactWriter,
  matrix: FusedMatrix,
  { quantization, zeroPoints }: MatrixCoding,
  onRows: (rows: number) => void,
): Promise<number[]> {
  const { name, n, k } = matrix;
  const { planes, block, cascadeRanks } = quantization;
  const rank = cascadeRanks.at(-1);
  const cascade = rank === undefined ? null : new ResidualCascade(n, k, rank);
  const errors = planes.map(() => 0);
  await forEachRowChunk(source, matrix, async (rows, _firstRow, count) => {
    for (const [i, bits] of planes.entries()) {
      const plane = quantizePlane(rows, count, k, { bits, block, zeroPoint: zeroPoints[i]! });
      errors[i]! += subtractPlane(rows, plane, count, k);
      if (i === 0) cascade?.accumulate(rows);
      await writer.appendPlane(name, i, plane);
    }
    onRows(count);
  });
  if (cascade !== null) await writeCascade(source, writer, matrix, { quantization, zeroPoints }, cascade);
  return errors.map((error) => error / (n * k));
}

async function writeCascade(
  source: WeightSource,
  writer: ArtefactWriter,
  matrix: FusedMatrix,
  coding: MatrixCoding,
  cascade: ResidualCascade,
): Promise<void> {
  const { name, n, k } = matrix;
  cascade.endPass();
  for (let pass = 1; pass <= CASCADE_PASSES; pass++) {
    await forEachRowChunk(source, matrix, async (rows, firstRow, count) => {
      await subtractBasePlane(writer, matrix, coding, rows, firstRow, count);
      if (pass < CASCADE_PASSES) cascade.accumulate(rows);
      else cascade.project(rows, firstRow);
    });
    if (pass < CASCADE_PASSES) cascade.endPass();
  }
  const { a, b } = cascade.factors();
  const rank = a.length / k;
  let from = 0;
  for (const [j, width] of segmentRanks(coding.quantization.cascadeRanks).entries()) {
    const columns = new Float32Array(k * width);
    for (let row = 0; row < k; row++) {
      columns.set(a.subarray(row * rank + from, row * rank + from + width), row * width);
    }
    await writer.append(`${cascadeName(name, j)}.a`, columns);
    await writer.append(`${cascadeName(name, j)}.b`, b.subarray(from * n, (from + width) * n));
    from += width;
  }
}

/** rows −= P₀ of the same rows, read back from the artefact under construction. */
async function subtractBasePlane(
  writer: ArtefactWriter,
  { name, k }: FusedMatrix,
  { quantization, zeroPoints }: MatrixCoding,
  rows: Float32Array,
  firstRow: number,
  count: number,
): Promise<void> {
  const format = { bits: quantization.planes[0]!, block: quantization.block };
  const { blocks, codeBytes, zeroPointBytes } = planeRow(k, format);
  const base = planeName(name, 0);
  const read = (tensor: string, rowBytes: number): Promise<Uint8Array> =>
    writer.read(`${base}.${tensor}`, firstRow * rowBytes, (firstRow + count) * rowBytes);
  const scales = await read('scales', 4 * blocks);
  const plane = {
    ...format,
    codes: await read('codes', codeBytes),
    scales: new Float32Array(scales.buffer, scales.byteOffset, scales.length / 4),
    zeroPoints: zeroPoints[0] ? await read('zero_points', zeroPointBytes) : null,
  };
  subtractPlane(rows, plane, count, k);
}
