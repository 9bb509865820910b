import { PatternFault } from './pattern-fault.ts';

/** A pattern as it is read, by characters and not by halves of them. */
export class PatternText {
  readonly #characters: readonly string[];
  #at = 0;

  constructor(source: string) {
    this.#characters = [...source];
  }

  get ended(): boolean {
    return this.#at >= this.#characters.length;
  }

  /** The character that comes next; undefined at the end. */
  get peek(): string | undefined {
    return this.#characters[this.#at];
  }

  /** The one behind that. */
  get second(): string | undefined {
    return this.#characters[this.#at + 1];
  }

  /** Reads `character` if it comes next. */
  take(character: string): boolean {
    if (this.peek !== character) return false;
    this.#at++;
    return true;
  }

  /** Throws PatternFault at the end. */
  next(): string {
    const character = this.#characters[this.#at++];
    if (character === undefined) throw new PatternFault('ends too early');
    return character;
  }

  /** All characters up to `character`, which is read too. Throws PatternFault where there is none. */
  until(character: string): string {
    let text = '';
    for (let c = this.next(); c !== character; c = this.next()) text += c;
    return text;
  }
}
