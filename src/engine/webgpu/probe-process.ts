import { describeAdapter } from './describe-adapter.ts';

// Entry of a process of its own: a driver that fails may end it without a word.
process.send?.(await describeAdapter());
process.disconnect?.();
