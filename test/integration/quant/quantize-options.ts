import type { QuantizeOptions } from '../../../src/quant/index.ts';

/** Options of a plain run without carried files; `overrides` have the last word. */
export function quantizeOptions(overrides: Partial<QuantizeOptions> = {}): QuantizeOptions {
  return {
    name: 'memory',
    planes: [4, 4],
    block: 32,
    zeroPoints: 'off',
    tokenizerFiles: [],
    generation: { endTokenIds: [2], maxTokens: null, sampling: { temperature: 0.7, topK: 40 } },
    provenance: {
      toolVersion: '0.0.0',
      sourceName: 'memory',
      sourceDirectory: null,
      sourceSha256: null,
      createdAt: new Date('2026-01-02T03:04:05Z'),
    },
    ...overrides,
  };
}
