import type { PositionLogprobs } from '../../core/index.ts';
import type { AnswerPiece } from '../tools/answer-piece.ts';
import { callId } from '../tools/call-id.ts';
import { responseLogprobs } from './logprobs-json.ts';

export type ItemStatus = 'in_progress' | 'completed' | 'incomplete';

interface MessageItem {
  readonly kind: 'message';
  readonly id: string;
  text: string;
  readonly positions: PositionLogprobs[];
}

interface CallItem {
  readonly kind: 'call';
  readonly id: string;
  readonly callId: string;
  readonly name: string;
  arguments: string;
}

/** An item of the output of a response, as far as it has been said. */
export type OutputItem = MessageItem | CallItem;

/** What a piece does to the output. */
export interface OutputStep {
  /** It ends; null where the piece goes on with it, or nothing was open. */
  readonly closed: OutputItem | null;
  /** It begins; null where the piece goes on with an item. */
  readonly opened: OutputItem | null;
  /** What the piece is part of. */
  readonly item: OutputItem;
}

/** The output of one response: messages and calls, in the order in which they are said. */
export class ResponseOutput {
  readonly items: OutputItem[] = [];
  readonly #answerId: string;
  /** Scores of tokens that no text has come of yet. */
  #positions: PositionLogprobs[] = [];

  constructor(answerId: string) {
    this.#answerId = answerId;
  }

  get last(): OutputItem | null {
    return this.items.at(-1) ?? null;
  }

  /** Tells the scores of the tokens behind the pieces that follow. They belong to text; those of calls are not told. */
  score(positions: readonly PositionLogprobs[]): void {
    this.#positions.push(...positions);
  }

  add(piece: AnswerPiece): OutputStep {
    const before = this.last;
    if (piece.type === 'arguments' && before?.kind === 'call') {
      before.arguments += piece.text;
      return { closed: null, opened: null, item: before };
    }
    const goesOn = piece.type === 'text' && before?.kind === 'message';
    const item = goesOn ? before : this.#open(piece);
    if (item.kind === 'message' && piece.type === 'text') item.text += piece.text;
    return { closed: goesOn ? null : before, opened: goesOn ? null : item, item };
  }

  /** The scores that are to be told with what is said of a message now. */
  takeScores(item: OutputItem): readonly PositionLogprobs[] {
    const told = this.#positions;
    this.#positions = [];
    if (item.kind === 'message') item.positions.push(...told);
    return told;
  }

  /** A message, which may stay empty. */
  openMessage(): OutputItem {
    return this.#open({ type: 'text', text: '' });
  }

  #open(piece: AnswerPiece): OutputItem {
    const rest = this.#answerId.replace(/^resp_/, '');
    const item = piece.type === 'call' ? this.#call(rest, piece) : this.#message(rest);
    this.items.push(item);
    return item;
  }

  /** The first one's id is the response's, under another prefix. */
  #message(rest: string): MessageItem {
    const before = this.items.length;
    return { kind: 'message', id: `msg_${rest}${before === 0 ? '' : `_${before}`}`, text: '', positions: [] };
  }

  #call(rest: string, { index, name }: Extract<AnswerPiece, { type: 'call' }>): CallItem {
    const id = `fc_${rest}_${index}`;
    return { kind: 'call', id, callId: callId(this.#answerId, 0, index), name, arguments: '' };
  }
}

/** An item as it is told: one in progress has said nothing yet. */
export function itemJson(item: OutputItem, status: ItemStatus) {
  if (item.kind === 'call') {
    const { id, callId: call_id, name, arguments: args } = item;
    return { id, type: 'function_call', status, call_id, name, arguments: args };
  }
  const content = status === 'in_progress' ? [] : [textPart(item)];
  return { id: item.id, type: 'message', role: 'assistant', status, content };
}

export function textPart({
  text,
  positions,
}: Pick<MessageItem, 'text'> & { readonly positions: readonly PositionLogprobs[] }) {
  return { type: 'output_text', text, annotations: [], logprobs: responseLogprobs(positions) };
}
