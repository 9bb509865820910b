import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseXml } from '@rgrove/parse-xml';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli } from '../../../src/cli/run-cli.ts';
import { type TinyArtefact, writeTinyArtefact } from '../../support/tiny-artefact.ts';

let tiny: TinyArtefact;
let folder: string;
let text: string;

beforeAll(async () => {
  tiny = await writeTinyArtefact({ contextLength: 64 });
  folder = await mkdtemp(join(tmpdir(), 'quept-cli-test-'));
  text = join(folder, 'text.txt');
  await writeFile(text, 'Once there was a plane upon a plane. '.repeat(12));
});
afterAll(async () => {
  await tiny.remove();
  await rm(folder, { recursive: true });
});

async function run(...args: string[]) {
  const said = { stdout: '', stderr: '' };
  const code = await runCli(args, {
    stdout: { write: (piece) => (said.stdout += piece) },
    stderr: { write: (piece) => (said.stderr += piece) },
  });
  return { code, ...said };
}

describe('quept eval', () => {
  test('judges every rung against the checkpoint that it is told', async () => {
    const { code, stdout } = await run(
      'eval',
      tiny.directory,
      '--data',
      text,
      '--reference',
      tiny.checkpoint,
      '--json',
    );
    expect(code).toBe(0);
    const { configs, reference, tokens, referencePerplexity } = JSON.parse(stdout);
    expect(reference).toBe('full precision');
    expect(tokens).toBeGreaterThan(300);
    expect(configs.map(({ id }: { id: string }) => id)).toEqual(['q4', 'q5', 'q6', 'q7', 'q8']);
    for (const config of configs) {
      expect(Object.keys(config).sort()).toEqual([
        'averageBits',
        'id',
        'kl',
        'msPerToken',
        'perplexity',
        'top1Agreement',
      ]);
      expect(config.msPerToken).toBeGreaterThan(0);
    }
    const [lowest, highest] = [configs[0], configs.at(-1)];
    expect(highest.kl).toBeGreaterThan(0);
    expect(highest.kl).toBeLessThan(lowest.kl / 10);
    expect(highest.top1Agreement).toBeGreaterThan(0.9);
    expect(highest.perplexity / referencePerplexity).toBeCloseTo(1, 1);
  });

  test('judges configs that take turns, and refuses names it does not know', async () => {
    const base = ['eval', tiny.directory, '--data', text, '--reference', tiny.checkpoint, '--json'];
    const { code, stdout } = await run(...base, '--switch', 'q4,q8');
    expect(code).toBe(0);
    const { configs, switching } = JSON.parse(stdout);
    expect(switching.ids).toEqual(['q4', 'q8']);
    expect(switching.kl).toBeGreaterThan(configs.at(-1).kl);
    expect(switching.kl).toBeLessThan(1.5 * configs[0].kl);

    const alone = JSON.parse((await run(...base, '--switch', 'q5,q5')).stdout);
    // Each token a step of its own: the same numbers as whole windows, but for the last bits.
    expect(alone.switching.kl).toBeCloseTo(configs[1].kl, 4);
    const behind = JSON.parse((await run(...base, '--prefixes', 'q4,q8')).stdout).prefixes;
    expect(
      behind.map((pair: { prefix: string; continuation: string }) => [pair.prefix, pair.continuation]),
    ).toEqual([
      ['q4', 'q4'],
      ['q4', 'q8'],
      ['q8', 'q4'],
      ['q8', 'q8'],
    ]);
    expect(behind[1].kl).toBeGreaterThan(behind[3].kl);
    expect(behind[1].kl).toBeLessThan(behind[0].kl);
    const unknown = await run(...base, '--switch', 'q4,q9');
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain("no config 'q9'");
    expect((await run(...base, '--switch', 'q4')).stderr).toContain('at least two');
  });

  test('draws what it measured, and refuses a place for it before it measures', async () => {
    const chart = join(folder, 'chart.svg');
    const base = ['eval', tiny.directory, '--data', text, '--reference', tiny.checkpoint];
    const { code, stdout } = await run(...base, '--svg', chart);
    expect(code).toBe(0);
    const document = await readFile(chart, 'utf8');
    parseXml(document);
    for (const name of ['q4', 'q5', 'q8', 'Quality against size', 'Quality against time']) {
      expect(document).toContain(name);
    }
    expect(stdout).toContain('KL (nats)');

    const nowhere = await run(...base, '--svg', join(folder, 'absent', 'chart.svg'));
    expect(nowhere.code).toBe(2);
    expect(nowhere.stderr).toContain('--svg');
    expect(nowhere.stderr).not.toContain('evaluating');
    const occupied = await run(...base, '--svg', text);
    expect(occupied.stderr).toContain('is not an SVG');
    expect((await readdir(folder)).filter((name) => name.includes('partial'))).toEqual([]);
  });

  test('without the checkpoint the highest rung stands in, and that is said', async () => {
    const { code, stdout, stderr } = await run('eval', tiny.directory, '--data', text, '--json');
    expect(code).toBe(0);
    const { configs, reference } = JSON.parse(stdout);
    expect(reference).toBe('q8');
    expect(configs.at(-1).kl).toBe(0);
    expect(stderr).toMatch(/comparing with the highest rung/);
  });

  test.each([
    ['no such file', ['--data', '/nowhere/text.txt'], /--data: .*cannot be read \(ENOENT\)/],
    ['a window that predicts nothing', ['--data', 'TEXT', '--window', '1'], /--window.*at least 2/],
    ['another model as reference', ['--data', 'TEXT', '--reference', 'NOWHERE'], /config\.json/],
  ])('%s: one line that says what to do', async (_, args, message) => {
    const filled = args.map((arg) => (arg === 'TEXT' ? text : arg === 'NOWHERE' ? folder : arg));
    const { code, stdout, stderr } = await run('eval', tiny.directory, ...filled);
    expect(code).not.toBe(0);
    expect(stdout).toBe('');
    expect(stderr.trimEnd()).toMatch(message);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  test('a text without words is refused', async () => {
    const empty = join(folder, 'empty.txt');
    await writeFile(empty, ' \n ');
    const { code, stderr } = await run('eval', tiny.directory, '--data', empty);
    expect(code).toBe(2);
    expect(stderr).toMatch(/holds no text/);
  });
});

describe('quept generate', () => {
  const generate = (...args: string[]) =>
    run('generate', tiny.directory, '--prompt', 'planes', '--max-tokens', '12', ...args);

  test('prints the continuation alone, the same for the same seed', async () => {
    const [first, again, other] = [
      await generate('--seed', '3'),
      await generate('--seed', '3'),
      await generate('--seed', '4'),
    ];
    expect(first.code).toBe(0);
    expect(first.stdout.endsWith('\n')).toBe(true);
    expect(first.stdout).not.toContain('planes');
    expect(again.stdout).toBe(first.stdout);
    expect(other.stdout).not.toBe(first.stdout);
  });

  test('--json reports what was served, and the precision asked for is the one served', async () => {
    const { stdout } = await generate('--precision', '5.5', '--temperature', '0', '--json');
    const document = JSON.parse(stdout);
    expect(document).toMatchObject({
      model: 'tiny',
      finishReason: 'length',
      usage: { completionTokens: 12 },
    });
    expect(document.precision.configs).toMatchObject([{ id: 'q5', tokens: 12 }]);
  });

  test.each([
    ['a precision below the ladder', ['--precision', '3'], /No precision fits 3 bits/],
    ['a negative temperature', ['--temperature', '-1'], /--temperature.*at least 0/],
    ['no tokens at all', ['--max-tokens', '0'], /--max-tokens.*at least 1/],
    ['more than the context holds', ['--max-tokens', '1000'], /maximum context length is 64/],
  ])('%s is refused with a remedy', async (_, args, message) => {
    const { code, stdout, stderr } = await generate(...args);
    expect(code).not.toBe(0);
    expect(stdout).toBe('');
    expect(stderr).toMatch(message);
  });
});
