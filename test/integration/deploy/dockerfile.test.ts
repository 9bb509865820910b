import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { hasDeployCheck, keptFile, NEEDS_DEPLOY_CHECK } from '../../support/deploy-check.ts';

const ROOT = new URL('../../../', import.meta.url);
const TEXT = readFileSync(new URL('Dockerfile', ROOT), 'utf8');
const IGNORED = readFileSync(new URL('.dockerignore', ROOT), 'utf8').split('\n');

interface Finding {
  readonly rule: string;
  readonly line: number;
  readonly title: string;
}

/** Instructions by name, continued lines joined. */
const instructions = TEXT.replaceAll(/\\\n\s*/g, '')
  .split('\n')
  .map((line) => /^([A-Z]+) (.*)/.exec(line))
  .flatMap((match) => (match === null ? [] : [{ name: match[1] ?? '', rest: match[2] ?? '' }]));
const all = (name: string) => instructions.filter((each) => each.name === name).map(({ rest }) => rest);

describe('the Dockerfile', () => {
  it('[D4] is as two linters want it', (context) => {
    if (!hasDeployCheck()) return context.skip(NEEDS_DEPLOY_CHECK);
    const kept = createRequire(keptFile('dockerfilelint/package.json'));
    const { validate } = kept('dockerfile-utils') as { validate: (text: string) => unknown[] };
    const { run } = kept('dockerfilelint') as { run: (folder: string, text: string) => Finding[] };
    expect(validate(TEXT)).toEqual([]);
    expect(validate('FROM a\nHELTHCHECK NONE\n')).not.toEqual([]);
    expect(run('.', TEXT).filter((finding) => !isMistaken(finding))).toEqual([]);
    expect(run('.', 'FROM node\nRUN apt-get install curl\n').map(({ rule }) => rule)).toContain(
      'missing_tag',
    );
  });

  it('[D4] copies what is there and not ignored', () => {
    const admitted = IGNORED.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
    const sources = all('COPY')
      .filter((rest) => !rest.startsWith('--from'))
      .flatMap((rest) => rest.split(' ').slice(0, -1));
    expect(sources.length).toBeGreaterThan(8);
    for (const source of sources) {
      const top = source.replace(/\/\*.*/, '');
      expect([source, existsSync(new URL(top, ROOT))]).toEqual([source, true]);
      expect([source, admitted.some((path) => source === path || source.startsWith(`${path}/`))]).toEqual([
        source,
        true,
      ]);
    }
    expect(IGNORED).toContain('*');
  });

  it('[D4] keeps what the server imports when it leaves out what only development needs', () => {
    const { dependencies } = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8'));
    const { packages } = JSON.parse(readFileSync(new URL('package-lock.json', ROOT), 'utf8'));
    // npm takes a package that is named under both for one of development.
    const left = Object.keys(dependencies).filter(
      (name) => packages[`node_modules/${name}`]?.dev !== undefined,
    );
    expect(left).toEqual([]);
    expect(packages['node_modules/vitest'].dev).toBe(true);
    expect(all('RUN').join('\n')).toContain('"--omit=dev"');
  });

  it('serves on the current LTS as a number that is not root, and asks no curl for its health', () => {
    const bases = all('FROM').filter((from) => from.startsWith('node:'));
    expect(bases.filter((from) => !/^node:24-\w+-slim AS /.test(from))).toEqual([]);
    expect(new Set(bases.map((from) => from.split(' ')[0])).size).toBe(1);
    // Packages of one target are installed by root, who goes again.
    expect(all('USER')).toEqual(['65532:65532', '0', '65532:65532']);
    expect(all('HEALTHCHECK')).toEqual([
      expect.stringMatching(/CMD \["node", "\/app\/deploy\/docker\/health.mjs"\]$/),
    ]);
    expect(all('ENV').join(' ')).toContain('QUEPT_HOST=0.0.0.0');
    expect(TEXT).not.toMatch(/^ENV.*INSECURE/m);
  });

  it('has a health check that says whether requests are taken', async () => {
    let status = 200;
    const server = createServer(({ url }, response) => {
      response.writeHead(url === '/health/ready' ? status : 404).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const file = join(mkdtempSync(join(tmpdir(), 'quept-health-')), 'quept.yaml');
    writeFileSync(file, `# ours\nhost: 127.0.0.1\nport: ${port}\n`);
    expect(await health({ QUEPT_PORT: `${port}` })).toBe(0);
    expect(await health({ QUEPT_CONFIG: file, QUEPT_HOST: '0.0.0.0', QUEPT_PORT: '' })).toBe(0);
    expect(await health({ QUEPT_CONFIG: file, QUEPT_PORT: '1' })).toBe(1);
    status = 503;
    expect(await health({ QUEPT_PORT: `${port}` })).toBe(1);
    await new Promise((resolve) => server.close(resolve));
    expect(await health({ QUEPT_PORT: `${port}` })).toBe(1);
    rmSync(dirname(file), { recursive: true });
  });
});

/** The linter takes the name of a stage for that of an image, and reads `--start-period` as `--start`. */
function isMistaken({ rule, line }: Finding): boolean {
  const [name, first = ''] = (TEXT.split('\n')[line - 1] ?? '').split(' ');
  if (rule === 'invalid_format') return name === 'HEALTHCHECK';
  return rule === 'missing_tag' && all('FROM').some((from) => from.endsWith(` AS ${first}`));
}

/** The exit code of the image's health check where the server has such an environment. */
function health(env: Readonly<Record<string, string>>): Promise<unknown> {
  const script = fileURLToPath(new URL('deploy/docker/health.mjs', ROOT));
  return new Promise((resolve) => {
    execFile(process.execPath, [script], { env }, (error) => resolve(error === null ? 0 : error.code));
  });
}
