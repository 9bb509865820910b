import { uniformAt } from '../../numerics/index.ts';

/** Of what prompts are made, and how many tokens that takes. */
export interface PromptWords {
  /** Tokens of a prompt beside its words: a chat template, a beginning of sequence. */
  readonly baseTokens: number;
  /** At least one. */
  readonly words: readonly { readonly text: string; readonly tokens: number }[];
  /** `counted` by the server, or `assumed` to be a token a word where it tells no usage. */
  readonly source: 'counted' | 'assumed';
}

/** Short and common, so that nearly every tokenizer has a token for each. */
const WORDS = 'the of and to in is it was for on are as with his they at'.split(' ');
const SHORT = 8;
const LONG = 24;
const AT_ONCE = 4;
/** Of one prompt's random numbers. */
const DRAWS_PER_PROMPT = 1_000_000;

/**
 * Learns from the server's own counts what each word costs, from prompts that repeat it.
 *
 * @param count tokens of a prompt with this text; null where the server does not tell
 */
export async function learnWords(count: (text: string) => Promise<number | null>): Promise<PromptWords> {
  const [first = 'the', ...others] = WORDS;
  const [short, long] = [await count(repeated(first, SHORT)), await count(repeated(first, LONG))];
  if (short === null || long === null || long <= short) return assumedWords();
  const firstTokens = (long - short) / (LONG - SHORT);
  const baseTokens = Math.max(0, Math.round(short - SHORT * firstTokens));
  const words = [{ text: first, tokens: firstTokens }];
  for (let from = 0; from < others.length; from += AT_ONCE) {
    const batch = others.slice(from, from + AT_ONCE);
    const counts = await Promise.all(batch.map((word) => count(repeated(word, SHORT))));
    batch.forEach((text, i) => {
      words.push({ text, tokens: ((counts[i] ?? 0) - baseTokens) / SHORT });
    });
  }
  // Words that merge with their neighbours cost no whole number, and cannot be added up.
  const whole = words.filter(({ tokens }) => Number.isInteger(tokens) && tokens > 0);
  const known = whole.length > 0 ? whole : [{ text: first, tokens: Math.max(1, Math.round(firstTokens)) }];
  return { baseTokens, words: known, source: 'counted' };
}

export function assumedWords(): PromptWords {
  return { baseTokens: 0, words: WORDS.map((text) => ({ text, tokens: 1 })), source: 'assumed' };
}

/**
 * A text whose prompt has so many tokens, or as few as one word makes. Another index gives other words from the start
 * on, so that no server has computed the beginning before.
 */
export function promptText(
  { baseTokens, words }: PromptWords,
  tokens: number,
  { seed, index }: { readonly seed: number; readonly index: number },
): string {
  const cheapest = words.reduce((least, word) => (word.tokens < least.tokens ? word : least));
  const drawn: string[] = [];
  let left = tokens - baseTokens;
  let draw = index * DRAWS_PER_PROMPT;
  while (drawn.length === 0 || left >= cheapest.tokens) {
    const word = words[Math.floor(uniformAt(seed, draw++) * words.length)] ?? cheapest;
    const fitting = word.tokens <= left ? word : cheapest;
    drawn.push(fitting.text);
    left -= fitting.tokens;
  }
  return drawn.join(' ');
}

function repeated(word: string, times: number): string {
  return new Array<string>(times).fill(word).join(' ');
}
