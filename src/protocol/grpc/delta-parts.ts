import type { MessageInitShape } from '@bufbuild/protobuf';
import type { AnswerPiece } from '../tools/answer-piece.ts';
import { callId } from '../tools/call-id.ts';
import type { TokenDeltaSchema } from './gen/quept/v1/generation_pb.ts';

type CallDelta = NonNullable<MessageInitShape<typeof TokenDeltaSchema>['toolCalls']>[number];

/** What one delta says; its text comes before its calls. */
export interface DeltaPart {
  text: string;
  readonly toolCalls: CallDelta[];
}

/** As few deltas as keep the order; empty for nothing. */
export function deltasOf(pieces: readonly AnswerPiece[], answerId: string, choice: number): DeltaPart[] {
  const deltas: DeltaPart[] = [];
  for (const piece of pieces) {
    const last = deltas.at(-1);
    const current = last === undefined || (piece.type === 'text' && last.toolCalls.length > 0) ? null : last;
    const into = current ?? { text: '', toolCalls: [] };
    if (current === null) deltas.push(into);
    if (piece.type === 'text') into.text += piece.text;
    else addCallPiece(into.toolCalls, piece, (index) => callId(answerId, choice, index));
  }
  return deltas;
}

function addCallPiece(
  calls: CallDelta[],
  piece: Exclude<AnswerPiece, { type: 'text' }>,
  idOf: (index: number) => string,
): void {
  const { index } = piece;
  if (piece.type === 'call') {
    calls.push({ index, id: idOf(index), name: piece.name, arguments: '' });
    return;
  }
  const last = calls.at(-1);
  if (last?.index === index) calls[calls.length - 1] = { ...last, arguments: last.arguments + piece.text };
  else calls.push({ index, arguments: piece.text });
}
