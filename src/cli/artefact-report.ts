import type { ModelArchitecture, PrecisionConfig } from '../core/index.ts';
import { type Artefact, type ArtefactManifest, type ArtefactPlane, depthBits } from '../quant/index.ts';
import { formatBytes, formatCount, formatTable } from './text-format.ts';

/** What there is to know about an artefact, as `inspect --json` prints it. */
export interface ArtefactReport {
  readonly name: string;
  readonly fingerprint: string;
  readonly formatVersion: number;
  /** Which checks it has passed; the command fails where one does not. */
  readonly checks: { readonly manifest: true; readonly tensors: true; readonly digests: true | 'skipped' };
  readonly architecture: ModelArchitecture;
  /** Weights of the fused matrices. */
  readonly linearWeights: number;
  readonly quantization: ArtefactManifest['quantization'] & {
    /** Planes that carry a zero point per block, of all. */
    readonly planesWithZeroPoints: number;
    readonly planesInAll: number;
  };
  readonly ladder: readonly PrecisionConfig[];
  readonly bytes: {
    /** Codes, scales and zero points of each plane over all fused matrices, base first. */
    readonly planes: readonly number[];
    readonly cascade: number;
    /** The embedding's own; 0 when it is the head. */
    readonly embedding: number;
    readonly vectors: number;
    /** All files but the manifest. */
    readonly files: number;
  };
  readonly generation: ArtefactManifest['generation'];
  readonly provenance: ArtefactManifest['provenance'];
}

export function reportArtefact(artefact: Artefact, verified: boolean): ArtefactReport {
  const { manifest, matrices } = artefact;
  const zeroPoints = manifest.matrices.flatMap((matrix) => matrix.zeroPoints);
  const segments = matrices.flatMap(({ cascade }) => cascade);
  const owned = manifest.architecture.tiedEmbedding ? [] : artefact.embedding;
  return {
    name: manifest.name,
    fingerprint: artefact.fingerprint,
    formatVersion: manifest.formatVersion,
    checks: { manifest: true, tensors: true, digests: verified || 'skipped' },
    architecture: manifest.architecture,
    linearWeights: sum(matrices.map(({ n, k }) => n * k)),
    quantization: {
      ...manifest.quantization,
      planesWithZeroPoints: zeroPoints.filter(Boolean).length,
      planesInAll: zeroPoints.length,
    },
    ladder: manifest.ladder,
    bytes: {
      planes: manifest.quantization.planes.map((_, depth) =>
        sum(matrices.map(({ planes }) => planeBytes(planes[depth]))),
      ),
      cascade: sum(segments.map(({ a, b }) => a.bytes + b.bytes)),
      embedding: sum(owned.map(planeBytes)),
      vectors: sum([...artefact.vectors.values()].map(({ bytes }) => bytes)),
      files: sum(manifest.files.map(({ bytes }) => bytes)),
    },
    generation: manifest.generation,
    provenance: manifest.provenance,
  };
}

function planeBytes(plane: ArtefactPlane | undefined): number {
  return plane === undefined ? 0 : plane.codes.bytes + plane.scales.bytes + (plane.zeroPoints?.bytes ?? 0);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** The report for people. */
export function formatArtefactReport(report: ArtefactReport): string {
  return [
    `${report.name}  ${report.fingerprint}`,
    section('Architecture', architectureLines(report)),
    section('Planes', planeLines(report)),
    section('Ladder', [ladderTable(report.ladder)]),
    section('Provenance', provenanceLines(report.provenance)),
    section('Checks', [
      'manifest   ok',
      'tensors    ok: names, types and shapes',
      `contents   ${report.checks.digests === true ? 'ok: SHA-256 of every file' : 'not checked (--no-verify)'}`,
    ]),
  ].join('\n\n');
}

function section(title: string, lines: readonly string[]): string {
  return [title, ...lines.join('\n').split('\n')].join('\n  ');
}

function architectureLines({ architecture: a, linearWeights }: ArtefactReport): string[] {
  return [
    `family     ${a.family}, ${a.layers} layers, ${formatCount(linearWeights)} weights in linear layers`,
    `widths     hidden ${a.hiddenSize}, mlp ${a.intermediateSize}, vocabulary ${a.vocabSize}` +
      `${a.tiedEmbedding ? ' (tied)' : ''}`,
    `attention  ${a.heads} heads, ${a.kvHeads} of keys and values, ${a.headDim} wide`,
    `context    ${a.contextLength} tokens, rope base ${a.rope.theta}` +
      `${a.rope.scaling === null ? '' : `, ${a.rope.scaling.kind} scaling by ${a.rope.scaling.factor}`}`,
  ];
}

function planeLines({ quantization: q, bytes }: ArtefactReport): string[] {
  const totals = depthBits(q.planes);
  const planes = q.planes.map((bits, i) => [
    `plane ${i}`,
    String(bits),
    String(totals[i]),
    formatBytes(bytes.planes[i] ?? 0),
  ]);
  const ranks = q.cascadeRanks.length === 0 ? 'none' : `ranks ${q.cascadeRanks.join(', ')}`;
  return [
    formatTable([['', 'bits', 'bits up to here', 'size'], ...planes]),
    `block      ${q.block} weights; zero points in ${q.planesWithZeroPoints} of ${q.planesInAll} planes`,
    `cascade    ${ranks}${bytes.cascade > 0 ? `, ${formatBytes(bytes.cascade)}` : ''}`,
    `files      ${formatBytes(bytes.files)} in all`,
  ];
}

function ladderTable(ladder: readonly PrecisionConfig[]): string {
  const heading = ['config', 'bits', 'rank', 'KL nats/token', 'ms/token'];
  const rows = ladder.map(({ id, averageBits, ranks, predictedKl, msPerToken }) => [
    id,
    averageBits.toFixed(2),
    String(Math.max(0, ...ranks)),
    predictedKl === null ? '-' : predictedKl.toExponential(1),
    msPerToken === null ? '-' : msPerToken.toFixed(2),
  ]);
  return formatTable([heading, ...rows]);
}

function provenanceLines(provenance: ArtefactManifest['provenance']): string[] {
  const digest = provenance.sourceSha256 === null ? '' : `, SHA-256 ${provenance.sourceSha256}`;
  return [
    `source     ${provenance.sourceName}${digest}`,
    `method     ${provenance.method}, by version ${provenance.toolVersion} on ${provenance.createdAt}`,
    `options    ${JSON.stringify(provenance.options)}`,
  ];
}
