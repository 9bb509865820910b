/** A piece of an answer in which the model may call functions. */
export type AnswerPiece =
  | { readonly type: 'text'; readonly text: string }
  /** A call begins; its arguments follow. Calls are counted from 0. */
  | { readonly type: 'call'; readonly index: number; readonly name: string }
  /** A piece of the JSON of its arguments. */
  | { readonly type: 'arguments'; readonly index: number; readonly text: string };

/** Adds a piece to those before it, text to text and arguments to arguments of the same call. */
export function addPiece(pieces: AnswerPiece[], piece: AnswerPiece): void {
  const last = pieces.at(-1);
  if (piece.type !== 'call' && piece.text === '') return;
  if (last?.type === 'text' && piece.type === 'text') {
    pieces[pieces.length - 1] = { type: 'text', text: last.text + piece.text };
  } else if (last?.type === 'arguments' && piece.type === 'arguments' && last.index === piece.index) {
    pieces[pieces.length - 1] = { ...last, text: last.text + piece.text };
  } else pieces.push(piece);
}
