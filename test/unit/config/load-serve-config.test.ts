import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { flagName, loadServeConfig, SERVE_KEYS, unknownVariables } from '../../../src/config/index.ts';
import { QueptError } from '../../../src/core/index.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quept-config-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function file(text: string): string {
  const path = join(folder, 'quept.json');
  writeFileSync(path, text);
  return path;
}

/** The message of the refusal, one line per fault. */
function refusal(flags: Record<string, unknown>, environment: Record<string, string> = {}): string[] {
  try {
    loadServeConfig(flags, environment);
  } catch (error) {
    expect(error).toBeInstanceOf(QueptError);
    expect((error as QueptError).code).toBe('invalid_config');
    return (error as QueptError).message.split('\n');
  }
  throw new Error('the configuration was accepted');
}

describe('loadServeConfig', () => {
  it('has a default for every key', () => {
    const config = loadServeConfig({}, {});
    expect(Object.keys(config).sort()).toEqual(Object.keys(SERVE_KEYS).sort());
    expect(config).toMatchObject({
      model: null,
      host: '127.0.0.1',
      port: 8080,
      slots: 8,
      contextLength: null,
      maxBodyBytes: 2_097_152,
      insecure: false,
    });
    expect(config.threads).toBeGreaterThanOrEqual(1);
  });

  it('[C1] prefers flags to the environment to the file to defaults', () => {
    const config = file('{ "port": 1, "slots": 1, "drainMs": 1, "contextLength": null }');
    const environment = { QUEPT_PORT: '2', QUEPT_SLOTS: '2' };
    expect(loadServeConfig({ config, port: '3' }, environment)).toMatchObject({
      port: 3,
      slots: 2,
      drainMs: 1,
      maxWaiting: 256,
    });
  });

  it('[C1] freezes the result', () => {
    const config = loadServeConfig({}, {}) as { port: number };
    expect(() => {
      config.port = 1;
    }).toThrow(TypeError);
  });

  it('finds the file by QUEPT_CONFIG, and by --config first', () => {
    const path = file('{ "port": 5 }');
    expect(loadServeConfig({}, { QUEPT_CONFIG: path }).port).toBe(5);
    expect(loadServeConfig({ config: path }, { QUEPT_CONFIG: '/nowhere' }).port).toBe(5);
  });

  it('takes an empty variable as unset', () => {
    expect(loadServeConfig({}, { QUEPT_PORT: '', QUEPT_CONFIG: '' }).port).toBe(8080);
  });

  it.each([
    ['true', true],
    ['1', true],
    ['false', false],
    ['0', false],
  ])('reads a switch from the environment: %s', (text, value) => {
    expect(loadServeConfig({}, { QUEPT_INSECURE: text }).insecure).toBe(value);
  });

  it('passes over flags that are no settings', () => {
    expect(loadServeConfig({ json: true }, {})).not.toHaveProperty('json');
  });

  it('[C2] lists all faults, each with key and origin, rules between keys included', () => {
    const config = file('{ "slots": "4", "prot": 1 }');
    const environment = { QUEPT_LOG_LEVEL: 'loud', QUEPT_INSECURE: 'yes', QUEPT_REQUEST_TIMEOUT_MS: '500' };
    const lines = refusal({ config, port: '99999', host: '0.0.0.0' }, environment);
    expect(lines).toHaveLength(8);
    for (const expected of [
      /^ {2}port: must be a whole number from 0 to 65535, not 99999 \(flag --port\)$/,
      /^ {2}slots: must be .*, not "4" \(file .*quept\.json:1\)$/,
      /^ {2}prot: no such setting; did you mean port\? \(file .*quept\.json:1\)$/,
      /^ {2}logLevel: must be one of debug, .*, not "loud" \(environment QUEPT_LOG_LEVEL\)$/,
      /^ {2}insecure: must be true or false, not "yes" \(environment QUEPT_INSECURE\)$/,
      /^ {2}host 0\.0\.0\.0: .*\(flag --host\)$/,
      /^ {2}headersTimeoutMs: must not exceed requestTimeoutMs.*\(default\)$/,
    ]) {
      expect(lines).toContainEqual(expect.stringMatching(expected));
    }
  });

  it.each([
    ['12.5', '"12.5"'],
    ['0x10', '"0x10"'],
    ['1e3', '"1e3"'],
    [' 1', '" 1"'],
    ['-1', '-1'],
  ])('[C2] does not guess at a number: %s', (text, shown) => {
    expect(refusal({ port: text })).toEqual([
      `port: must be a whole number from 0 to 65535, not ${shown} (flag --port)`,
    ]);
  });

  it.each([
    ['no file', null, 'no such file'],
    ['no JSON', '{', 'not JSON'],
    ['a list', '[]', 'must hold one mapping of settings'],
    ['null', 'null', 'must hold one mapping of settings'],
  ])('[C2] tells of a config file that is %s', (_, text, expected) => {
    const config = text === null ? join(folder, 'absent.json') : file(text);
    expect(refusal({ config })).toEqual([expect.stringContaining(expected)]);
  });

  it('explains a variable that Kubernetes set', () => {
    expect(refusal({}, { QUEPT_PORT: 'tcp://10.0.0.1:80' })[0]).toContain('enableServiceLinks: false');
  });

  it.each(['0.0.0.0', '::', '10.0.0.7', 'example.org', '127.0.0.1.example.org', ''])(
    '[C3] refuses host %j without --insecure',
    (host) => {
      expect(refusal({ host })).toEqual([expect.stringContaining('host')]);
    },
  );

  it.each(['127.0.0.1', '127.9.9.9', '::1', '0:0:0:0:0:0:0:1', 'localhost', 'LOCALHOST'])(
    '[C3] binds %s',
    (host) => {
      expect(loadServeConfig({ host }, {}).host).toBe(host);
    },
  );

  it('[C3] binds any address with keys, from a file or not', () => {
    expect(loadServeConfig({ host: '0.0.0.0', keys: 'keys.json' }, {}).host).toBe('0.0.0.0');
    expect(loadServeConfig({ host: '0.0.0.0', keyEntries: '[{}]' }, {}).keyEntries).toEqual([{}]);
  });

  it('[C3] binds no admin port without keys that others could reach, --insecure or not', () => {
    const open = { host: '0.0.0.0', insecure: true, adminPort: '0' };
    expect(refusal(open)).toEqual([expect.stringContaining('it would obey anyone')]);
    expect(loadServeConfig({ ...open, keys: 'keys.json' }, {}).adminPort).toBe(0);
    expect(loadServeConfig({ adminPort: '9000' }, {}).adminPort).toBe(9000);
    expect(refusal({ adminPort: '8080' })[0]).toContain('must differ');
    expect(refusal({ adminPort: '9000', metricsPort: '9000' })[0]).toContain('must differ');
  });

  it('wants keys for limits that are shared', () => {
    expect(refusal({ redisUrl: 'redis://host' })[0]).toContain('give the server some with --keys');
  });

  it('[U4] shows no secret in the message about one', () => {
    const wrong = [{ QUEPT_KEY_ENTRIES: 'quept_secret' }, { QUEPT_REDIS_URL: 'redis://:hunter2@host' }];
    const lines = wrong.flatMap((environment) => refusal({}, environment)).join('\n');
    expect(lines).toContain('keyEntries: must be a list of keys as in a keys file, not what was given');
    expect(lines).toContain('redisUrl: limits belong to API keys');
    expect(lines).not.toMatch(/quept_secret|hunter2/);
  });

  it('reads origins from a list in words or in JSON, and refuses what no browser sends', () => {
    const origins = ['https://a.example', 'http://localhost:3000'];
    expect(loadServeConfig({ corsOrigins: origins.join(', ') }, {}).corsOrigins).toEqual(origins);
    const config = file(JSON.stringify({ corsOrigins: origins }));
    expect(loadServeConfig({ config }, {}).corsOrigins).toEqual(origins);
    expect(loadServeConfig({ corsOrigins: '*' }, {}).corsOrigins).toEqual(['*']);
    for (const origin of ['https://a.example/', 'a.example', 'https://a.example/path']) {
      expect(refusal({ corsOrigins: `https://b.example,${origin}` })[0]).toMatch(/^corsOrigins\.1: must be/);
    }
  });

  it('binds any address with --insecure', () => {
    expect(loadServeConfig({ host: '0.0.0.0', insecure: true }, {}).host).toBe('0.0.0.0');
  });
});

