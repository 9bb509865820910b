import { callApi } from './call-api.ts';

/** A rung, as `/v1/precision` tells it. */
export interface Rung {
  readonly id: string;
  readonly averageBits: number;
  /** Nats per token to full precision; null where not measured. */
  readonly predictedKl: number | null;
  /** Of one decode step at batch 1; null where not measured. */
  readonly msPerToken: number | null;
}

interface RungJson {
  readonly id: string;
  readonly average_bits: number;
  readonly predicted_kl: number | null;
  readonly ms_per_token: number | null;
}

/** The ladder of the served model, lowest precision first. Rejects as `callApi` does. */
export async function fetchLadder(): Promise<readonly Rung[]> {
  const response = await callApi('v1/precision');
  const { data } = (await response.json()) as { data: readonly RungJson[] };
  return data.map(({ id, average_bits, predicted_kl, ms_per_token }) => ({
    id,
    averageBits: average_bits,
    predictedKl: predicted_kl,
    msPerToken: ms_per_token,
  }));
}
