import { z } from 'zod';
import type { StreamedAnswer } from './streamed-answer.ts';

const decisionList = z.object({
  data: z.array(
    z.object({
      service_tier: z.enum(['priority', 'default', 'flex']),
      targets: z.object({ ttft_ms: z.number().nullable(), tpot_ms: z.number().nullable() }),
      omitted: z.int(),
      decisions: z.array(z.object({ action: z.string(), precision: z.string().nullable(), tokens: z.int() })),
    }),
  ),
});

/** What `/v1/requests/{id}/decisions` tells of a request. */
export type DecisionTrail = z.infer<typeof decisionList>['data'][number];

/** Null where the server keeps none of it. */
export async function fetchTrail(url: URL, requestId: string): Promise<DecisionTrail | null> {
  const response = await fetch(new URL(`/v1/requests/${requestId}/decisions`, url));
  const body: unknown = await response.json();
  return response.ok ? (decisionList.parse(body).data[0] ?? null) : null;
}

export interface CourseToken {
  readonly atMs: number;
  readonly config: string;
}

/**
 * When each token of an answer came, and which config made it. A token without text of its own is taken to have come
 * with the text that is as far into the answer. Configs are those of the decisions, in order; of tokens whose decisions
 * were no longer kept, which are the first, only the counts are known.
 */
export function tokenCourse(answer: StreamedAnswer, trail: DecisionTrail): CourseToken[] {
  const { tokens, textAtMs } = answer;
  const configs = configSequence(answer, trail);
  return Array.from({ length: tokens }, (_, i) => ({
    atMs: textAtMs[Math.min(textAtMs.length - 1, Math.floor((i * textAtMs.length) / tokens))] ?? Number.NaN,
    config: configs[i] ?? '',
  }));
}

function configSequence({ tokens, tokensByConfig }: StreamedAnswer, { decisions }: DecisionTrail): string[] {
  const decoded: string[] = [];
  let first: string | null = null;
  for (const { action, precision, tokens: count } of decisions) {
    if (precision === null) continue;
    if (action === 'prefill' && decoded.length === 0) first = precision;
    if (action === 'decode') for (let i = 0; i < count; i++) decoded.push(precision);
  }
  // The last chunk of a prompt makes the first token.
  const known = (first === null ? decoded : [first, ...decoded]).slice(-tokens);
  const left = new Map(tokensByConfig);
  for (const config of known) left.set(config, (left.get(config) ?? 0) - 1);
  const unknown = [...left].flatMap(([config, count]) => new Array<string>(Math.max(0, count)).fill(config));
  return [...unknown, ...known].slice(0, tokens);
}
