import type { ModelArchitecture } from '../../core/index.ts';
import { type Finding, fail, ok, warn } from './finding.ts';
import type { MemoryLimits } from './machine.ts';

const CHECK = 'memory';
const MIB = 2 ** 20;

/** Both processes without a model, the tokenizers, and room for requests. */
const BASE_BYTES = 400 * MIB;
/** The weights as they lie in the file, and as kernels want them. */
const COPIES_OF_WEIGHTS = 2;
const FLOAT_BYTES = 4;

export interface MemoryNeed {
  readonly weightBytes: number;
  /** When every slot is full to its end. */
  readonly kvBytes: number;
}

/** Keys and values: 2 · layers · slots · kvHeads · context · headDim floats. */
export function memoryNeed(
  { layers, kvHeads, headDim, contextLength: longest }: ModelArchitecture,
  weightBytes: number,
  { slots, contextLength }: { readonly slots: number; readonly contextLength: number | null },
): MemoryNeed {
  const context = Math.min(contextLength ?? longest, longest);
  return { weightBytes, kvBytes: 2 * layers * slots * kvHeads * context * headDim * FLOAT_BYTES };
}

/** Estimates: what the model needs at least, and with every slot full. */
export function checkMemory(memory: MemoryLimits, { weightBytes, kvBytes }: MemoryNeed): Finding {
  const left = Math.min(memory.availableBytes, memory.limitLeftBytes ?? memory.availableBytes);
  const least = BASE_BYTES + COPIES_OF_WEIGHTS * weightBytes;
  const most = least + kvBytes;
  const limit = memory.limitBytes === null ? '' : ` of the container's ${inMib(memory.limitBytes)}`;
  const told = `some ${inMib(least)} for the model and the server, ${inMib(kvBytes)} more when every slot is full; ${inMib(left)}${limit} is free`;
  if (left < least) {
    return fail(
      CHECK,
      told,
      'Give it more memory, or serve a smaller model (quantize --planes 4,4 is the least).',
    );
  }
  if (left < most) {
    const share = Math.max(0.01, (left - least) / kvBytes);
    return warn(
      CHECK,
      told,
      `Give it more memory, or lower slots or contextLength to ${Math.floor(share * 100)} % of what they are: full slots would not fit.`,
    );
  }
  return ok(CHECK, told);
}

function inMib(bytes: number): string {
  return `${Math.round(bytes / MIB)} MiB`;
}
