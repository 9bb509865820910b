/**
 * Partial selection in the order "larger logit first, lower id among equals". Both functions rearrange a list of
 * ids in place, in expected linear time, and sort nothing.
 */

/**
 * Brings the `k` first ids of the order to the front of `ids`.
 *
 * @param ids i32, distinct indices into `logits`; [0, count) is rearranged, in no particular order on either side
 * @param count ids in use
 * @param k 1..count
 */
export function selectLargest(ids: Int32Array, count: number, k: number, logits: Float32Array): void {
  let low = 0;
  let high = count;
  while (high - low > 1 && low < k) {
    const pivot = partition(ids, low, high, logits);
    if (pivot === k) return;
    if (pivot < k) low = pivot + 1;
    else high = pivot;
  }
}

/**
 * Brings the shortest prefix of the order whose weights sum to at least `target` to the front of `ids`.
 *
 * @param ids i32, as in `selectLargest`
 * @param count ids in use, at least 1
 * @param weights float64, by id, >= 0 and monotone in the logit
 * @param target at most the sum of the weights; when rounding leaves the sum short of it, every id is taken
 * @returns the length of the prefix, at least 1
 */
export function selectMass(
  ids: Int32Array,
  count: number,
  logits: Float32Array,
  weights: Float64Array,
  target: number,
): number {
  let low = 0;
  let high = count;
  let massBelowLow = 0;
  while (low < high) {
    const pivot = partition(ids, low, high, logits);
    let mass = massBelowLow;
    for (let i = low; i < pivot; i++) mass += weights[ids[i]!]!;
    if (mass >= target) {
      high = pivot;
      continue;
    }
    mass += weights[ids[pivot]!]!;
    if (mass >= target) return pivot + 1;
    massBelowLow = mass;
    low = pivot + 1;
  }
  return Math.max(1, low);
}

/** Splits ids [low, high) around one of them and returns where that one ended: those before it in the order lie before. */
function partition(ids: Int32Array, low: number, high: number, logits: Float32Array): number {
  // A scattered position: a fixed one (first, middle) turns quadratic on sorted or peaked rows.
  const chosen = low + (((Math.imul(high, 0x9e3779b1) ^ Math.imul(low, 0x85ebca6b)) >>> 0) % (high - low));
  const last = high - 1;
  const pivot = ids[chosen]!;
  const pivotLogit = logits[pivot]!;
  ids[chosen] = ids[last]!;
  let store = low;
  for (let i = low; i < last; i++) {
    const id = ids[i]!;
    const logit = logits[id]!;
    if (logit > pivotLogit || (logit === pivotLogit && id < pivot)) {
      ids[i] = ids[store]!;
      ids[store++] = id;
    }
  }
  ids[last] = ids[store]!;
  ids[store] = pivot;
  return store;
}
