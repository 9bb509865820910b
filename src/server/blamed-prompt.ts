import { type GenerateRequest, QueptError } from '../core/index.ts';

/** The refusal of `requests[index]`, with its prompt named by its place where there are several. */
export function blamedPrompt(
  thrown: unknown,
  requests: readonly Pick<GenerateRequest, 'prompt'>[],
  index: number,
): unknown {
  if (!(thrown instanceof QueptError) || thrown.param !== 'prompt') return thrown;
  // The choices of a prompt share it, so prompts are as many as there are objects.
  const prompts = [...new Set(requests.map(({ prompt }) => prompt))];
  const blamed = requests[index]?.prompt;
  if (prompts.length === 1 || blamed === undefined) return thrown;
  const place = prompts.indexOf(blamed);
  return thrown.at(`prompt[${place}]`, `Of prompt ${place} (counted from 0): ${thrown.message}`);
}
