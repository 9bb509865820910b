import { arch, cpus, release, totalmem, type } from 'node:os';
import { versions } from 'node:process';
import { env as onnxRuntime } from 'onnxruntime-node';

export interface MachineFacts {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  readonly node: string;
  readonly onnxRuntime: string;
}

/** What a reader must know to compare numbers. */
export function machineFacts(): MachineFacts {
  const processors = cpus();
  return {
    cpu: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()} ${arch()}`,
    node: versions.node,
    onnxRuntime: onnxRuntime.versions.node ?? onnxRuntime.versions.common,
  };
}
