import type { ModelArchitecture } from '../../core/index.ts';
import type { TensorSpec } from '../../quant/index.ts';
import { paperNames } from './paper-names.ts';
import { blockMatrices, type PaperScheme, scaleBlock, schemeWidths } from './paper-scheme.ts';

/** The tensors of the weights file in file order: of each matrix of each block its cascade, then α, β per width. */
export function simulationTensors(architecture: ModelArchitecture, scheme: PaperScheme): TensorSpec[] {
  const { rank } = scheme[0]!;
  return blockMatrices(architecture).flatMap(({ name, n, k }) => [
    ...(rank > 0 ? [f32(paperNames.a(name), [k, rank]), f32(paperNames.b(name), [n, rank])] : []),
    ...schemeWidths(scheme).flatMap((width) => {
      const shape = [n, Math.ceil(k / scaleBlock(width, k)), 1];
      return [f32(paperNames.alpha(name, width), shape), f32(paperNames.beta(name, width), shape)];
    }),
  ]);
}

function f32(name: string, shape: readonly number[]): TensorSpec {
  return { name, dtype: 'F32', shape, bytes: 4 * shape.reduce((product, size) => product * size, 1) };
}
