import type { Ladder, PrecisionConfig, PrecisionReport } from '../../core/index.ts';

/** The `precision` extension of answers: what was served. */
export interface PrecisionJson {
  readonly average_bits: number;
  readonly configs: readonly {
    readonly id: string;
    readonly average_bits: number;
    readonly tokens: number;
  }[];
  readonly switches: number;
}

/** What all choices of an answer were served at: tokens and switches add up, the average is over tokens. */
export function precisionJson(reports: readonly PrecisionReport[]): PrecisionJson {
  const configs = new Map<string, { id: string; average_bits: number; tokens: number }>();
  for (const config of reports.flatMap((report) => report.configs)) {
    const tokens = (configs.get(config.id)?.tokens ?? 0) + config.tokens;
    configs.set(config.id, { id: config.id, average_bits: config.averageBits, tokens });
  }
  const served = [...configs.values()].sort((a, b) => a.average_bits - b.average_bits);
  const tokens = served.reduce((sum, config) => sum + config.tokens, 0);
  const bits = served.reduce((sum, config) => sum + config.average_bits * config.tokens, 0);
  return {
    average_bits: tokens === 0 ? 0 : bits / tokens,
    configs: served,
    switches: reports.reduce((sum, report) => sum + report.switches, 0),
  };
}

/** The ladder as `/v1/precision` shows it, lowest rung first. */
export function ladderJson(ladder: Ladder): object[] {
  return ladder.map((config: PrecisionConfig) => ({
    id: config.id,
    object: 'precision_config',
    average_bits: config.averageBits,
    planes: spread(config.planes),
    ranks: spread(config.ranks),
    predicted_kl: config.predictedKl,
    ms_per_token: config.msPerToken,
  }));
}

/** How a quantity varies over the matrices of the model. */
export function spread(values: readonly number[]): { min: number; max: number; mean: number } {
  const sum = values.reduce((total, value) => total + value, 0);
  return {
    min: values.reduce((least, value) => Math.min(least, value), values[0] ?? 0),
    max: values.reduce((most, value) => Math.max(most, value), values[0] ?? 0),
    mean: values.length === 0 ? 0 : sum / values.length,
  };
}
