import type { PositionLogprobs, TokenLogprob } from '../../core/index.ts';

type Told = Pick<TokenLogprob, 'text' | 'bytes'>;

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** `choices[].logprobs` of a chat. */
export function chatLogprobs(positions: readonly PositionLogprobs[]) {
  return {
    content: positions.map(({ chosen, top }) => ({
      ...chatToken({ ...chosen, logprob: chosen.logprob ?? 0 }),
      top_logprobs: top.map(chatToken),
    })),
    refusal: null,
  };
}

function chatToken(token: TokenLogprob) {
  const { logprob, bytes } = token;
  return { token: tokenName(token), logprob, bytes: bytes.length === 0 ? null : [...bytes] };
}

/** The same in an answer of `/v1/responses`, whose `bytes` may be empty but not null. */
export function responseLogprobs(positions: readonly PositionLogprobs[]) {
  return positions.map(({ chosen, top }) => ({
    ...responseToken({ ...chosen, logprob: chosen.logprob ?? 0 }),
    top_logprobs: top.map(responseToken),
  }));
}

function responseToken(token: TokenLogprob) {
  return { token: tokenName(token), logprob: token.logprob, bytes: [...token.bytes] };
}

/**
 * `choices[].logprobs` of completions, piece after piece of one choice. `text_offset` counts characters (code points)
 * from the beginning of the choice's text.
 */
export class CompletionLogprobs {
  readonly #text = new TextDecoder('utf-8', { ignoreBOM: true });
  #offset = 0;

  next(positions: readonly PositionLogprobs[]) {
    return {
      tokens: positions.map(({ chosen }) => tokenName(chosen)),
      token_logprobs: positions.map(({ chosen }) => chosen.logprob),
      top_logprobs: positions.map(topMap),
      text_offset: positions.map(({ chosen }) => this.#advance(chosen)),
    };
  }

  /** Where a token begins. What it adds counts once its characters are complete. */
  #advance({ bytes }: Told): number {
    const start = this.#offset;
    this.#offset += [...this.#text.decode(bytes, { stream: true })].length;
    return start;
  }
}

/** The most probable tokens, and the one that stands there; null where nothing precedes it. */
function topMap({ chosen, top }: PositionLogprobs): Record<string, number> | null {
  if (chosen.logprob === null) return null;
  const named = [...top, { ...chosen, logprob: chosen.logprob }];
  return Object.fromEntries(named.map((token) => [tokenName(token), token.logprob]));
}

/** A token's text; special tokens by name, part of a character as `bytes:\xe2\x80`. */
export function tokenName({ text, bytes }: Told): string {
  if (bytes.length === 0) return text;
  try {
    return decoder.decode(bytes);
  } catch {
    return `bytes:${[...bytes].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('')}`;
  }
}
