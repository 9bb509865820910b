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
  ToolCall,
} from '../../core/index.ts';
import { requireAlive } from '../openai/indexed-event.ts';
import { replyMeta } from '../openai/reply-meta.ts';
import type { AnswerPiece } from '../tools/answer-piece.ts';
import { AnswerReader, type ReplyReason } from '../tools/answer-reader.ts';
import { callId } from '../tools/call-id.ts';
import type { CallReading } from '../tools/call-reading.ts';
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

/** How events become pieces. */
interface PieceForm {
  readonly ladder: Ladder;
  /** Id of the answer, from which those of its calls are made. */
  readonly id: string;
  /** How calls are looked for; null for none. */
  readonly calls: CallReading | null;
}

/**
 * The events of a generation as pieces: one per token (more where text follows on a call), then the result.
 *
 * Throws QueptError when it fails or is cancelled, and when it ends without a terminal event.
 */
export async function* generationPieces(
  events: AsyncIterable<GenerationEvent>,
  form: PieceForm,
): AsyncGenerator<GenerationPiece, void> {
  const reader = new AnswerReader(form.calls);
  for await (const event of events) {
    const alive = requireAlive(event);
    const deltas = deltasOf(reader.read(alive), form.id);
    if (alive.type === 'token') {
      const [first = { text: '', toolCalls: [] }, ...more] = deltas;
      const { tokenId: id, rung } = alive;
      const tokens = [{ id, configId: configId(form.ladder, rung) }];
      yield delta({ ...first, tokens });
      for (const other of more) yield delta(other);
      continue;
    }
    for (const other of deltas) yield delta(other);
    const value = generationResult(alive, reader.reasonOf(alive));
    yield { case: 'finished', value, report: alive.precision, reason: alive.reason };
    return;
  }
  throw new Error('The events of a generation ended without a terminal event.');
}

/** In every delta text comes first. */
interface Delta {
  text: string;
  readonly toolCalls: CallDelta[];
}

type CallDelta = NonNullable<MessageInitShape<typeof TokenDeltaSchema>['toolCalls']>[number];

const delta = (fields: MessageInitShape<typeof TokenDeltaSchema>): GenerationPiece => ({
  case: 'delta',
  value: create(TokenDeltaSchema, fields),
});

/** As few deltas as keep the order; empty for nothing. */
function deltasOf(pieces: readonly AnswerPiece[], answerId: string): Delta[] {
  const deltas: Delta[] = [];
  for (const piece of pieces) {
    const last = deltas.at(-1);
    const current = last === undefined || (piece.type === 'text' && last.toolCalls.length > 0) ? null : last;
    const into = current ?? { text: '', toolCalls: [] };
    if (current === null) deltas.push(into);
    if (piece.type === 'text') into.text += piece.text;
    else addCallPiece(into.toolCalls, piece, answerId);
  }
  return deltas;
}

function addCallPiece(
  calls: CallDelta[],
  piece: Exclude<AnswerPiece, { type: 'text' }>,
  answerId: string,
): void {
  const { index } = piece;
  if (piece.type === 'call') {
    calls.push({ index, id: callId(answerId, 0, index), name: piece.name, arguments: '' });
    return;
  }
  const last = calls.at(-1);
  if (last?.index === index) calls[calls.length - 1] = { ...last, arguments: last.arguments + piece.text };
  else calls.push({ index, arguments: piece.text });
}

/** A whole answer. */
export interface CollectedGeneration {
  readonly text: string;
  readonly calls: readonly ToolCall[];
  readonly result: GenerationResult;
}

/** Reads the pieces of an answer to its end, and throws what they throw. */
export async function collectPieces(pieces: AsyncIterable<GenerationPiece>): Promise<CollectedGeneration> {
  const tokenIds: number[] = [];
  const calls: { id: string; name: string; arguments: string }[] = [];
  let text = '';
  for await (const piece of pieces) {
    if (piece.case === 'finished') return { text, calls, result: { ...piece.value, tokenIds } };
    text += piece.value.text;
    for (const { index, id = '', name = '', arguments: args } of piece.value.toolCalls) {
      const call = calls[index];
      if (call === undefined) calls.push({ id, name, arguments: args });
      else call.arguments += args;
    }
    for (const { id } of piece.value.tokens) tokenIds.push(id);
  }
  throw new Error('The pieces of an answer ended without its result.');
}

function generationResult({ usage, precision }: FinishedEvent, reason: ReplyReason): GenerationResult {
  return create(GenerationResultSchema, {
    finishReason: REASONS[reason],
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

const REASONS: Readonly<Record<ReplyReason, FinishMessage>> = {
  stop: FinishMessage.STOP,
  length: FinishMessage.LENGTH,
  tool_calls: FinishMessage.TOOL_CALLS,
};

function configId(ladder: Ladder, rung: number): string {
  return ladder[rung]?.id ?? '';
}