describe('settings of gRPC', () => {
  const tls = { grpcTlsCert: 'a.crt', grpcTlsKey: 'a.key' };

  it('share the port by default, and take a number or a word', () => {
    expect(loadServeConfig({}, {}).grpcPort).toBe('shared');
    expect(loadServeConfig({ grpcPort: '50051' }, {}).grpcPort).toBe(50_051);
    expect(loadServeConfig({ grpcPort: 'off', metricsPort: 'off' }, {}).metricsPort).toBe('off');
    expect(loadServeConfig({}, { QUEPT_GRPC_PORT: 'off' }).grpcPort).toBe('off');
    expect(refusal({ grpcPort: 'on' })[0]).toMatch(
      /^grpcPort: must be a whole number .* 'shared' or 'off', not "on"/,
    );
  });

  it.each([
    ['the port of HTTP', { grpcPort: '8080' }, /^grpcPort 8080: must differ from port/],
    [
      'that of metrics',
      { grpcPort: '9', metricsPort: '9' },
      /^grpcPort 9: must differ from port and metricsPort/,
    ],
    ['TLS on the shared port', tls, /^grpcTlsCert a\.crt: needs a port of its own/],
    ['a certificate without key', { grpcPort: '0', grpcTlsCert: 'a' }, /^grpcTlsCert a: .* set both/],
    ['a key without certificate', { grpcPort: '0', grpcTlsKey: 'a' }, /^grpcTlsCert: .* set both/],
    [
      'authorities without TLS',
      { grpcPort: '0', grpcTlsClientCa: 'a' },
      /^grpcTlsClientCa a: needs grpcTlsCert/,
    ],
    [
      'a host on the shared port',
      { grpcHost: '127.0.0.1' },
      /^grpcHost 127\.0\.0\.1: needs a port of its own/,
    ],
  ])('refuse %s', (_, flags, message) => {
    expect(refusal(flags)[0]).toMatch(message);
  });

  it('[C3] bind no public address for gRPC unless clients show certificates', () => {
    const open = { grpcPort: '0', grpcHost: '0.0.0.0', ...tls };
    expect(refusal(open)[0]).toMatch(/^grpcHost 0\.0\.0\.0: other machines could reach/);
    expect(loadServeConfig({ ...open, grpcTlsClientCa: 'ca' }, {}).grpcHost).toBe('0.0.0.0');
    expect(loadServeConfig({ ...open, insecure: true }, {}).grpcHost).toBe('0.0.0.0');
  });
});

