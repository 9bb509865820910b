import { GENERATION_PATHS, type GenerationWish, generationBody } from './generation-body.ts';

/** What an endpoint is asked with, over and over. */
export interface HttpEndpoint {
  readonly name: string;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Whether its answers are streams, which must come to their end. */
  readonly stream: boolean;
  /** Body of the request of this number, another text each time; null for none. */
  readonly bodyOf: ((index: number) => string) | null;
}

export interface EndpointWish {
  readonly wish: GenerationWish;
  readonly outputTokens: number;
  readonly textOf: (index: number) => string;
}

const GENERATION_NAMES = ['chat', 'completions', 'responses'] as const;

/** By name: `chat`, `chat-stream`, … in the order in which they are run. */
export function httpEndpoints({ wish, outputTokens, textOf }: EndpointWish): readonly HttpEndpoint[] {
  const json =
    (make: (text: string) => object) =>
    (index: number): string =>
      JSON.stringify(make(textOf(index)));
  const generation = GENERATION_NAMES.flatMap((endpoint) =>
    [false, true].map(
      (stream): HttpEndpoint => ({
        name: stream ? `${endpoint}-stream` : endpoint,
        method: 'POST',
        path: GENERATION_PATHS[endpoint],
        stream,
        bodyOf: json((text) => generationBody(endpoint, wish, { text, outputTokens, stream, tier: null })),
      }),
    ),
  );
  const post = (name: string, bodyOf: HttpEndpoint['bodyOf']): HttpEndpoint => ({
    name,
    method: 'POST',
    path: `/${name}`,
    stream: false,
    bodyOf,
  });
  const get = (name: string, path: string): HttpEndpoint => ({
    name,
    method: 'GET',
    path,
    stream: false,
    bodyOf: null,
  });
  return [
    ...generation,
    post(
      'tokenize',
      json((text) => ({ model: wish.model, prompt: text })),
    ),
    post('detokenize', (index) =>
      JSON.stringify({
        model: wish.model,
        tokens: Array.from({ length: 64 }, (_, i) => 1 + ((index + i) % 100)),
      }),
    ),
    get('models', '/v1/models'),
    get('precision', '/v1/precision'),
    get('health', '/health/ready'),
    get('metrics', '/metrics'),
  ];
}

export const ENDPOINT_NAMES: readonly string[] = [
  ...GENERATION_NAMES.flatMap((name) => [name, `${name}-stream`]),
  'tokenize',
  'detokenize',
  'models',
  'precision',
  'health',
  'metrics',
];
