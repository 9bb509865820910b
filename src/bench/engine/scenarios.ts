/** Rows of one token each; `lengths[r]` is the length of row r's sequence once a step has run. */
export interface DecodeScenario {
  readonly kind: 'decode';
  readonly id: string;
  readonly title: string;
  readonly lengths: readonly number[];
}

/** One pass over a prompt of `tokens`, from an empty sequence to the logits of its last position. */
export interface PrefillScenario {
  readonly kind: 'prefill';
  readonly id: string;
  readonly title: string;
  readonly tokens: number;
}

export type Scenario = DecodeScenario | PrefillScenario;

const CONTEXT = 256;

export const SCENARIOS: readonly Scenario[] = [
  ...[1, 2, 4, 8].map(
    (batch): DecodeScenario => ({
      kind: 'decode',
      id: `decode-${batch}`,
      title: `decode, batch ${batch}, context ${CONTEXT}`,
      lengths: new Array<number>(batch).fill(CONTEXT),
    }),
  ),
  {
    kind: 'decode',
    id: 'ragged',
    title: 'decode, one row of 1,000, seven of 100',
    lengths: [1000, ...new Array<number>(7).fill(100)],
  },
  { kind: 'prefill', id: 'prefill', title: 'prefill, 512 tokens', tokens: 512 },
];

/** Batch 8 at context 256: where switching and regrouping are measured. */
export const FULL_BATCH: DecodeScenario = {
  kind: 'decode',
  id: 'full-batch',
  title: `batch 8, context ${CONTEXT}`,
  lengths: new Array<number>(8).fill(CONTEXT),
};

/** What is measured on our engine alone. */
export const PRECISION_CHANGES = ['switch', 'regroup'] as const;

export type PrecisionChange = (typeof PRECISION_CHANGES)[number];

/** Values of `--only`. */
export const MEASUREMENTS: readonly string[] = [...SCENARIOS.map(({ id }) => id), ...PRECISION_CHANGES];