describe('unknownVariables', () => {
  it('names what is no setting, and leaves service links and other programs alone', () => {
    const environment = {
      QUEPT_SLOT: '1',
      QUEPT_SLOTS: '1',
      QUEPT_DEBUG: '1',
      QUEPT_CONFIG: 'x',
      QUEPT_SERVICE_HOST: '10.0.0.1',
      QUEPT_METRICS_PORT_9090_TCP: 'tcp://10.0.0.1:9090',
      PATH: '/bin',
    };
    expect(unknownVariables(environment)).toEqual(['QUEPT_SLOT']);
  });
});

describe('flagName', () => {
  it('writes a key as a flag', () => {
    expect(flagName('maxBodyBytes')).toBe('--max-body-bytes');
  });

  it('reads tiers from flag, environment and file, and names what is wrong inside them', () => {
    const text = '{"flex": {"maxBits": 6, "ttftMs": 5000}}';
    const unset = { ttftMs: null, tpotMs: null, weight: null, minBits: null, maxBits: null, share: null };
    const tiers = { priority: unset, default: unset, flex: { ...unset, maxBits: 6, ttftMs: 5000 } };
    expect(loadServeConfig({ tiers: text }, {}).tiers).toEqual(tiers);
    expect(loadServeConfig({}, { QUEPT_TIERS: text }).tiers).toEqual(tiers);
    expect(loadServeConfig({ config: file(`{"tiers": ${text}}`) }, {}).tiers).toEqual(tiers);
    expect(loadServeConfig({}, {}).tiers).toEqual({ ...tiers, flex: unset });
    expect(refusal({ tiers: '{"flex": {"maxBit": 6}}' })[0]).toMatch(
      /^tiers\.flex\.maxBit: no such setting; did you mean maxBits\? \(flag --tiers\)/,
    );
    expect(refusal({ tiers: '{"flex": {"ttftMs": -1}}' })[0]).toMatch(
      /^tiers\.flex\.ttftMs: must be a number above 0 to 3600000, not -1 \(flag --tiers\)/,
    );
    expect(refusal({ tiers: '{"gold": {}}' })[0]).toMatch(/^tiers\.gold: no such setting/);
    expect(refusal({ tiers: 'flex' })[0]).toMatch(/^tiers: must be an object such as/);
  });
});
