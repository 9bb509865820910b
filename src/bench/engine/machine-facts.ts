import { env as onnxRuntime } from 'onnxruntime-node';
import { type HostFacts, hostFacts } from '../host-facts.ts';

export interface MachineFacts extends HostFacts {
  readonly onnxRuntime: string;
}

/** What a reader must know to compare numbers. */
export function machineFacts(): MachineFacts {
  return { ...hostFacts(), onnxRuntime: onnxRuntime.versions.node ?? onnxRuntime.versions.common };
}
