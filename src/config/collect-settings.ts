import { type FileFault, type KeyPath, readConfigFile } from './config-file.ts';
import type { Environment } from './environment.ts';
import { SERVE_KEYS, type ServeConfig } from './serve-schema.ts';
import { flagName, offFlagName, variableName } from './setting-names.ts';

export type ServeKey = keyof ServeConfig;
export const SETTINGS = Object.keys(SERVE_KEYS) as ServeKey[];

/** A value as it was given, and by whom. */
export interface Setting {
  readonly value: unknown;
  /** For messages: `flag --port`, `environment QUEPT_PORT`, `file quept.yaml:3`. */
  origin(path: KeyPath): string;
}

export interface CollectedSettings {
  /** By key; those of a file may be unknown ones. */
  readonly settings: ReadonlyMap<string, Setting>;
  /** Of the file as a whole. */
  readonly faults: readonly string[];
  /** Path of the file; null without one. */
  readonly file: string | null;
}

/**
 * What the config file (`--config` or `QUEPT_CONFIG`), then the environment, then `flags` say. Keys of `flags` that are
 * no settings are passed over. Nothing is checked yet.
 */
export function collectSettings(
  flags: Readonly<Record<string, unknown>>,
  environment: Environment,
): CollectedSettings {
  const settings = new Map<string, Setting>();
  const path = flags.config ?? (environment.QUEPT_CONFIG || undefined);
  const file = typeof path === 'string' ? path : null;
  const faults = file === null ? [] : collectFile(file, settings);
  collectEnvironment(environment, settings);
  collectFlags(flags, settings);
  return { settings, faults, file };
}

function collectFile(path: string, settings: Map<string, Setting>): string[] {
  const read = readConfigFile(path);
  const told = ({ message, line }: FileFault) => `config: ${message} (${place(path, line)})`;
  if ('faults' in read) return read.faults.map(told);
  const { values, faults, lineOf } = read.file;
  for (const [key, value] of Object.entries(values)) {
    settings.set(key, { value, origin: (inner) => place(path, lineOf(inner)) });
  }
  return faults.map(told);
}

function place(path: string, line: number | null): string {
  return line === null ? `file ${path}` : `file ${path}:${line}`;
}

function collectEnvironment(environment: Environment, settings: Map<string, Setting>): void {
  for (const key of SETTINGS) {
    for (const name of [...(SERVE_KEYS[key].alsoVariables ?? []), variableName(key)]) {
      const text = environment[name];
      // An empty variable is how many launchers write "unset".
      if (text === undefined || text === '') continue;
      settings.set(key, { value: fromText(key, text), origin: () => `environment ${name}` });
    }
  }
}

function collectFlags(flags: Readonly<Record<string, unknown>>, settings: Map<string, Setting>): void {
  for (const key of SETTINGS) {
    const value = flags[key];
    if (value === undefined) continue;
    const read = typeof value === 'string' ? fromText(key, value) : value;
    settings.set(key, {
      value: read,
      origin: () => `flag ${value === false ? offFlagName(key) : flagName(key)}`,
    });
  }
}

/** A text that does not fit is kept as it is, so that the schema refuses it and the message can show it. */
function fromText(key: ServeKey, text: string): unknown {
  switch (SERVE_KEYS[key].kind) {
    case 'text':
      return text;
    case 'number':
      return /^-?\d+$/.test(text) ? Number(text) : text;
    case 'decimal':
      return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
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
