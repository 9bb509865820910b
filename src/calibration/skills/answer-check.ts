import { z } from 'zod';

/** How an answer is verified. What each kind means stands at `checkAnswer`. */
export type AnswerCheck =
  | { readonly kind: 'exact'; readonly answers: readonly string[] }
  | { readonly kind: 'number'; readonly value: number }
  | {
      readonly kind: 'contains';
      readonly any: readonly string[];
      readonly none?: readonly string[];
      readonly maxWords?: number;
    }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | { readonly kind: 'bullets'; readonly items?: readonly string[] }
  | { readonly kind: 'json'; readonly value: unknown }
  | { readonly kind: 'question'; readonly maxWords: number }
  | {
      readonly kind: 'text';
      readonly mentions: readonly string[];
      readonly minWords: number;
      readonly maxWords: number;
      readonly sentences?: number;
    }
  | { readonly kind: 'upper-case' }
  | { readonly kind: 'starts-with'; readonly text: string }
  | { readonly kind: 'ends-with'; readonly text: string }
  | { readonly kind: 'all'; readonly checks: readonly AnswerCheck[] };

const phrase = z.string().regex(/\S/, 'must hold a word or a sign');
const phrases = z.array(phrase).nonempty();
const count = z.int().nonnegative();

const KINDS = [
  z.strictObject({ kind: z.literal('exact'), answers: phrases }),
  z.strictObject({ kind: z.literal('number'), value: z.number() }),
  z.strictObject({
    kind: z.literal('contains'),
    any: phrases,
    none: phrases.exactOptional(),
    maxWords: count.exactOptional(),
  }),
  z.strictObject({ kind: z.literal('list'), items: phrases }),
  z.strictObject({ kind: z.literal('bullets'), items: phrases.exactOptional() }),
  z.strictObject({ kind: z.literal('json'), value: z.json() }),
  z.strictObject({ kind: z.literal('question'), maxWords: count }),
  z.strictObject({
    kind: z.literal('text'),
    mentions: z.array(phrase),
    minWords: count,
    maxWords: count,
    sentences: count.exactOptional(),
  }),
  z.strictObject({ kind: z.literal('upper-case') }),
  z.strictObject({ kind: z.literal('starts-with'), text: phrase }),
  z.strictObject({ kind: z.literal('ends-with'), text: phrase }),
  z.strictObject({
    kind: z.literal('all'),
    checks: z.array(z.lazy((): z.ZodType<AnswerCheck> => answerCheckSchema)).nonempty(),
  }),
] as const;

const known = KINDS.map(({ shape }) => shape.kind.value).join(', ');

export const answerCheckSchema: z.ZodType<AnswerCheck> = z.discriminatedUnion('kind', KINDS, {
  error: ({ code }) => (code === 'invalid_union' ? `must be one of ${known}` : undefined),
});
