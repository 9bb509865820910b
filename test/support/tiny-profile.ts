/**
 * A machine that is easy to reckon with: a decode step takes 8 ms + 2 ms a row, prefill 1 ms a token, at q8 twice that,
 * and neither depends on the context.
 */
export const TINY_PROFILE = {
  name: 'tiny',
  machine: 'reckoned',
  contextLength: 64,
  rungs: [
    { id: 'q4', averageBits: 4, predictedKl: 0.02 },
    { id: 'q8', averageBits: 8, predictedKl: 0.001 },
  ],
  samples: [
    ...[1, 2].flatMap((factor) =>
      [1, 4].map((rows) => ({
        phase: 'decode',
        rung: factor === 1 ? 'q4' : 'q8',
        rows,
        tokens: rows,
        contextTokens: 0,
        movedRows: 0,
        ms: factor * (8 + 2 * rows),
      })),
    ),
    ...[1, 2].flatMap((factor) =>
      [10, 20].map((tokens) => ({
        phase: 'prefill',
        rung: factor === 1 ? 'q4' : 'q8',
        rows: 1,
        tokens,
        contextTokens: 0,
        movedRows: 0,
        ms: factor * tokens,
      })),
    ),
  ],
} as const;
