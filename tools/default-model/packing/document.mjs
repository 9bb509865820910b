// @ts-check
import { END_OF_TEXT, TURN_END, TURN_START } from '../tokenizer/tokenizer-files.mjs';

/**
 * What the model reads in one piece: ids, and which of them it is to learn (1) or only to read (0).
 *
 * @typedef {{ tokens: number[], mask: number[] }} Document
 * @typedef {import('../skills/conversation.mjs').Message} Message
 * @typedef {import('../tokenizer/text-encoder.mjs').TextEncoder} TextEncoder
 */

/**
 * A conversation as the chat template of the tokenizer lays it out, and the end of the text after it.
 *
 * @param {TextEncoder} encoder
 * @param {readonly Message[]} messages
 * @param {boolean} answersOnly learn what the assistant says, and only read the rest
 * @returns {Document}
 */
export function conversationDocument(encoder, messages, answersOnly) {
  const [start, end] = [encoder.idOf(TURN_START), encoder.idOf(TURN_END)];
  /** @type {Document} */
  const document = { tokens: [], mask: [] };
  for (const [i, { role, content }] of messages.entries()) {
    const learned = role === 'assistant' || !answersOnly;
    append(document, [start, ...encoder.encode(`${role}\n`)], !answersOnly);
    append(document, [...encoder.encode(content), end], learned);
    if (i < messages.length - 1) append(document, encoder.encode('\n'), !answersOnly);
  }
  append(document, [encoder.idOf(END_OF_TEXT)], !answersOnly);
  return document;
}

/** A text of its own, learned whole. @param {TextEncoder} encoder @param {string} text @returns {Document} */
export function textDocument(encoder, text) {
  /** @type {Document} */
  const document = { tokens: [], mask: [] };
  append(document, [...encoder.encode(text), encoder.idOf(END_OF_TEXT)], true);
  return document;
}

/** @param {Document} document @param {readonly number[]} tokens @param {boolean} learned */
function append(document, tokens, learned) {
  document.tokens.push(...tokens);
  for (let i = 0; i < tokens.length; i++) document.mask.push(learned ? 1 : 0);
}
