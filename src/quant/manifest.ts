import { z } from 'zod';
import {
  type ModelArchitecture,
  type PrecisionConfig,
  QueptError,
  type SamplingParams,
} from '../core/index.ts';

export const FORMAT_VERSION = 1;
export const MANIFEST_FILE = 'quept.json';
export const WEIGHTS_FILE = 'model.safetensors';
/** In the place of MANIFEST_FILE where a directory holds no artefact but a simulated quantization. */
export const SIMULATION_FILE = 'paper.json';

const count = z.int().positive();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits');

const ropeScaling = z.union([
  z.null(),
  z.object({
    kind: z.literal('llama3'),
    factor: z.number().positive(),
    lowFreqFactor: z.number().positive(),
    highFreqFactor: z.number().positive(),
    originalContextLength: count,
  }),
  z.object({ kind: z.literal('linear'), factor: z.number().positive() }),
]);

const architecture = z.object({
  family: z.enum(['llama', 'mistral', 'qwen2', 'qwen3']),
  hiddenSize: count,
  intermediateSize: count,
  layers: count,
  heads: count,
  kvHeads: count,
  headDim: count,
  vocabSize: count,
  contextLength: count,
  rmsNormEps: z.number().positive(),
  rope: z.object({ theta: z.number().positive(), scaling: ropeScaling }),
  qkvBias: z.boolean(),
  qkNorm: z.boolean(),
  tiedEmbedding: z.boolean(),
}) satisfies z.ZodType<ModelArchitecture>;

const precisionConfig = z.object({
  id: z.string().regex(/^[a-z0-9][a-z0-9._-]*$/, 'must be lower-case letters, digits, ".", "_" or "-"'),
  averageBits: z.number().positive(),
  planes: z.array(count),
  ranks: z.array(z.int().nonnegative()),
  predictedKl: z.number().nullable(),
  msPerToken: z.number().positive().nullable(),
}) satisfies z.ZodType<PrecisionConfig>;

/** Sampling a model asks for; unset fields fall to neutral values. A seed is a request's affair. */
export type SamplingDefaults = Partial<Omit<SamplingParams, 'seed'>>;

const generation = z.object({
  /** Ids that end a sequence. */
  endTokenIds: z.array(z.int().nonnegative()),
  /** Tokens to generate where a request names no limit; null for what the context leaves. */
  maxTokens: count.nullable(),
  sampling: z.object({
    temperature: z.number().nonnegative().exactOptional(),
    topK: z.int().nonnegative().exactOptional(),
    topP: z.number().positive().max(1).exactOptional(),
    minP: z.number().min(0).max(1).exactOptional(),
    repetitionPenalty: z.number().positive().exactOptional(),
    frequencyPenalty: z.number().exactOptional(),
    presencePenalty: z.number().exactOptional(),
  }) satisfies z.ZodType<SamplingDefaults>,
});

const file = z.object({
  // A plain name: a manifest may not make its reader look outside the artefact.
  name: z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9._-]*$/, 'must be a plain file name'),
  bytes: z.int().nonnegative(),
  sha256,
});

const manifestSchema = z.object({
  formatVersion: z.literal(FORMAT_VERSION),
  name: z.string().min(1),
  architecture,
  quantization: z.object({
    planes: z.array(z.union([z.literal(2), z.literal(4), z.literal(8)])).nonempty(),
    block: z.union([z.literal(16), z.literal(32), z.literal(64), z.literal(128), z.literal(256)]),
    cascadeRanks: z.array(count),
  }),
  /** Per fused matrix, in canonical order. */
  matrices: z.array(z.object({ name: z.string(), zeroPoints: z.array(z.boolean()) })),
  /** What each matrix is expected to cost in quality at each depth: the ground of the mixed configs. */
  sensitivity: z.object({
    metric: z.enum(['mean-squared-error', 'kl']),
    costs: z.array(z.array(z.number().nonnegative())),
  }),
  ladder: z.array(precisionConfig).nonempty(),
  generation,
  files: z.array(file),
  /** First 16 hexadecimal digits of each tensor's SHA-256: tells which tensor of a damaged file is bad. */
  tensorDigests: z.record(z.string(), z.string()),
  provenance: z.object({
    method: z.enum(['round', 'quept']),
    toolVersion: z.string(),
    sourceName: z.string(),
    /** From the artefact to the checkpoint, with `/`; null when it is not kept. */
    sourcePath: z.string().nullable(),
    sourceSha256: sha256.nullable(),
    options: z.record(z.string(), z.json()),
    createdAt: z.iso.datetime(),
  }),
});

export type ArtefactManifest = z.infer<typeof manifestSchema>;
/** What the model's makers recommend where a request says nothing. */
export type ArtefactGeneration = ArtefactManifest['generation'];
export type Provenance = ArtefactManifest['provenance'];
export type Sensitivity = ArtefactManifest['sensitivity'];

/**
 * Parses the text of `quept.json`: its shape only, see `checkManifest` for what must agree within it.
 * Throws QueptError `invalid_artefact` naming the field.
 */
export function parseManifest(text: string): ArtefactManifest {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new QueptError('invalid_artefact', `${MANIFEST_FILE}: not valid JSON. Build the artefact again.`, {
      cause: error,
    });
  }
  refuseOtherVersions(json);
  const parsed = manifestSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.join('.') || 'the top level';
  throw new QueptError(
    'invalid_artefact',
    `${MANIFEST_FILE}: ${field}: ${issue?.message ?? 'invalid'}. Build the artefact again.`,
  );
}

function refuseOtherVersions(json: unknown): void {
  const version =
    typeof json === 'object' && json !== null ? (json as Record<string, unknown>).formatVersion : undefined;
  if (typeof version === 'number' && version > FORMAT_VERSION) {
    throw new QueptError(
      'invalid_artefact',
      `${MANIFEST_FILE}: format version ${version} is newer than ${FORMAT_VERSION}, the newest that this program reads. Update the program.`,
    );
  }
}

/** The text of `quept.json`: two-space JSON with lists of numbers on one line each. */
export function formatManifest(manifest: object): string {
  const text = JSON.stringify(manifest, null, 2);
  const compact = text.replace(
    /\[\n\s+(?:-?[\d.e+-]+|true|false)(?:,\s+(?:-?[\d.e+-]+|true|false))*\n\s+\]/g,
    (list) => list.replace(/\s+/g, ' ').replace('[ ', '[').replace(' ]', ']'),
  );
  return `${compact}\n`;
}
