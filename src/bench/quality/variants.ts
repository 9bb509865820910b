/** One way of making an artefact, as arguments of the command line after checkpoint and artefact. */
export interface QualityVariant {
  readonly name: string;
  readonly command: 'quantize' | 'calibrate';
  readonly flags: readonly string[];
}

/** The ways that are held against each other: plain rounding, the cascades, and the default with a part left out. */
export const QUALITY_VARIANTS: readonly QualityVariant[] = [
  { name: 'rounding', command: 'quantize', flags: [] },
  { name: 'fused', command: 'calibrate', flags: ['--cascade', 'fused'] },
  { name: 'live', command: 'calibrate', flags: ['--cascade', 'live'] },
  { name: 'both', command: 'calibrate', flags: ['--cascade', 'both'] },
  { name: 'both-no-merge', command: 'calibrate', flags: ['--cascade', 'both', '--no-merge-tokens'] },
  { name: 'both-no-clipping', command: 'calibrate', flags: ['--cascade', 'both', '--no-clipping'] },
  { name: 'no-cascade', command: 'calibrate', flags: ['--cascade', 'fused', '--ranks', '0,0'] },
  { name: 'both-smooth', command: 'calibrate', flags: ['--cascade', 'both', '--smooth'] },
];
