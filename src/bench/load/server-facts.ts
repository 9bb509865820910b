import { z } from 'zod';
import { QueptError } from '../../core/index.ts';
import { leastAgreement } from '../../simulation/index.ts';
import { explainRefusal, getJson } from './ask-server.ts';
import type { LoadTarget } from './load-target.ts';

/** A precision that a server offers, and what a token made at it is worth. */
export interface OfferedPrecision {
  readonly id: string;
  readonly averageBits: number;
  /** `leastAgreement` of its predicted loss, 0 to 1; 1 where nothing is predicted. */
  readonly weight: number;
}

/** What a server says of itself. */
export interface ServerFacts {
  readonly model: string;
  /** Longest sequence, tokens; null where it does not tell. */
  readonly contextLength: number | null;
  /** In order of bits; null for a server without elastic precision. */
  readonly ladder: readonly OfferedPrecision[] | null;
}

const modelCard = z.object({
  id: z.string(),
  context_length: z.int().positive().nullish(),
  max_model_len: z.int().positive().nullish(),
});
const modelList = z.object({ data: z.array(modelCard) });
const precisionList = z.object({
  data: z.array(z.object({ id: z.string(), average_bits: z.number(), predicted_kl: z.number().nullable() })),
});

/**
 * Asks which models there are, and at which precisions.
 *
 * @param wanted name of the model; null for the first that is listed
 * Throws QueptError that names the option at fault: the server cannot be reached, wants a key, or lacks the model.
 */
export async function askFacts(target: LoadTarget, wanted: string | null): Promise<ServerFacts> {
  const models = await getJson(target, '/v1/models');
  if (models.status !== 200 && models.status !== 404) throw explainRefusal(target, '/v1/models', models);
  const listed = modelList.safeParse(models.json).data?.data ?? null;
  const card = await findModel(target, wanted, listed);
  const precisions = await getJson(target, '/v1/precision');
  const offered = precisions.status === 200 ? precisionList.safeParse(precisions.json).data : undefined;
  return {
    model: card.id,
    contextLength: card.context_length ?? card.max_model_len ?? null,
    ladder:
      offered?.data.map(({ id, average_bits: averageBits, predicted_kl: kl }) => ({
        id,
        averageBits,
        weight: kl === null ? 1 : leastAgreement(kl),
      })) ?? null,
  };
}

async function findModel(
  target: LoadTarget,
  wanted: string | null,
  listed: readonly z.infer<typeof modelCard>[] | null,
): Promise<z.infer<typeof modelCard>> {
  const first = listed?.[0];
  if (wanted === null) {
    if (first !== undefined) return first;
    throw usage(`${target.base.href} lists no models. Name the one to use`);
  }
  const found = listed?.find(({ id }) => id === wanted);
  // A server that lists nothing is taken at its word when it answers; one may know more names than it lists.
  if (found !== undefined || listed === null) return found ?? { id: wanted };
  const asked = await getJson(target, `/v1/models/${wanted.split('/').map(encodeURIComponent).join('/')}`);
  const card = asked.status === 200 ? modelCard.safeParse(asked.json).data : undefined;
  if (card !== undefined) return { ...card, id: wanted };
  const names = listed.map(({ id }) => id).join(', ') || 'none';
  throw usage(`${target.base.href} has no model '${wanted}'. It lists: ${names}`);
}

function usage(message: string): QueptError {
  return new QueptError('invalid_usage', `--model: ${message}.`);
}
