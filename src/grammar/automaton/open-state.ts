/** One state as it is built. */
export interface OpenState {
  /** Triplets: lowest byte, highest byte, target. */
  readonly edges: number[];
  /** Pairs: begin of the called rule, state to return to; −1 where there is none, so that the call is a jump. */
  readonly calls: number[];
  accepting: boolean;
}
