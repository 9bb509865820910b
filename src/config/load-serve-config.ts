import { QueptError } from '../core/index.ts';
import { collectSettings, SETTINGS, type ServeKey } from './collect-settings.ts';
import { describeIssue } from './describe-issue.ts';
import { type Environment, readEnvironment } from './environment.ts';
import { SERVE_KEYS, type ServeConfig, serveSchema } from './serve-schema.ts';
import { variableName } from './setting-names.ts';

/** A file that is no config file at all has as many as lines. */
const MOST_FAULTS = 100;

/** Variables that are read besides the keys' own. */
const OTHER_VARIABLES = ['QUEPT_CONFIG', 'QUEPT_DEBUG'];

/** The settings of a server, and who set each. */
export interface ExplainedConfig {
  readonly config: ServeConfig;
  /** `default`, `file quept.yaml:3`, `environment QUEPT_PORT`, `flag --port`. */
  readonly origins: Readonly<Record<ServeKey, string>>;
  /** The config file; null without one. */
  readonly file: string | null;
}

/**
 * Defaults, then the config file (`--config` or `QUEPT_CONFIG`), then the environment (`QUEPT_*`), then `flags`
 * (by key; undefined is unset; keys that are no settings are passed over). The result is frozen.
 *
 * Throws QueptError `invalid_config` that lists every fault with its key and where the value came from.
 */
export function explainServeConfig(
  flags: Readonly<Record<string, unknown>>,
  environment: Environment = readEnvironment(),
): ExplainedConfig {
  const { settings, faults, file } = collectSettings(flags, environment);
  const values = Object.fromEntries([...settings].map(([key, { value }]) => [key, value]));
  const parsed = serveSchema.safeParse(values);
  if (!parsed.success || faults.length > 0) {
    const issues = parsed.error?.issues ?? [];
    const described = issues.slice(0, MOST_FAULTS).flatMap((issue) => describeIssue(issue, settings));
    const others = issues.slice(MOST_FAULTS).length;
    throw new QueptError('invalid_config', sumUp([...faults, ...described], others));
  }
  const origins = SETTINGS.map((key) => [key, settings.get(key)?.origin([key]) ?? 'default']);
  return {
    config: Object.freeze(parsed.data),
    origins: Object.fromEntries(origins) as Record<ServeKey, string>,
    file,
  };
}

/** The settings alone. Throws as `explainServeConfig` does. */
export function loadServeConfig(
  flags: Readonly<Record<string, unknown>>,
  environment?: Environment,
): ServeConfig {
  return explainServeConfig(flags, environment).config;
}

/** `QUEPT_*` variables that name no key: most likely a slip of the pen, worth a warning. */
export function unknownVariables(environment: Environment = readEnvironment()): string[] {
  const known = new Set([...SETTINGS.map(variableName), ...OTHER_VARIABLES]);
  // Kubernetes adds these for every service whose name starts with "quept".
  const serviceLink = /_SERVICE_(HOST|PORT)|_PORT(_|$)/;
  return Object.keys(environment).filter(
    (name) => name.startsWith('QUEPT_') && !known.has(name) && !serviceLink.test(name),
  );
}

/** What may be shown of a setting's value. */
export function shownValue(key: ServeKey, value: unknown): unknown {
  return SERVE_KEYS[key].secret === true && value !== null ? '[secret]' : value;
}

function sumUp(faults: readonly string[], others: number): string {
  if (faults.length === 1) return faults[0] as string;
  const more = others > 0 ? [`  … and ${others} more`] : [];
  return ['the configuration has faults:', ...faults.map((line) => `  ${line}`), ...more].join('\n');
}
