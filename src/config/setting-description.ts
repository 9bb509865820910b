import { SERVE_KEYS, type ServeConfig } from './serve-schema.ts';

interface SettingDescription {
  readonly meaning: string;
  /** What holds without the setting, in words; null where nothing is said. */
  readonly otherwise: string | null;
}

/** The help of a setting ends with its default in brackets: `port to bind (8080)`. */
export function describeSetting(key: keyof ServeConfig): SettingDescription {
  const { help } = SERVE_KEYS[key];
  const [, meaning = help, otherwise = null] = /^(.*) \(([^()]*)\)$/s.exec(help) ?? [];
  return { meaning, otherwise };
}
