import { type EngineRequest, type Ladder, type ModelShape, QueptError } from '../core/index.ts';

/**
 * Checks the terms of EngineRequest, so that no request can fail a step by its own shape.
 *
 * Throws QueptError `invalid_request` or `context_length_exceeded`, with `param` set.
 */
export function requireAdmissible(request: EngineRequest, ladder: Ladder, shape: ModelShape): void {
  const { promptTokens, maxTokens, stop, floor, ceiling } = request;
  if (promptTokens.length === 0) throw invalid('prompt', 'The prompt is empty: give at least one token.');
  if (promptTokens.some((id) => id < 0 || id >= shape.vocabSize)) {
    throw invalid('prompt', `The prompt holds a token id outside [0, ${shape.vocabSize}).`);
  }
  if (promptTokens.length >= shape.contextLength) {
    throw new QueptError(
      'context_length_exceeded',
      `The prompt has ${promptTokens.length} tokens; the context of ${shape.contextLength} leaves no room to answer.`,
      { param: 'prompt' },
    );
  }
  if (!(maxTokens >= 0)) throw invalid('max_tokens', 'max_tokens must be at least 0.');
  if (stop.includes('')) throw invalid('stop', 'A stop string is empty: leave it out.');
  if (!(floor >= 0 && floor <= ceiling && ceiling < ladder.length)) {
    throw invalid('precision', 'The precision range is not on the ladder.');
  }
}

function invalid(param: string, message: string): QueptError {
  return new QueptError('invalid_request', message, { param });
}
