import { z } from 'zod';
import { QueptError } from '../../core/index.ts';
import { SIMULATION_FILE } from '../../quant/index.ts';
import { LOWEST_WIDTH_BLOCK, type PaperScheme, schemeWidths } from './paper-scheme.ts';

export const SIMULATION_VERSION = 1;
export const SIMULATION_WEIGHTS = 'paper.safetensors';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits');
const width = z.int().min(2).max(8);

const manifestSchema = z.object({
  formatVersion: z.literal(SIMULATION_VERSION),
  name: z.string().min(1),
  /** Of all groups, ascending. */
  widths: z.array(width).nonempty(),
  /** Widths that see the same prefix of the cascade, lowest first. */
  groups: z.array(z.array(width).nonempty()).nonempty(),
  /** One per group, not ascending. */
  ranks: z.array(z.int().nonnegative()),
  /** Weights that share a scale at 2 bits; at others a row does. */
  twoBitBlock: z.literal(LOWEST_WIDTH_BLOCK),
  weights: z.object({ name: z.literal(SIMULATION_WEIGHTS), bytes: z.int().nonnegative(), sha256 }),
  provenance: z.object({
    method: z.literal('quept-paper'),
    toolVersion: z.string(),
    sourceName: z.string(),
    /** From this directory to the checkpoint, with `/`. */
    sourcePath: z.string(),
    sourceSha256: sha256,
    options: z.record(z.string(), z.json()),
    createdAt: z.iso.datetime(),
  }),
});

/** `paper.json`: what a simulated quantization is and where it comes from. */
export type SimulationManifest = z.infer<typeof manifestSchema>;

/** Throws QueptError `invalid_artefact` naming the field. */
export function parseSimulationManifest(text: string): SimulationManifest {
  const manifest = checkShape(text);
  const { widths, groups, ranks } = manifest;
  if (widths.some((each, i) => i > 0 && each <= widths[i - 1]!)) throw wrong('widths', 'must ascend');
  if (groups.flat().join() !== widths.join()) throw wrong('groups', 'must hold the widths in their order');
  if (ranks.length !== groups.length) throw wrong('ranks', `must have ${groups.length} entries`);
  if (ranks.some((rank, g) => g > 0 && rank > ranks[g - 1]!)) throw wrong('ranks', 'must not ascend');
  return manifest;
}

function checkShape(text: string): SimulationManifest {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw wrong('the file', 'is not valid JSON', error);
  }
  const parsed = manifestSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw wrong(issue?.path.join('.') || 'the top level', issue?.message ?? 'invalid');
}

export function manifestScheme({ groups, ranks }: SimulationManifest): PaperScheme {
  return groups.map((widths, g) => ({ widths, rank: ranks[g]! }));
}

/** The manifest's account of a scheme. */
export function describeScheme(
  scheme: PaperScheme,
): Pick<SimulationManifest, 'widths' | 'groups' | 'ranks' | 'twoBitBlock'> {
  return {
    widths: schemeWidths(scheme) as [number, ...number[]],
    groups: scheme.map(({ widths }) => [...widths]) as SimulationManifest['groups'],
    ranks: scheme.map(({ rank }) => rank),
    twoBitBlock: LOWEST_WIDTH_BLOCK,
  };
}

function wrong(field: string, text: string, cause?: unknown): QueptError {
  return new QueptError(
    'invalid_artefact',
    `${SIMULATION_FILE}: ${field}: ${text}. Make it again with 'quept calibrate --recipe paper'.`,
    { cause },
  );
}
