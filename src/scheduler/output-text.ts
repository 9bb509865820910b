import type { TextStream } from '../core/index.ts';
import { type MatchedText, StopMatcher } from './stop-matcher.ts';

/** The text of one request: tokens become characters, characters pass the stop strings. */
export class OutputText {
  readonly #stream: TextStream;
  readonly #matcher: StopMatcher;
  #stopped = false;

  constructor(stream: TextStream, stops: readonly string[]) {
    this.#stream = stream;
    this.#matcher = new StopMatcher(stops);
  }

  push(tokenId: number): MatchedText {
    return this.#record(this.#matcher.push(this.#stream.push(tokenId)));
  }

  /**
   * The rest, at the end of the request: characters left incomplete, then what the stop strings held back. Empty
   * after a stop string. `stopped` when the rest itself completes one.
   */
  end(): MatchedText {
    if (this.#stopped) return { text: '', stopped: true };
    const rest = this.#record(this.#matcher.push(this.#stream.flush()));
    return rest.stopped ? rest : { text: rest.text + this.#matcher.flush(), stopped: false };
  }

  #record(matched: MatchedText): MatchedText {
    this.#stopped = matched.stopped;
    return matched;
  }
}
