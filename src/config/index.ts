export { configJsonSchema } from './config-json-schema.ts';
export { defaultThreads, type ProcessorLimits, processorLimits } from './default-threads.ts';
export { type Environment, isDebug, isUnderNpm, readEnvironment } from './environment.ts';
export { keepToItself } from './keep-to-itself.ts';
export {
  type ExplainedConfig,
  explainServeConfig,
  loadServeConfig,
  shownValue,
  unknownVariables,
} from './load-serve-config.ts';
export { isLoopbackHost } from './loopback.ts';
export { SERVE_KEYS, type ServeConfig } from './serve-schema.ts';
export { describeSetting } from './setting-description.ts';
export { flagName, offFlagName, variableName } from './setting-names.ts';
export { settingsTable } from './settings-table.ts';
