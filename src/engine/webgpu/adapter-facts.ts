/** What is known of the device that WebGPU takes. */
export interface AdapterFacts {
  readonly name: string;
  /** `software`: the processor plays the device. `unknown`: the system does not tell. */
  readonly kind: 'hardware' | 'software' | 'unknown';
  /** It computes in float16. */
  readonly shaderF16: boolean;
  /** Null where the system does not tell. */
  readonly memory: AdapterMemory | null;
}

export interface AdapterMemory {
  readonly bytes: number;
  /** `system`: it is the processor's memory too. */
  readonly of: 'device' | 'system';
}

/** Drivers keep some, and other programs use a display's device too. */
const USABLE_OF_DEVICE = 0.9;
const USABLE_OF_SYSTEM = 0.5;

/** Bytes that a model may take: what is set, or a part of what there is; null where nobody knows. */
export function deviceMemoryBudget(
  { memory }: Pick<AdapterFacts, 'memory'>,
  setBytes: number | null,
): number | null {
  if (setBytes !== null) return setBytes;
  if (memory === null) return null;
  return Math.floor(memory.bytes * (memory.of === 'device' ? USABLE_OF_DEVICE : USABLE_OF_SYSTEM));
}
