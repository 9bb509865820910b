import { textTable } from '../engine/text-table.ts';

/** What `quept eval --json` says of one config, as far as it is used here. */
export interface JudgedConfig {
  readonly id: string;
  readonly averageBits: number;
  readonly perplexity: number;
  readonly kl: number;
  readonly top1Agreement: number;
}

export interface Judgement {
  readonly tokens: number;
  readonly referencePerplexity: number;
  readonly configs: readonly JudgedConfig[];
  readonly switching: { readonly perplexity: number; readonly kl: number } | null;
}

/** One artefact judged on one text. */
export interface QualityRow {
  readonly checkpoint: string;
  readonly text: string;
  readonly variant: string;
  readonly judgement: Judgement;
}

/** Markdown: a table of the lowest and highest config per checkpoint and text, then the ladders whole. */
export function formatQuality(rows: readonly QualityRow[]): string {
  const groups = new Map<string, QualityRow[]>();
  for (const row of rows) groups.set(groupName(row), [...(groups.get(groupName(row)) ?? []), row]);
  return [...groups].map(([name, ofGroup]) => `### ${name}\n\n${groupTables(ofGroup)}`).join('\n\n');
}

function groupName({ checkpoint, text, judgement }: QualityRow): string {
  return `${checkpoint} on ${text} (${judgement.tokens} tokens, full precision ${judgement.referencePerplexity.toFixed(4)})`;
}

function groupTables(rows: readonly QualityRow[]): string {
  const base = rows.find(({ variant }) => variant === 'rounding')?.judgement.configs[0]?.kl;
  const heads = [
    'variant',
    'q4 perplexity',
    'q4 KL',
    'of rounding',
    'q8 perplexity',
    'q8 above full',
    'q8 KL',
  ];
  const withSwitching = rows.some(({ judgement }) => judgement.switching !== null);
  const ends = rows.map(({ variant, judgement }) => {
    const { configs, referencePerplexity, switching } = judgement;
    const [low, high] = [configs[0] as JudgedConfig, configs.at(-1) as JudgedConfig];
    const above = (100 * (high.perplexity - referencePerplexity)) / referencePerplexity;
    return [
      variant,
      low.perplexity.toFixed(4),
      low.kl.toExponential(2),
      base === undefined ? '-' : (low.kl / base).toFixed(2),
      high.perplexity.toFixed(4),
      `${above.toFixed(2)} %`,
      high.kl.toExponential(2),
      ...(withSwitching ? [switching ? switching.kl.toExponential(2) : '-'] : []),
    ];
  });
  const ladders = rows.flatMap(({ variant, judgement }) =>
    judgement.configs.map((config) => [
      variant,
      config.id,
      config.averageBits.toFixed(2),
      config.perplexity.toFixed(4),
      config.kl.toExponential(2),
      `${(100 * config.top1Agreement).toFixed(1)} %`,
      againstLine(config, judgement.configs),
    ]),
  );
  return [
    textTable([...heads, ...(withSwitching ? ['KL, q4 and q8 in turns'] : [])], ends),
    textTable(['variant', 'config', 'bits', 'perplexity', 'KL', 'top-1', 'KL / line'], ladders),
  ].join('\n\n');
}

/**
 * KL of a config over that of the straight line from the lowest to the highest config at its bits: below 1, it is
 * better than mixing the two at random. A config of the lowest bits with a live cascade is held against the lowest.
 */
export function againstLine(config: JudgedConfig, configs: readonly JudgedConfig[]): string {
  const [low, high] = [configs[0] as JudgedConfig, configs.at(-1) as JudgedConfig];
  if (config.id === low.id || config.id === high.id) return '';
  const share = (config.averageBits - low.averageBits) / (high.averageBits - low.averageBits);
  return (config.kl / (low.kl + share * (high.kl - low.kl))).toFixed(2);
}
