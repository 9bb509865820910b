import { configJsonSchema } from './config-json-schema.ts';
import { SERVE_KEYS, type ServeConfig } from './serve-schema.ts';
import { describeSetting } from './setting-description.ts';
import { flagName, offFlagName } from './setting-names.ts';

/** All settings as a table in Markdown, in the order in which they are declared. */
export function settingsTable(): string {
  const { properties = {} } = configJsonSchema();
  const rows = (Object.keys(SERVE_KEYS) as (keyof ServeConfig)[]).map((key) => {
    const { meaning, otherwise } = describeSetting(key);
    const node = properties[key];
    const fallback = typeof node === 'object' ? node.default : undefined;
    const shown = typeof fallback === 'object' || fallback === undefined ? otherwise : `\`${fallback}\``;
    const { requirement } = SERVE_KEYS[key];
    return [
      `\`${key}\``,
      `\`${SERVE_KEYS[key].on === true ? offFlagName(key) : flagName(key)}\``,
      shown ?? '',
      meaning,
      requirement,
    ];
  });
  const table = [
    ['setting', 'flag', 'default', 'meaning', 'must be'],
    ['---', '---', '---', '---', '---'],
    ...rows,
  ];
  return table.map((row) => `| ${row.map(escapeCell).join(' | ')} |`).join('\n');
}

function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|');
}
