/** Whom a round measures, in the order of the tables. */
export const CONTENDERS = ['ours fixed-8', 'ours fixed-4', 'ours slo', 'peer Q8_0', 'peer Q4_0'] as const;

export type PeerContender = (typeof CONTENDERS)[number];

/** Which of ours is held against which file of the peer: equal bits, then the elastic one against both. */
export const PAIRS: readonly (readonly [PeerContender, PeerContender])[] = [
  ['ours fixed-8', 'peer Q8_0'],
  ['ours fixed-4', 'peer Q4_0'],
  ['ours slo', 'peer Q8_0'],
  ['ours slo', 'peer Q4_0'],
];
