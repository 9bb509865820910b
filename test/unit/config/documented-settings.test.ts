import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { KEY_FIELDS } from '../../../src/access/parse-keys.ts';
import {
  configJsonSchema,
  describeSetting,
  SERVE_KEYS,
  type ServeConfig,
  settingsTable,
} from '../../../src/config/index.ts';

const REMEDY = 'run npm run docs';
const KEYS = Object.keys(SERVE_KEYS) as (keyof ServeConfig)[];
const { properties = {} } = configJsonSchema();

function page(name: string): string {
  return readFileSync(new URL(`../../../docs/${name}`, import.meta.url), 'utf8');
}

describe('the documentation of settings', () => {
  it('[C4] has a schema made of the code', () => {
    expect(JSON.parse(page('config.schema.json')), REMEDY).toEqual(
      JSON.parse(JSON.stringify(configJsonSchema())),
    );
    expect(Object.keys(properties).sort()).toEqual(['$schema', ...KEYS].sort());
  });

  it("[C4] has the chart's values checked by it", () => {
    const { config, keys } = JSON.parse(page('../deploy/helm/quept/values.schema.json')).properties;
    const { $schema: _, ...settings } = properties;
    expect(config.properties, REMEDY).toEqual(JSON.parse(JSON.stringify(settings)));
    expect(config.additionalProperties).toBe(false);
    expect(Object.keys(keys.properties.entries.items.properties).sort()).toEqual([...KEY_FIELDS].sort());
  });

  it('[C4] has a table made of the code', () => {
    expect(page('configuration.md'), REMEDY).toContain(`<!-- settings -->\n\n${settingsTable()}\n\n`);
  });

  it.each(KEYS)('tells the default of %s in its help, as it is', (key) => {
    const { otherwise } = describeSetting(key);
    expect(otherwise).toMatch(/./);
    const node = properties[key];
    const fallback = typeof node === 'object' ? node.default : undefined;
    if (fallback !== undefined && typeof fallback !== 'object') expect(otherwise).toBe(String(fallback));
  });
});
