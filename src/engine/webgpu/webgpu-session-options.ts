import type { InferenceSession } from 'onnxruntime-node';

/** @param folder where the model's external initializers lie; null for a model without */
export function webGpuSessionOptions(folder: string | null): InferenceSession.SessionOptions {
  return {
    executionProviders: ['webgpu'],
    // The host's part is to feed the device and to wait for it.
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
    ...(folder !== null && { extra: { session: { model_external_initializers_file_folder_path: folder } } }),
  };
}
