import type { InferenceSession } from 'onnxruntime-node';

/**
 * Runs a session so that every output lands in the tensor given for it and nothing is copied.
 *
 * ONNX Runtime writes preallocated outputs in place, but the Node binding then copies each of them into a new
 * buffer, which for a KV cache costs more than the model. The copying happens output by output, after the
 * model has run, and throws at the first output that is not a tensor. A graph whose first output is a
 * sequence therefore leaves all outputs written and none copied; the error is the sign that it worked.
 *
 * The behaviour is not promised by the binding: `probe` in cpu-runner.ts proves it on each start.
 */
export async function runInPlace(
  session: InferenceSession,
  feeds: InferenceSession.FeedsType,
  fetches: InferenceSession.NullableOnnxValueMapType,
  stopName: string,
): Promise<void> {
  try {
    await session.run(feeds, { [stopName]: null, ...fetches });
  } catch (error) {
    if (error instanceof Error && CONVERSION_STOPPED.test(error.message)) return;
    throw error;
  }
  throw new Error('the binding converted an output of sequence type');
}

/** The binding's message for an output that is not a tensor. */
const CONVERSION_STOPPED = /^Non tensor type is temporarily not supported/;
