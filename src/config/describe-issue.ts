import type { z } from 'zod';
import type { ServeKey, Setting } from './collect-settings.ts';
import { type ConfigNode, nodeAt } from './config-json-schema.ts';
import { nearestName } from './nearest-name.ts';
import { SERVE_KEYS } from './serve-schema.ts';
import { shownGiven } from './shown-given.ts';

/** A file with more names that are no settings is no config file. */
const MOST_UNKNOWN = 20;
/** A longer name is not meant to be one. */
const LONGEST_NAME = 64;

/** What is wrong with a setting, for people: its key, what it must be, and where the value came from. One line each. */
export function describeIssue(issue: z.core.$ZodIssue, settings: ReadonlyMap<string, Setting>): string[] {
  if (issue.code === 'unrecognized_keys') {
    return unknownKeys(issue.path, issue.keys, settings);
  }
  const key = String(issue.path[0]) as ServeKey;
  const { requirement, secret } = SERVE_KEYS[key];
  const setting = settings.get(key);
  const origin = setting?.origin(issue.path) ?? 'default';
  if (issue.code === 'custom') {
    const isNamed = setting !== undefined && secret !== true && typeof setting.value !== 'object';
    const subject = isNamed ? `${key} ${shownGiven(setting.value).replace(/^"(.*)"$/, '$1')}` : key;
    return [`${subject}: ${issue.message} (${origin})`];
  }
  const hint = /^(tcp|udp):\/\//.test(String(setting?.value))
    ? '; Kubernetes set it: give the pod enableServiceLinks: false or the service another name'
    : '';
  const wanted = issue.path.length > 1 ? (innerRequirement(nodeAt(issue.path)) ?? requirement) : requirement;
  const given = secret === true ? 'what was given' : shownGiven(valueAt(setting?.value, issue.path.slice(1)));
  return [`${issue.path.join('.')}: must be ${wanted}, not ${given}${hint} (${origin})`];
}

function unknownKeys(
  path: readonly PropertyKey[],
  keys: readonly string[],
  settings: ReadonlyMap<string, Setting>,
): string[] {
  const told = keys.slice(0, MOST_UNKNOWN).map((key) => unknownKey([...path, key], settings));
  const others = keys.length - told.length;
  return others === 0 ? told : [...told, `${others} other names are no settings either`];
}

function unknownKey(path: readonly PropertyKey[], settings: ReadonlyMap<string, Setting>): string {
  const written = String(path.at(-1)).slice(0, LONGEST_NAME);
  const properties = nodeAt(path.slice(0, -1))?.properties ?? {};
  const names = Object.keys(properties).filter((name) => name !== '$schema');
  const meant = nearestName(written, names);
  const remedy = meant === null ? `there are ${names.join(', ')}` : `did you mean ${meant}?`;
  const origin = settings.get(String(path[0]))?.origin(path);
  return `${[...path.slice(0, -1), written].join('.')}: no such setting; ${remedy} (${origin})`;
}

/** What a number inside of a setting must be; null where the setting's own words have to do. */
function innerRequirement(node: ConfigNode | null): string | null {
  const number = [node, ...(node?.anyOf ?? [])].find(
    (each) => typeof each === 'object' && each?.type === 'number',
  ) as ConfigNode | undefined;
  if (number === undefined) return null;
  const { exclusiveMinimum, minimum, maximum } = number;
  return `a number ${exclusiveMinimum === undefined ? `from ${minimum}` : `above ${exclusiveMinimum}`} to ${maximum}`;
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let inner = value;
  for (const segment of path) {
    if (typeof inner !== 'object' || inner === null) return inner;
    inner = (inner as Record<PropertyKey, unknown>)[segment];
  }
  return inner;
}
