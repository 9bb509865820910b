/**
 * ONNX Runtime sends facts about models and machines to its makers, and keeps an id and a database in the user's cache
 * folder, unless it is told not to before it is first used: here and in all processes that this one starts. Whoever sets
 * the variable has decided it.
 */
export function keepToItself(): void {
  process.env.ORT_DISABLE_TELEMETRY ??= '1';
}
