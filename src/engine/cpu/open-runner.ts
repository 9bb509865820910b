import type { ModelArchitecture } from '../../core/index.ts';
import { basePrecision } from '../base-precision.ts';
import type { EmbeddingTable } from '../embedding-table.ts';
import type { AccuracyLevel } from '../graph/elastic-linear.ts';
import type { GraphWeights } from '../graph/graph-weights.ts';
import { type AttentionKind, CpuRunner } from './cpu-runner.ts';

export interface RunnerOptions {
  /** Sequences held at once; default 8. */
  readonly slots?: number;
  /** Longest sequence, tokens; default and upper bound: the model's. */
  readonly contextLength?: number;
  /** Intra-op threads; default 2. */
  readonly threads?: number;
  /** Default: in-place where head size allows it and a probe proves that it works, else two-part. */
  readonly attention?: AttentionKind;
  /** 4 multiplies in int8, 0 in float32. Default: 4, but 0 for narrow models. */
  readonly accuracyLevel?: AccuracyLevel;
  /** Told when the probe failed and two-part attention had to serve instead. */
  readonly onFallback?: (reason: string) => void;
}

/** Opens a runner over weights that a graph can point at, choosing the attention that works here. */
export async function openRunner(
  weights: GraphWeights,
  embedding: EmbeddingTable,
  options: RunnerOptions = {},
): Promise<CpuRunner> {
  const { architecture } = weights;
  const attention = options.attention ?? preferredAttention(architecture);
  const fixed = {
    slots: options.slots ?? 8,
    contextLength: Math.min(options.contextLength ?? architecture.contextLength, architecture.contextLength),
    threads: options.threads ?? 2,
    accuracyLevel: options.accuracyLevel ?? preferredAccuracy(architecture),
  };
  const runner = await CpuRunner.create(weights, embedding, { ...fixed, attention });
  if (attention === 'two-part') return runner;
  const fault = await runner.probe(basePrecision(architecture));
  if (fault === null) return runner;
  await runner.close();
  options.onFallback?.(fault);
  return CpuRunner.create(weights, embedding, { ...fixed, attention: 'two-part' });
}

/** GroupQueryAttention rotates heads of a multiple of 16 only. */
function preferredAttention({ headDim }: ModelArchitecture): AttentionKind {
  return headDim % 16 === 0 ? 'in-place' : 'two-part';
}

/** Up to this hidden size a step is bound by overhead: int8 products would cost quality and gain little. */
const NARROW_HIDDEN_SIZE = 128;

function preferredAccuracy({ hiddenSize }: ModelArchitecture): AccuracyLevel {
  return hiddenSize <= NARROW_HIDDEN_SIZE ? 0 : 4;
}
