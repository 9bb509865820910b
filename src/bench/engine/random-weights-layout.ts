import { fusedMatrices, type ModelArchitecture, modelVectors } from '../../core/index.ts';
import type { MatrixData } from '../../engine/index.ts';
import type { ExternalData } from '../../onnx/index.ts';
import { type PlaneFormat, planeRow } from '../../quant/index.ts';

/** One stretch of the weights file: random bytes of a key, or one f32 repeated. */
export interface RandomSection {
  readonly bytes: number;
  readonly fill:
    | { readonly kind: 'random'; readonly key: string }
    | { readonly kind: 'f32'; readonly value: number };
}

export interface RandomWeightsLayout {
  readonly fileName: string;
  readonly sections: readonly RandomSection[];
  readonly matrices: readonly MatrixData[];
  readonly vectors: ReadonlyMap<string, { readonly length: number; readonly data: ExternalData }>;
  /** Size of the whole file. */
  readonly bytes: number;
}

/**
 * Where everything lies in the weights file of a random model: planes of random codes, scales that keep
 * activations near unit size (so that no step meets an infinity or a denormal), norms of one.
 */
export function randomWeightsLayout(
  architecture: ModelArchitecture,
  planes: readonly PlaneFormat[],
): RandomWeightsLayout {
  const fileName = `planes-${planes.map(({ bits, block }) => `${bits}x${block}`).join('-')}.bin`;
  const sections: RandomSection[] = [];
  let offset = 0;
  const place = (section: RandomSection): ExternalData => {
    sections.push(section);
    const data = { location: fileName, offset, bytes: section.bytes };
    offset += section.bytes;
    return data;
  };
  const matrices = fusedMatrices(architecture).map(({ name, n, k }): MatrixData => {
    let scale = 1 / Math.sqrt(k);
    const placed = planes.map(({ bits, block }, i) => {
      // Each plane refines the one before it by a full range of codes.
      scale /= 2 ** (bits - 1);
      const { blocks, codeBytes } = planeRow(k, { bits, block });
      const codes = place({ bytes: n * codeBytes, fill: { kind: 'random', key: `${name}.${i}` } });
      const scales = place({ bytes: 4 * n * blocks, fill: { kind: 'f32', value: scale } });
      return { bits, block, codes, scales, zeroPoints: null };
    });
    return { kind: 'elastic', name, n, k, planes: placed, cascade: [] };
  });
  const vectors = new Map(
    modelVectors(architecture).map(({ name, length }) => [
      name,
      { length, data: place({ bytes: 4 * length, fill: { kind: 'f32', value: 1 } }) },
    ]),
  );
  return { fileName, sections, matrices, vectors, bytes: offset };
}
