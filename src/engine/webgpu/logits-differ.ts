/** Relative difference of logits. Float16 stays far below it, keys and values that are lost go far beyond. */
const TOLERANCE = 0.05;

/** ‖a − b‖ above a small part of ‖b‖; NaN differs from everything. */
export function logitsDiffer(a: Float32Array, b: Float32Array): boolean {
  let difference = 0;
  let size = 0;
  b.forEach((value, i) => {
    difference += (a[i]! - value) ** 2;
    size += value ** 2;
  });
  return !(difference <= TOLERANCE ** 2 * size);
}
