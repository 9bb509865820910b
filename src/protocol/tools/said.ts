import type { PositionLogprobs, ToolCall } from '../../core/index.ts';
import type { AnswerPiece } from './answer-piece.ts';
import { callId } from './call-id.ts';

/** All that was said of one choice. */
export interface Said {
  readonly text: string;
  readonly calls: readonly ToolCall[];
  readonly positions: readonly PositionLogprobs[];
}

/** Gathers the pieces of one choice. */
export class SaidSoFar implements Said {
  text = '';
  readonly calls: { id: string; name: string; arguments: string }[] = [];
  readonly positions: PositionLogprobs[] = [];
  readonly #answerId: string;
  readonly #choice: number;

  constructor(answerId: string, choice: number) {
    this.#answerId = answerId;
    this.#choice = choice;
  }

  add(piece: AnswerPiece): void {
    if (piece.type === 'text') this.text += piece.text;
    else if (piece.type === 'call') {
      const id = callId(this.#answerId, this.#choice, piece.index);
      this.calls.push({ id, name: piece.name, arguments: '' });
    } else {
      const call = this.calls[piece.index];
      if (call !== undefined) call.arguments += piece.text;
    }
  }
}
