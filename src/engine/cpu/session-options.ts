import type { InferenceSession } from 'onnxruntime-node';

/**
 * @param folder where the model's external initializers lie
 * @param threads intra-op threads
 */
export function cpuSessionOptions(folder: string, threads: number): InferenceSession.SessionOptions {
  return {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
    extra: {
      session: {
        model_external_initializers_file_folder_path: folder,
        // Worker threads would otherwise spin between steps and starve the HTTP process.
        force_spinning_stop: '1',
      },
    },
  };
}
