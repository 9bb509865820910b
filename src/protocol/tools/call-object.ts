/** What reading on came to. */
export type CallProgress =
  /** More is needed. */
  | 'more'
  /** This is no call of a known function; the character that shows it has not been read. */
  | 'bad'
  /** The object is complete. */
  | 'done';

/** Told of a call while it is read: its name, then its arguments piece by piece. */
export interface CallListener {
  begin(name: string): void;
  args(text: string): void;
}

type State = 'start' | 'key' | 'in-key' | 'colon' | 'value' | 'in-value' | 'next';

const SPACE = /[ \t\n\r]/;
const LITERALS = ['null', 'true', 'false'];
/** Every character of a name may be escaped. */
const LONGEST_STRING = 1024;
const ARGUMENTS = ['arguments', 'parameters'];
/** Other members that models write. */
const ASIDE = ['type', 'id'];

/**
 * One call as JSON, `{"name": …, "arguments": {…}}`, read character by character, its members in any order.
 *
 * A call begins once its name is known to be a function's and its arguments are seen to be an object; from there it
 * cannot be taken back, and arguments are passed on as they are written until their braces are balanced. Anything that
 * rules a call out before is `bad`.
 */
export class CallObject {
  readonly #names: ReadonlySet<string>;
  readonly #listener: CallListener;
  #state: State = 'start';
  #key = '';
  /** Of the string or literal that is being read. */
  #text = '';
  #escaped = false;
  #inString = false;
  #depth = 0;
  #name: string | null = null;
  /** Arguments that came before the name; null for none. */
  #early: string | null = null;
  #argued = false;
  #begun = false;

  constructor(names: ReadonlySet<string>, listener: CallListener) {
    this.#names = names;
    this.#listener = listener;
  }

  /** It has been told of and cannot be taken back. */
  get begun(): boolean {
    return this.#begun;
  }

  /** Its arguments are complete. */
  get whole(): boolean {
    return this.#begun && this.#depth === 0;
  }

  read(char: string): CallProgress {
    switch (this.#state) {
      case 'start':
        return this.#expect(char, '{', 'key');
      case 'key':
        if (SPACE.test(char)) return 'more';
        this.#text = '';
        return this.#expect(char, '"', 'in-key');
      case 'in-key':
        return this.#readKey(char);
      case 'colon':
        return SPACE.test(char) ? 'more' : this.#expect(char, ':', 'value');
      case 'value':
        return SPACE.test(char) ? 'more' : this.#beginValue(char);
      case 'in-value':
        return this.#depth > 0 ? this.#readArguments(char) : this.#readPlain(char);
      case 'next':
        return this.#readNext(char);
      default:
        return this.#state satisfies never;
    }
  }

  #expect(char: string, wanted: string, then: State): CallProgress {
    if (char !== wanted) return 'bad';
    this.#state = then;
    return 'more';
  }

  #readKey(char: string): CallProgress {
    if (char !== '"') {
      this.#text += char;
      return this.#text.length <= LONGEST_STRING ? 'more' : 'bad';
    }
    this.#key = this.#text;
    const isArguments = ARGUMENTS.includes(this.#key);
    const known = isArguments || this.#key === 'name' || ASIDE.includes(this.#key);
    const again = (isArguments && this.#argued) || (this.#key === 'name' && this.#name !== null);
    if (!known || again) return 'bad';
    this.#state = 'colon';
    return 'more';
  }

  #beginValue(char: string): CallProgress {
    const isArguments = ARGUMENTS.includes(this.#key);
    this.#state = 'in-value';
    this.#text = char;
    this.#escaped = false;
    this.#inString = char === '"';
    if (isArguments && char === '{') {
      this.#depth = 1;
      this.#argued = true;
      if (this.#name === null) this.#early = '';
      else this.#begin();
      this.#pass(char);
      return 'more';
    }
    if (char === '"') return isArguments ? 'bad' : 'more';
    // A function without parameters may be called with null; a type or id may be null.
    return this.#key !== 'name' && LITERALS.some((word) => word.startsWith(char)) ? 'more' : 'bad';
  }

  #readArguments(char: string): CallProgress {
    if (this.#inString) {
      if (this.#escaped) this.#escaped = false;
      else if (char === '\\') this.#escaped = true;
      else if (char === '"') this.#inString = false;
    } else if (char === '"') this.#inString = true;
    else if (char === '{' || char === '[') this.#depth++;
    else if (char === '}' || char === ']') this.#depth--;
    this.#pass(char);
    if (this.#depth === 0) this.#state = 'next';
    return 'more';
  }

  #pass(text: string): void {
    if (this.#early === null) this.#listener.args(text);
    else this.#early += text;
  }

  /** A string or a literal. */
  #readPlain(char: string): CallProgress {
    if (!this.#inString) {
      if (!LITERALS.some((word) => word.startsWith(this.#text + char))) return 'bad';
      this.#text += char;
      if (LITERALS.includes(this.#text)) this.#state = 'next';
      return 'more';
    }
    this.#text += char;
    if (this.#text.length > LONGEST_STRING) return 'bad';
    if (this.#escaped) this.#escaped = false;
    else if (char === '\\') this.#escaped = true;
    else if (char === '"') return this.#endString();
    return 'more';
  }

  #endString(): CallProgress {
    this.#state = 'next';
    if (this.#key !== 'name') return 'more';
    const name = parsed(this.#text);
    if (name === null || !this.#names.has(name)) return 'bad';
    this.#name = name;
    if (this.#early !== null) {
      const early = this.#early;
      this.#early = null;
      this.#begin();
      this.#listener.args(early);
    }
    return 'more';
  }

  #readNext(char: string): CallProgress {
    if (SPACE.test(char)) return 'more';
    if (char === ',') {
      this.#state = 'key';
      return 'more';
    }
    if (char !== '}' || this.#name === null) return 'bad';
    if (!this.#begun) {
      this.#begin();
      this.#listener.args('{}');
    }
    return 'done';
  }

  #begin(): void {
    this.#begun = true;
    this.#listener.begin(this.#name as string);
  }
}

function parsed(text: string): string | null {
  try {
    return JSON.parse(text) as string;
  } catch {
    return null;
  }
}
