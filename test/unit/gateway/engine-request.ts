import { type EngineRequest, WITHOUT_TARGETS } from '../../../src/core/index.ts';

/** A small valid request. */
export function engineRequest(id: string, changes: Partial<EngineRequest> = {}): EngineRequest {
  return {
    id,
    promptTokens: Int32Array.of(1, 2, 3),
    maxTokens: 4,
    sampling: {
      temperature: 0,
      topK: 0,
      topP: 1,
      minP: 0,
      seed: null,
      repetitionPenalty: 1,
      frequencyPenalty: 0,
      presencePenalty: 0,
    },
    stop: [],
    floor: 0,
    ceiling: 0,
    ...WITHOUT_TARGETS,
    ...changes,
  };
}
