import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
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

  it('serves on the current LTS as a number that is not root, and asks no curl for its health', () => {
    const bases = all('FROM').filter((from) => from.startsWith('node:'));
    expect(bases.filter((from) => !/^node:24-\w+-slim AS /.test(from))).toEqual([]);
    expect(new Set(bases.map((from) => from.split(' ')[0])).size).toBe(1);
    expect(all('USER')).toEqual(['65532:65532']);
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
    expect(await health(port)).toBe(0);
    status = 503;
    expect(await health(port)).toBe(1);
    await new Promise((resolve) => server.close(resolve));
    expect(await health(port)).toBe(1);
  });
});

/** The linter takes the name of a stage for that of an image, and reads `--start-period` as `--start`. */
function isMistaken({ rule, line }: Finding): boolean {
  const [name, first = ''] = (TEXT.split('\n')[line - 1] ?? '').split(' ');
  if (rule === 'invalid_format') return name === 'HEALTHCHECK';
  return rule === 'missing_tag' && all('FROM').some((from) => from.endsWith(` AS ${first}`));
}

/** The exit code of the image's health check beside a server on `port`. */
function health(port: number): Promise<unknown> {
  const script = fileURLToPath(new URL('deploy/docker/health.mjs', ROOT));
  return new Promise((resolve) => {
    execFile(process.execPath, [script], { env: { QUEPT_PORT: `${port}` } }, (error) =>
      resolve(error === null ? 0 : error.code),
    );
  });
}
