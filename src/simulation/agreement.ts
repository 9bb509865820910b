/**
 * What a token is worth that a rung made: the least share of tokens on which it agrees with the full model,
 *
 *     a(KL) = max(0, 1 − √(KL / 2)),   KL in nats per token, of the full model to the rung
 *
 * Both can draw from one source of chance such that they differ with the probability TV, the total variation between
 * their distributions, and with no less. By Pinsker's inequality TV <= √(KL / 2), and since the root is concave the
 * bound holds for a mean KL over many tokens. So it is 1 where nothing is lost, whatever else is on the ladder.
 *
 * Source: Pinsker's inequality with the constant of Csiszár and Kullback (1967).
 */
export function leastAgreement(kl: number): number {
  return Math.max(0, 1 - Math.sqrt(kl / 2));
}
