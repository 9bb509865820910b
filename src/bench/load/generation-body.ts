/** Endpoints that make text. */
export type GenerationEndpoint = 'chat' | 'completions' | 'responses';

export const GENERATION_PATHS: Readonly<Record<GenerationEndpoint, string>> = {
  chat: '/v1/chat/completions',
  completions: '/v1/completions',
  responses: '/v1/responses',
};

/** What a request asks for beside its text. */
export interface GenerationWish {
  readonly model: string;
  readonly temperature: number;
  /** Ask that answers go on to their full length: an extension that most servers know. */
  readonly ignoreEnd: boolean;
  /** As `precision` of the request; null for none. An extension of ours. */
  readonly precision: string | null;
}

export interface GenerationDetails {
  readonly text: string;
  readonly outputTokens: number;
  readonly stream: boolean;
  /** Null for none. */
  readonly tier: string | null;
}

/** The body of a request. */
export function generationBody(
  endpoint: GenerationEndpoint,
  { model, temperature, ignoreEnd, precision }: GenerationWish,
  { text, outputTokens, stream, tier }: GenerationDetails,
): object {
  return {
    model,
    ...promptOf(endpoint, text),
    [endpoint === 'responses' ? 'max_output_tokens' : 'max_tokens']: outputTokens,
    temperature,
    ...(ignoreEnd && { ignore_eos: true }),
    ...(precision !== null && { precision }),
    ...(tier !== null && { service_tier: tier }),
    ...(stream && { stream: true }),
    // Responses tell their usage unasked.
    ...(stream && endpoint !== 'responses' && { stream_options: { include_usage: true } }),
  };
}

function promptOf(endpoint: GenerationEndpoint, text: string): object {
  switch (endpoint) {
    case 'chat':
      return { messages: [{ role: 'user', content: text }] };
    case 'completions':
      return { prompt: text };
    case 'responses':
      return { input: text };
    default:
      return endpoint satisfies never;
  }
}
