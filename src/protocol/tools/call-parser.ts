import { type AnswerPiece, addPiece } from './answer-piece.ts';
import { CallObject } from './call-object.ts';
import type { CallReading } from './call-reading.ts';
import { CALL_SYNTAX, type CallSyntax } from './call-syntax.ts';

/**
 * - `text`: outside of calls
 * - `opened`: behind an opening, a call must follow
 * - `object`: in the JSON of a call
 * - `closed`: behind a call
 * - `over`: behind the only call that was allowed
 */
type Mode = 'text' | 'opened' | 'object' | 'closed' | 'over';

const SPACE = /\s/;

/**
 * Finds calls in the text of an answer as it comes. What it finds depends on the text alone, however that is divided;
 * only what may still become a call is held back.
 *
 * Everything outside of calls is text, but for the white space next to a call. What begins like a call and is none
 * (malformed before its arguments begin, or of an unknown function) is text too, as it was written.
 */
export class CallParser {
  readonly #reading: CallReading;
  readonly #syntax: CallSyntax;
  #mode: Mode;
  /** Written since the text before, and text again if no call comes of it. */
  #raw = '';
  /** White space that is text if more text follows. */
  #space = '';
  /** The beginning of a mark, the last of what was read. */
  #mark = '';
  #object: CallObject | null = null;
  /** In a list: its bracket has come. */
  #listed = false;
  #calls = 0;
  #saidSomething = false;
  #pieces: AnswerPiece[] = [];

  constructor(reading: CallReading) {
    this.#reading = reading;
    this.#syntax = CALL_SYNTAX[reading.format];
    this.#mode = reading.begun ? 'opened' : 'text';
  }

  /** There are calls, and the arguments of the last one are complete, as are those of the others. */
  get called(): boolean {
    return this.#calls > 0 && (this.#object === null || this.#object.whole);
  }

  push(text: string): AnswerPiece[] {
    for (const char of text) this.#read(char);
    return this.#take();
  }

  /** What was held back; nothing can follow. */
  end(): AnswerPiece[] {
    const begun = this.#mode === 'object' && this.#object?.begun === true;
    if (this.#mode === 'opened' || (this.#mode === 'object' && !begun)) this.#release();
    else if (this.#mode === 'text' && (this.#calls === 0 || this.#mark !== '')) {
      this.#say(this.#space + this.#mark);
    } else if (this.#mode === 'closed' && this.#mark !== '') this.#say(this.#space + this.#mark);
    return this.#take();
  }

  #take(): AnswerPiece[] {
    const pieces = this.#pieces;
    this.#pieces = [];
    return pieces;
  }

  #read(char: string): void {
    if (this.#mode === 'text') this.#readText(char);
    else if (this.#mode === 'opened') this.#readOpened(char);
    else if (this.#mode === 'object') this.#readObject(char);
    else if (this.#mode === 'closed') this.#readClosed(char);
  }

  #readText(char: string): void {
    const { opening, bareAtStart } = this.#syntax;
    if (this.#mark !== '') {
      if (opening.startsWith(this.#mark + char)) {
        this.#mark += char;
        if (this.#mark === opening) this.#open();
        return;
      }
      this.#say(this.#space + this.#mark);
    }
    if (SPACE.test(char)) this.#space += char;
    else if (opening.startsWith(char)) this.#mark = char;
    else if (bareAtStart && char === '{' && !this.#saidSomething && this.#calls === 0) {
      this.#open();
      this.#readOpened(char);
    } else this.#say(this.#space + char);
  }

  #open(): void {
    this.#raw = this.#space + this.#mark;
    this.#space = '';
    this.#mark = '';
    this.#listed = false;
    this.#mode = 'opened';
  }

  #readOpened(char: string): void {
    if (SPACE.test(char)) {
      this.#raw += char;
    } else if (this.#syntax.list && !this.#listed && char === '[') {
      this.#raw += char;
      this.#listed = true;
    } else if (char === '{' && (this.#listed || !this.#syntax.list)) {
      this.#object = new CallObject(this.#reading.names, {
        begin: (name) => this.#begin(name),
        args: (text) => addPiece(this.#pieces, { type: 'arguments', index: this.#calls - 1, text }),
      });
      this.#mode = 'object';
      this.#readObject(char);
    } else this.#giveUp(char);
  }

  #readObject(char: string): void {
    const object = this.#object as CallObject;
    const progress = object.read(char);
    if (progress === 'more') {
      if (!object.begun) this.#raw += char;
    } else if (progress === 'bad' && !object.begun) this.#giveUp(char);
    else {
      // Behind its arguments a call is one, whatever follows.
      this.#mode = this.#reading.parallel ? 'closed' : 'over';
      if (progress === 'bad') this.#read(char);
    }
  }

  #begin(name: string): void {
    this.#raw = '';
    addPiece(this.#pieces, { type: 'call', index: this.#calls++, name });
  }

  #readClosed(char: string): void {
    const { closing, separator } = this.#syntax;
    if (closing !== '' && closing.startsWith(this.#mark + char)) {
      this.#mark += char;
      if (this.#mark !== closing) return;
      this.#space = '';
      this.#mark = '';
      this.#mode = 'text';
      return;
    }
    if (this.#mark !== '') {
      this.#mode = 'text';
      // It may be the beginning of an opening as well.
      const mark = this.#mark;
      this.#mark = '';
      for (const again of mark + char) this.#readText(again);
      return;
    }
    if (SPACE.test(char)) this.#space += char;
    else if (char === separator) {
      this.#raw = this.#space + char;
      this.#space = '';
      this.#mode = 'opened';
    } else {
      this.#mode = 'text';
      this.#readText(char);
    }
  }

  /** No call comes of what was held back; `char` is read as text. */
  #giveUp(char: string): void {
    this.#release();
    this.#readText(char);
  }

  #release(): void {
    this.#mode = 'text';
    this.#object = null;
    this.#say(this.#raw);
    this.#raw = '';
  }

  #say(text: string): void {
    addPiece(this.#pieces, { type: 'text', text });
    if (text !== '') this.#saidSomething = true;
    this.#space = '';
    this.#mark = '';
  }
}
