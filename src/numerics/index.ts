export { type AdamMoments, type AdamWSettings, adamWUpdate } from './adamw-update.ts';
export { argmax } from './argmax.ts';
export { uniformAt } from './counter-random.ts';
export { klDivergence } from './kl-divergence.ts';
export { type CodeBits, packCodes, packedBytes, readCode, unpackCodes } from './packing.ts';
export { median, percentile } from './percentile.ts';
export { logSumExp, softmax, tokenLogProb } from './softmax.ts';
export { applyPenalties, hasPenalties, TokenHistory } from './token-history.ts';
export { TokenSampler } from './token-sampler.ts';
