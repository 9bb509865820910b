import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import {
  configJsonSchema,
  explainServeConfig,
  loadServeConfig,
  shownValue,
} from '../../../src/config/index.ts';
import { QueptError } from '../../../src/core/index.ts';
import { schemaValidator } from '../../support/json-schema.ts';

const EXAMPLE = new URL('../../../deploy/quept.example.yaml', import.meta.url).pathname;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quept-config-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function file(text: string, name = 'quept.yaml'): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** The faults of a file, one a line, the folder left out. */
function faults(text: string, name?: string): string[] {
  try {
    loadServeConfig({ config: file(text, name) }, {});
  } catch (error) {
    if (!(error instanceof QueptError)) throw error;
    return error.message.replaceAll(`${folder}/`, '').split('\n');
  }
  throw new Error('the file was accepted');
}

describe('a config file', () => {
  it('is YAML 1.2, or JSON, with structured tiers and words that are only words', () => {
    const yaml = file(
      'port: 9\ngrpcPort: off\ntiers:\n  flex: { maxBits: 6.5 }\ncorsOrigins:\n  - https://a.example\n',
    );
    const json = file(
      '{"$schema":"x","port":9,"grpcPort":"off","tiers":{"flex":{"maxBits":6.5}},"corsOrigins":["https://a.example"]}',
      'quept.json',
    );
    const read = loadServeConfig({ config: yaml }, {});
    expect(read).toMatchObject({ port: 9, grpcPort: 'off', tiers: { flex: { maxBits: 6.5 } } });
    expect(loadServeConfig({ config: json }, {})).toEqual(read);
  });

  it('may hold comments alone', () => {
    expect(loadServeConfig({ config: file('# nothing yet\n') }, {})).toEqual(loadServeConfig({}, {}));
  });

  it('[C2] has its faults told all at once, with lines, and with what was meant', () => {
    const text = [
      'port: 99999',
      'max-waiting: 4',
      'tiers:',
      '  flexi: {}',
      '  flex:',
      '    maxBit: 6',
      '    share: 2',
      'corsOrigins:',
      '  - https://a.example',
      '  - a.example/',
      'zzzzzz: 1',
    ].join('\n');
    expect(faults(text)).toEqual([
      'the configuration has faults:',
      '  port: must be a whole number from 0 to 65535, not 99999 (file quept.yaml:1)',
      '  tiers.flex.share: must be a number above 0 to 1, not 2 (file quept.yaml:7)',
      '  tiers.flex.maxBit: no such setting; did you mean maxBits? (file quept.yaml:6)',
      '  tiers.flexi: no such setting; did you mean flex? (file quept.yaml:4)',
      '  corsOrigins.1: must be web origins such as https://app.example separated by commas, or *, not "a.example/" (file quept.yaml:10)',
      '  max-waiting: no such setting; did you mean maxWaiting? (file quept.yaml:2)',
      expect.stringMatching(
        /^ {2}zzzzzz: no such setting; there are model, host, .* \(file quept\.yaml:11\)$/,
      ),
    ]);
  });

  it.each([
    [
      'a name twice',
      'port: 1\nslots: 2\nport: 3',
      'quept.yaml',
      /^config: port is given twice \(file quept\.yaml:3\)$/,
    ],
    ['a name twice in JSON', '{"port": 1,\n"port": 2}', 'quept.json', /^config: port is given twice .*:2\)$/],
    [
      'a bracket too many',
      'redisUrl: }hunter2',
      'quept.yaml',
      /^config: Unexpected scalar token in YAML stream \(/m,
    ],
    ['a tag', 'port: !env PORT', 'quept.yaml', /^config: tags .* mean nothing here/],
    ['lists of lists', `corsOrigins:\n${'- '.repeat(9000)}a`, 'quept.yaml', /^config: .* too deeply/],
    ['JSON without end', `{"port": ${'['.repeat(9000)}`, 'quept.json', /^config: .* too deeply/],
    ['lists without end', `corsOrigins: ${'['.repeat(20_000)}`, 'quept.yaml', /^config: .* too deeply/],
    [
      'bad indentation',
      'tiers:\n  flex:\n maxBits: 3',
      'quept.yaml',
      /^config: .* \(file quept\.yaml:\d\)$/m,
    ],
    ['JSON that is none', '{"port": hunter2}', 'quept.json', /^config: not JSON: .*\(file quept\.json/],
    ['a list', '- port', 'quept.yaml', /^config: must hold one mapping of settings/],
    ['two documents', 'port: 1\n---\nport: 2', 'quept.yaml', /^config: must hold one document.*:2\)$/],
    ['an alias in a circle', 'corsOrigins: &a [*a]', 'quept.yaml', /^config: its aliases cannot be resolved/],
    ['more than settings can be', `#${'x'.repeat(5e6)}`, 'quept.yaml', /^config: the file is longer than/],
    [
      'aliases without end',
      `a: &a [x,x]\n${bomb()}`,
      'quept.yaml',
      /^config: its aliases cannot be resolved/,
    ],
  ])('[C2] with %s is refused', (_, text, name, message) => {
    const lines = faults(text, name);
    expect(lines.join('\n').replace('the configuration has faults:\n', '').replace(/^ {2}/gm, '')).toMatch(
      message,
    );
    expect(lines.join('\n')).not.toContain('hunter2');
  });

  it('[C2] that gives a name twice has its other faults told too', () => {
    expect(faults('port: x\nslots: 2\nslots: 3\nprot: 1')).toEqual([
      'the configuration has faults:',
      '  config: slots is given twice (file quept.yaml:3)',
      '  port: must be a whole number from 0 to 65535, not "x" (file quept.yaml:1)',
      '  prot: no such setting; did you mean port? (file quept.yaml:4)',
    ]);
  });

  it('[C2] that is none is refused soon, and in few words', () => {
    const lines = faults(Array.from({ length: 50_000 }, (_, i) => `k${i}: ${i}`).join('\n'));
    expect(lines).toHaveLength(22);
    expect(lines.at(-1)).toBe('  49980 other names are no settings either');
    expect(faults(`policy: ${'x'.repeat(1e6)}`)[0]?.length).toBeLessThan(300);
    expect(faults(`${'x'.repeat(1000)}: 1`)[0]?.slice(0, 90)).toMatch(/^x{64}: no such setting/);
  });

  it('may begin with a byte order mark, and come out of a pipe', () => {
    expect(loadServeConfig({ config: file('\uFEFF{"port": 9}', 'quept.json') }, {}).port).toBe(9);
    expect(loadServeConfig({ config: '/dev/null' }, {})).toEqual(loadServeConfig({}, {}));
  });

  it('[C1] is explained: what holds, and who said so', () => {
    const config = file('# ports\nport: 9\nslots: 3\nkeys: k.json\nredisUrl: redis://:hunter2@host\n');
    const {
      config: settings,
      origins,
      file: path,
    } = explainServeConfig(
      { config, slots: '5' },
      { QUEPT_MAX_WAITING: '7', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' },
    );
    expect(path).toBe(config);
    expect(origins).toMatchObject({
      port: `file ${config}:2`,
      slots: 'flag --slots',
      maxWaiting: 'environment QUEPT_MAX_WAITING',
      otlpEndpoint: 'environment OTEL_EXPORTER_OTLP_ENDPOINT',
      host: 'default',
    });
    expect(shownValue('redisUrl', settings.redisUrl)).toBe('[secret]');
    expect(shownValue('keyEntries', null)).toBeNull();
    expect(shownValue('slots', settings.slots)).toBe(5);
  });
});

describe('variables of other programs', () => {
  it('give way to our own', () => {
    const both = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://a', QUEPT_OTLP_ENDPOINT: 'http://b' };
    expect(loadServeConfig({}, both).otlpEndpoint).toBe('http://b');
    expect(loadServeConfig({ otlpEndpoint: 'http://c' }, both).otlpEndpoint).toBe('http://c');
  });

  it.each(['ftp://a', 'http://user:secret@a', 'a:4318', 'http://a?x=1'])(
    '[C2] are checked: %s',
    (address) => {
      expect(() => loadServeConfig({}, { OTEL_EXPORTER_OTLP_ENDPOINT: address })).toThrow(
        /otlpEndpoint: must be an http or https address .* \(environment OTEL_EXPORTER_OTLP_ENDPOINT\)/,
      );
      expect(() => loadServeConfig({}, { OTEL_EXPORTER_OTLP_ENDPOINT: address })).not.toThrow(/secret@/);
    },
  );
});

describe('the example', () => {
  const text = readFileSync(EXAMPLE, 'utf8');

  it('[C4] is valid as it stands, and with each of its comments that is a setting', () => {
    expect(loadServeConfig({ config: EXAMPLE }, {})).toMatchObject({ policy: 'slo', maxWaiting: 256 });
    const settings = [...text.matchAll(/^# (\w+: \S+)$/gm)].map(([, setting]) => setting ?? '');
    expect(settings.length).toBeGreaterThan(5);
    const all = text.replace(/^# (\w+: \S+)$/gm, '$1');
    const read = loadServeConfig({ config: file(all) }, {}) as unknown as Record<string, unknown>;
    expect(read).toMatchObject(parse(settings.join('\n')));
  });

  it('agrees with the schema', () => {
    const validate = schemaValidator().compile(configJsonSchema());
    expect(validate(parse(text))).toBe(true);
    expect(validate({ ...parse(text), prot: 1 })).toBe(false);
    expect(validate({ tiers: { flex: { maxBits: -1 } } })).toBe(false);
  });
});

/** Each level repeats the one before ten times. */
function bomb(): string {
  const levels = 'abcdefghij'.split('');
  return levels
    .slice(1)
    .map((name, i) => `${name}: &${name} [${Array(10).fill(`*${levels[i]}`).join(',')}]`)
    .join('\n');
}
