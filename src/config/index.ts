export { defaultThreads } from './default-threads.ts';
export { type Environment, isDebug, isUnderNpm, readEnvironment } from './environment.ts';
export { flagName, loadServeConfig, unknownVariables } from './load-serve-config.ts';
export { isLoopbackHost } from './loopback.ts';
export { SERVE_KEYS, type ServeConfig } from './serve-schema.ts';
