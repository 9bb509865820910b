import { fusedMatrices, QueptError } from '../core/index.ts';
import { averageBits } from './ladder.ts';
import { type ArtefactManifest, MANIFEST_FILE, WEIGHTS_FILE } from './manifest.ts';

/**
 * Checks what must agree within a manifest: matrices with the architecture, the ladder with the planes, file
 * names with each other. Throws QueptError `invalid_artefact` naming the field.
 */
export function checkManifest(manifest: ArtefactManifest): void {
  const { architecture, quantization, sensitivity, files } = manifest;
  const names = fusedMatrices(architecture).map(({ name }) => name);
  const depths = quantization.planes.length;
  if (architecture.heads % architecture.kvHeads !== 0) {
    throw wrong('architecture.kvHeads', `must divide heads (${architecture.heads})`);
  }
  if (quantization.cascadeRanks.some((rank, j, ranks) => j > 0 && rank <= ranks[j - 1]!)) {
    throw wrong('quantization.cascadeRanks', 'must ascend');
  }
  if (manifest.matrices.length !== names.length || sensitivity.costs.length !== names.length) {
    throw wrong('matrices', `must list the ${names.length} fused matrices, and sensitivity.costs as many`);
  }
  names.forEach((name, m) => {
    const matrix = manifest.matrices[m]!;
    if (matrix.name !== name) throw wrong(`matrices.${m}.name`, `must be ${name}`);
    if (matrix.zeroPoints.length !== depths)
      throw wrong(`matrices.${m}.zeroPoints`, `must have ${depths} entries`);
    if (sensitivity.costs[m]!.length !== depths)
      throw wrong(`sensitivity.costs.${m}`, `must have ${depths} entries`);
  });
  checkLadder(manifest);
  if (new Set(files.map(({ name }) => name)).size !== files.length)
    throw wrong('files', 'must have unique names');
  if (!files.some(({ name }) => name === WEIGHTS_FILE)) throw wrong('files', `must list ${WEIGHTS_FILE}`);
}

function checkLadder({ architecture, quantization, ladder }: ArtefactManifest): void {
  const matrices = fusedMatrices(architecture);
  const depths = quantization.planes.length;
  const ids = new Set<string>();
  ladder.forEach((config, rung) => {
    const field = `ladder.${rung}`;
    const { id, planes, ranks } = config;
    if (ids.has(id)) throw wrong(`${field}.id`, `${id} occurs twice`);
    ids.add(id);
    if (planes.length !== matrices.length || ranks.length !== matrices.length) {
      throw wrong(field, `planes and ranks must have ${matrices.length} entries`);
    }
    if (planes.some((depth) => depth > depths)) throw wrong(`${field}.planes`, `must be 1 to ${depths}`);
    if (ranks.some((rank) => rank !== 0 && !quantization.cascadeRanks.includes(rank))) {
      throw wrong(`${field}.ranks`, 'must be 0 or one of quantization.cascadeRanks');
    }
    const bits = averageBits(matrices, quantization.planes, planes);
    if (Math.abs(bits - config.averageBits) > 1e-6 * bits)
      throw wrong(`${field}.averageBits`, `must be ${bits}`);
    if (rung > 0 && config.averageBits < ladder[rung - 1]!.averageBits) {
      throw wrong(`${field}.averageBits`, 'must not be below the rung before it');
    }
  });
}

function wrong(field: string, text: string): QueptError {
  return new QueptError('invalid_artefact', `${MANIFEST_FILE}: ${field}: ${text}. Build the artefact again.`);
}
