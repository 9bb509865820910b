import { askProcess } from '../ask-process.ts';
import type { AdapterFacts } from './adapter-facts.ts';

export interface AdapterProbe {
  /** Null where WebGPU has no device that works. */
  readonly facts: AdapterFacts | null;
  /** Why not. */
  readonly fault: string;
}

/** Kernels are compiled, on a software device slowly. */
const TIMEOUT_MS = 60_000;

/** Looks at the device that WebGPU takes, in a process of its own. @param entry the compiled probe-process module */
export async function probeAdapter(
  entry: URL = new URL('./probe-process.js', import.meta.url),
): Promise<AdapterProbe> {
  const { answer, fault } = await askProcess<AdapterFacts>(entry, TIMEOUT_MS);
  return { facts: answer, fault: plainFault(fault) };
}

/** Without source files and conditions of the runtime's. */
function plainFault(fault: string): string {
  const [, reason] = /(?:was false\.|Error:) (?!\/)(.*)$/.exec(fault) ?? [];
  return reason ?? fault;
}
