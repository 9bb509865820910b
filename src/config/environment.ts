/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The process's environment: the one place in the product that reads it. */
export function readEnvironment(): Environment {
  return process.env;
}

/** Whether npm started this process, or one that started it. */
export function isUnderNpm(environment: Environment = readEnvironment()): boolean {
  return environment.npm_lifecycle_event !== undefined;
}

/** Whether the operator asked for stack traces (`QUEPT_DEBUG=1`). */
export function isDebug(environment: Environment = readEnvironment()): boolean {
  const value = environment.QUEPT_DEBUG;
  return value !== undefined && value !== '' && value !== '0' && value !== 'false';
}
