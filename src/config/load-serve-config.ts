import type { z } from 'zod';
import { QueptError } from '../core/index.ts';
import { readConfigFile } from './config-file.ts';
import { type Environment, readEnvironment } from './environment.ts';
import { SERVE_KEYS, type ServeConfig, serveSchema } from './serve-schema.ts';

type ServeKey = keyof ServeConfig;
const KEYS = Object.keys(SERVE_KEYS) as ServeKey[];

/** Variables that are read besides the keys' own. */
const OTHER_VARIABLES = ['QUEPT_CONFIG', 'QUEPT_DEBUG'];

interface Setting {
  readonly value: unknown;
  /** For messages: `flag --port`, `environment QUEPT_PORT`, `file quept.json`. */
  readonly origin: string;
}

/**
 * Defaults, then the config file (`--config` or `QUEPT_CONFIG`), then the environment (`QUEPT_*`), then `flags`
 * (by key; undefined is unset; keys that are no settings are passed over). The result is frozen.
 *
 * Throws QueptError `invalid_config` that lists every fault with its key and where the value came from.
 */
export function loadServeConfig(
  flags: Readonly<Record<string, unknown>>,
  environment: Environment = readEnvironment(),
): ServeConfig {
  const faults: string[] = [];
  const settings = new Map<string, Setting>();

  const path = flags.config ?? (environment.QUEPT_CONFIG || undefined);
  if (typeof path === 'string') collectFile(path, settings, faults);
  collectEnvironment(environment, settings);
  collectFlags(flags, settings);

  const values = Object.fromEntries([...settings].map(([key, { value }]) => [key, value]));
  const parsed = serveSchema.safeParse(values);
  if (!parsed.success) faults.push(...parsed.error.issues.map((issue) => describe(issue, settings)));
  if (!parsed.success || faults.length > 0) throw new QueptError('invalid_config', sumUp(faults));
  return Object.freeze(parsed.data);
}

/** `QUEPT_*` variables that name no key: most likely a slip of the pen, worth a warning. */
export function unknownVariables(environment: Environment = readEnvironment()): string[] {
  const known = new Set([...KEYS.map(variableName), ...OTHER_VARIABLES]);
  // Kubernetes adds these for every service whose name starts with "quept".
  const serviceLink = /_SERVICE_(HOST|PORT)|_PORT(_|$)/;
  return Object.keys(environment).filter(
    (name) => name.startsWith('QUEPT_') && !known.has(name) && !serviceLink.test(name),
  );
}

/** `contextLength` → `QUEPT_CONTEXT_LENGTH`. */
function variableName(key: string): string {
  return `QUEPT_${key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

/** `contextLength` → `--context-length`. */
export function flagName(key: string): string {
  return `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function collectFile(path: string, settings: Map<string, Setting>, faults: string[]): void {
  const file = readConfigFile(path);
  if ('fault' in file) {
    faults.push(`config: ${file.fault} (file ${path})`);
    return;
  }
  for (const [key, value] of Object.entries(file.values))
    settings.set(key, { value, origin: `file ${path}` });
}

function collectEnvironment(environment: Environment, settings: Map<string, Setting>): void {
  for (const key of KEYS) {
    const name = variableName(key);
    const text = environment[name];
    // An empty variable is how many launchers write "unset".
    if (text === undefined || text === '') continue;
    settings.set(key, { value: fromText(key, text), origin: `environment ${name}` });
  }
}

function collectFlags(flags: Readonly<Record<string, unknown>>, settings: Map<string, Setting>): void {
  for (const key of KEYS) {
    const value = flags[key];
    if (value === undefined) continue;
    const read = typeof value === 'string' ? fromText(key, value) : value;
    settings.set(key, { value: read, origin: `flag ${flagName(key)}` });
  }
}

/** A text that does not fit is kept as it is, so that the schema refuses it and the message can show it. */
function fromText(key: ServeKey, text: string): unknown {
  switch (SERVE_KEYS[key].kind) {
    case 'text':
      return text;
    case 'number':
      return /^-?\d+$/.test(text) ? Number(text) : text;
    case 'json':
      return parsedOr(text);
    case 'list':
      return text.split(',').map((item) => item.trim());
    case 'switch':
      if (text === 'true' || text === '1') return true;
      if (text === 'false' || text === '0') return false;
      return text;
    default:
      return SERVE_KEYS[key].kind satisfies never;
  }
}

/** JSON as a value; what is none stays a text, for the schema to refuse. */
function parsedOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function describe(issue: z.core.$ZodIssue, settings: ReadonlyMap<string, Setting>): string {
  const [root] = issue.path;
  if (issue.code === 'unrecognized_keys' && root !== undefined) {
    const origin = settings.get(String(root))?.origin;
    return issue.keys
      .map((key) => `${[...issue.path, key].join('.')}: no such setting (${origin})`)
      .join('\n');
  }
  if (issue.code === 'unrecognized_keys') {
    return issue.keys
      .map((key) => `${key}: no such setting; there are ${KEYS.join(', ')} (${settings.get(key)?.origin})`)
      .join('\n');
  }
  const key = String(root) as ServeKey;
  const setting = settings.get(key);
  const origin = setting?.origin ?? 'default';
  if (issue.code === 'custom') {
    const subject =
      setting === undefined || SERVE_KEYS[key].secret === true ? key : `${key} ${String(setting.value)}`;
    return `${subject}: ${issue.message} (${origin})`;
  }
  const hint = /^(tcp|udp):\/\//.test(String(setting?.value))
    ? '; Kubernetes set it: give the pod enableServiceLinks: false or the service another name'
    : '';
  const given = SERVE_KEYS[key].secret === true ? 'what was given' : JSON.stringify(setting?.value);
  return `${issue.path.join('.')}: must be ${SERVE_KEYS[key].requirement}, not ${given}${hint} (${origin})`;
}

function sumUp(faults: readonly string[]): string {
  const lines = faults.flatMap((fault) => fault.split('\n'));
  if (lines.length === 1) return lines[0] as string;
  return ['the configuration has faults:', ...lines.map((line) => `  ${line}`)].join('\n');
}
