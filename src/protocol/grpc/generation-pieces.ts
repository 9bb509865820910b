import { create, type MessageInitShape } from '@bufbuild/protobuf';
import type { FinishedEvent, Ladder, PositionLogprobs, TokenEvent } from '../../core/index.ts';
import { type IndexedEvent, requireAlive, requireAllFinished } from '../openai/indexed-event.ts';
import { type PrecisionJson, precisionJson } from '../openai/precision-json.ts';
import { totalUsage } from '../openai/usage-json.ts';
import { AnswerReader, type ReplyReason } from '../tools/answer-reader.ts';
import type { CallReading } from '../tools/call-reading.ts';
import { deltasOf } from './delta-parts.ts';
import {
  type ChoiceEnd,
  ChoiceEndSchema,
  FinishReason as FinishMessage,
  type GenerationResult,
  GenerationResultSchema,
  type TokenDelta,
  TokenDeltaSchema,
  type TokenSchema,
} from './gen/quept/v1/generation_pb.ts';
import { positionMessage } from './logprobs-message.ts';

/** A piece of an answer: what its stream says, and what else is known then. */
export type GenerationPiece =
  | { readonly case: 'delta'; readonly value: TokenDelta }
  | { readonly case: 'choiceFinished'; readonly value: ChoiceEnd; readonly reason: ReplyReason }
  | { readonly case: 'finished'; readonly value: GenerationResult; readonly precision: PrecisionJson };

/** How events become pieces. */
export interface PieceForm {
  readonly ladder: Ladder;
  /** Id of the answer, from which those of its calls are made. */
  readonly id: string;
  /** Choices of all prompts together; those of one prompt follow one another. */
  readonly choices: number;
  /** Choices per prompt. */
  readonly perPrompt: number;
  /** Texts of the prompts, to be repeated before their answers; null for not. */
  readonly echo: readonly string[] | null;
  /** How calls are looked for; null for none. */
  readonly calls: CallReading | null;
}

/**
 * The events of an answer's generations as pieces: the prompt where it is repeated, one per token (more where text
 * follows on a call), the end of each choice, then the result.
 *
 * Throws QueptError when a generation fails or is cancelled, Error when one ends without a terminal event.
 */
export async function* generationPieces(
  events: AsyncIterable<IndexedEvent>,
  form: PieceForm,
): AsyncGenerator<GenerationPiece, void> {
  const readers = Array.from({ length: form.choices }, () => new AnswerReader(form.calls));
  const opened = new Set<number>();
  const finished: (FinishedEvent | undefined)[] = new Array(form.choices).fill(undefined);
  for await (const { index, event } of events) {
    const alive = requireAlive(event);
    const opening = opened.has(index) ? null : openingOf(index, alive.promptLogprobs ?? [], form);
    opened.add(index);
    if (opening !== null) yield opening;
    const reader = readers[index] as AnswerReader;
    for (const piece of deltaPieces(index, alive, reader, form)) yield piece;
    if (alive.type !== 'finished') continue;
    finished[index] = alive;
    const reason = reader.reasonOf(alive);
    const value = create(ChoiceEndSchema, { choice: index, finishReason: REASONS[reason] });
    yield { case: 'choiceFinished', value, reason };
  }
  yield resultOf(requireAllFinished(finished), form.perPrompt);
}

/** The prompt of a choice, if it is repeated. */
function openingOf(
  choice: number,
  positions: readonly PositionLogprobs[],
  { echo, perPrompt }: PieceForm,
): GenerationPiece | null {
  if (echo === null) return null;
  const text = echo[Math.floor(choice / perPrompt)] ?? '';
  return delta({ choice, text, promptLogprobs: positions.map(positionMessage) });
}

/** What an event has to say; at least one piece for a token. */
function deltaPieces(
  choice: number,
  event: TokenEvent | FinishedEvent,
  reader: AnswerReader,
  { id, ladder }: PieceForm,
): GenerationPiece[] {
  const parts = deltasOf(reader.read(event), id, choice);
  const tokens = event.type === 'token' ? [tokenOf(event, ladder)] : [];
  if (parts.length === 0 && tokens.length > 0) parts.push({ text: '', toolCalls: [] });
  return parts.map((part, i) => delta({ choice, ...part, ...(i === 0 && { tokens }) }));
}

function tokenOf(
  { tokenId, rung, logprobs }: TokenEvent,
  ladder: Ladder,
): MessageInitShape<typeof TokenSchema> {
  return {
    id: tokenId,
    configId: ladder[rung]?.id ?? '',
    ...(logprobs !== undefined && { logprobs: positionMessage(logprobs) }),
  };
}

function delta(fields: MessageInitShape<typeof TokenDeltaSchema>): GenerationPiece {
  return { case: 'delta', value: create(TokenDeltaSchema, fields) };
}

function resultOf(ends: readonly FinishedEvent[], perPrompt: number): GenerationPiece {
  const usage = totalUsage(
    ends.map((end) => end.usage),
    perPrompt,
  );
  const precision = precisionJson(ends.map((end) => end.precision));
  const value = create(GenerationResultSchema, {
    usage,
    precision: {
      averageBits: precision.average_bits,
      configs: precision.configs.map(({ id, average_bits, tokens }) => ({
        id,
        averageBits: average_bits,
        tokens,
      })),
      switches: precision.switches,
    },
  });
  return { case: 'finished', value, precision };
}

const REASONS: Readonly<Record<ReplyReason, FinishMessage>> = {
  stop: FinishMessage.STOP,
  length: FinishMessage.LENGTH,
  tool_calls: FinishMessage.TOOL_CALLS,
};
