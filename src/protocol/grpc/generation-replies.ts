import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import type {
  FinishedEvent,
  FinishReason,
  Generation,
  GenerationEvent,
  Ladder,
  PrecisionReport,
  ServedModel,
  TokenEvent,
} from '../../core/index.ts';
import { requireAlive } from '../openai/indexed-event.ts';
import { replyMeta } from '../openai/reply-meta.ts';
import {
  FinishReason as FinishMessage,
  type GenerationInfo,
  GenerationInfoSchema,
  type GenerationResult,
  GenerationResultSchema,
  type TokenDelta,
  TokenDeltaSchema,
} from './gen/quept/v1/generation_pb.ts';
import { tierMessage } from './service-tier.ts';

/** What is known of an accepted request before its first token. `created` in seconds since the epoch. */
export function generationInfo(
  served: ServedModel,
  generation: Pick<Generation, 'range' | 'level' | 'promptTokens'>,
  id: string,
  created: number,
): GenerationInfo {
  const { range, level, promptTokens } = generation;
  const meta = replyMeta(served, generation, id, created);
  return create(GenerationInfoSchema, {
    id,
    createTime: timestampFromMs(created * 1000),
    model: meta.model,
    systemFingerprint: meta.system_fingerprint,
    serviceTier: tierMessage(level.tier),
    grantedPrecision: {
      floorConfigId: configId(served.ladder, range.floor),
      ceilingConfigId: configId(served.ladder, range.ceiling),
    },
    promptTokens,
  });
}

/** A piece of an answer. */
export type GenerationPiece =
  | { readonly case: 'delta'; readonly value: TokenDelta }
  | {
      readonly case: 'finished';
      readonly value: GenerationResult;
      readonly report: PrecisionReport;
      readonly reason: FinishReason;
    };

/**
 * The events of a generation as pieces: one per token, then the result.
 *
 * Throws QueptError when it fails or is cancelled, and when it ends without a terminal event.
 */
export async function* generationPieces(
  events: AsyncIterable<GenerationEvent>,
  ladder: Ladder,
): AsyncGenerator<GenerationPiece, void> {
  for await (const event of events) {
    const alive = requireAlive(event);
    if (alive.type === 'token') {
      yield { case: 'delta', value: tokenDelta(alive, ladder) };
      continue;
    }
    if (alive.text !== '') yield { case: 'delta', value: create(TokenDeltaSchema, { text: alive.text }) };
    const { precision: report, reason } = alive;
    yield { case: 'finished', value: generationResult(alive), report, reason };
    return;
  }
  throw new Error('The events of a generation ended without a terminal event.');
}

/** A whole answer. */
export interface CollectedGeneration {
  readonly text: string;
  readonly result: GenerationResult;
}

/** Reads the pieces of an answer to its end, and throws what they throw. */
export async function collectPieces(pieces: AsyncIterable<GenerationPiece>): Promise<CollectedGeneration> {
  const tokenIds: number[] = [];
  let text = '';
  for await (const piece of pieces) {
    if (piece.case === 'finished') return { text, result: { ...piece.value, tokenIds } };
    text += piece.value.text;
    for (const { id } of piece.value.tokens) tokenIds.push(id);
  }
  throw new Error('The pieces of an answer ended without its result.');
}

function tokenDelta({ text, tokenId, rung }: TokenEvent, ladder: Ladder): TokenDelta {
  return create(TokenDeltaSchema, { text, tokens: [{ id: tokenId, configId: configId(ladder, rung) }] });
}

function generationResult(event: FinishedEvent): GenerationResult {
  const { reason, usage, precision } = event;
  return create(GenerationResultSchema, {
    finishReason: finishMessage(reason),
    usage,
    precision: reportMessage(precision),
  });
}

function reportMessage(
  report: PrecisionReport,
): NonNullable<MessageInitShape<typeof GenerationResultSchema>['precision']> {
  const { averageBits, configs, switches } = report;
  return { averageBits, configs: configs.map((config) => ({ ...config })), switches };
}

function finishMessage(reason: FinishReason): FinishMessage {
  switch (reason) {
    case 'stop':
      return FinishMessage.STOP;
    case 'length':
      return FinishMessage.LENGTH;
    case 'cancelled':
      // Its call ends with an error instead.
      return FinishMessage.UNSPECIFIED;
    default:
      return reason satisfies never;
  }
}

function configId(ladder: Ladder, rung: number): string {
  return ladder[rung]?.id ?? '';
}
