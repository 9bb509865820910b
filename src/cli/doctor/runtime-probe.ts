import { probeRuntime } from '../../engine/index.ts';

// Entry of a process of its own: a runtime that does not suit the processor ends it without a word.
process.send?.(await probeRuntime());
process.disconnect?.();
