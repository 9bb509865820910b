/** Names of a matrix's inputs to graphs; those of parameters, with the layer before them, in the weights file too. */
export const paperNames = {
  /** f32 [n, k], as they are before rounding. */
  weights: (matrix: string) => `${matrix}.weights`,
  /** f32 [k, rank] and f32 [n, rank]: R = b·aᵀ, by leading columns of both. */
  a: (matrix: string) => `${matrix}.a`,
  b: (matrix: string) => `${matrix}.b`,
  /** f32 [n, blocks, 1] of each bit-width. */
  alpha: (matrix: string, width: number) => `${matrix}.w${width}.alpha`,
  beta: (matrix: string, width: number) => `${matrix}.w${width}.beta`,
};

/** Inputs that stand for the width which a group runs at. */
export const groupNames = {
  top: (group: number) => `group${group}.top`,
  alpha: (matrix: string, group: number) => `${matrix}.group${group}.alpha`,
  beta: (matrix: string, group: number) => `${matrix}.group${group}.beta`,
};
