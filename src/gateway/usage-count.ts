import type { GenerationEvent, Usage } from '../core/index.ts';

/** What was computed for one request, known when it ends: `Generation.ended`. */
export class UsageCount {
  readonly ended: Promise<Usage>;
  readonly #promptTokens: number;
  #completionTokens = 0;
  #resolve: (usage: Usage) => void = () => {};

  constructor(promptTokens: number) {
    this.#promptTokens = promptTokens;
    this.ended = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  /** To be told of every event, in order. */
  observe(event: GenerationEvent): void {
    if (event.type === 'token') this.#completionTokens++;
    else if (event.type === 'finished') this.#resolve(event.usage);
    else this.#resolve(this.#untilFailure());
  }

  #untilFailure(): Usage {
    const promptTokens = this.#completionTokens === 0 ? 0 : this.#promptTokens;
    return { promptTokens, completionTokens: this.#completionTokens, cachedTokens: 0 };
  }
}
