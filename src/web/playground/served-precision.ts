/** Tokens of one config, as answers tell them. */
export interface ServedConfig {
  readonly id: string;
  readonly average_bits: number;
  readonly tokens: number;
}

export interface ServedPrecision {
  readonly average_bits: number;
  readonly configs: readonly ServedConfig[];
  readonly switches: number;
}
