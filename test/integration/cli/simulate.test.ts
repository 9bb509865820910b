import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../../../src/cli/run-cli.ts';
import { parseSvg } from '../../support/svg-document.ts';
import { TINY_PROFILE } from '../../support/tiny-profile.ts';

let folder: string;
let trace: string;
let profile: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quept-simulate-'));
  trace = join(folder, 'trace.csv');
  profile = join(folder, 'profile.json');
  // 60 requests, one every half second; every tenth has a prompt that no context of 64 holds.
  const lines = Array.from({ length: 60 }, (_, i) => {
    const second = String(Math.floor(i / 2)).padStart(2, '0');
    return `2023-11-16 18:00:${second}.${i % 2 === 0 ? '0' : '5'},${i % 10 === 9 ? 100 : 20},${8 + (i % 3)}`;
  });
  await writeFile(trace, ['TIMESTAMP,ContextTokens,GeneratedTokens', ...lines].join('\n'));
  await writeFile(profile, JSON.stringify(TINY_PROFILE));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function simulate(...args: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const exitCode = await runCli(['simulate', '--profile', profile, ...args], {
    stdout: { write: (text: string) => out.push(text) },
    stderr: { write: (text: string) => err.push(text) },
  });
  return { exitCode, out: out.join(''), err: err.join('') };
}

async function document(...args: string[]) {
  const { exitCode, out, err } = await simulate(...args, '--json');
  expect([exitCode, err.includes('quept:')]).toEqual([0, false]);
  return JSON.parse(out);
}

describe('quept simulate', () => {
  it('runs a trace, says what it clipped, and keeps everything but the result off stdout', async () => {
    const { exitCode, out, err } = await simulate('--trace', trace, '--policy', 'fixed-4,fixed-8');
    expect(exitCode).toBe(0);
    expect(out).toContain('Arrivals: trace.csv; requests 60 in 30 s');
    expect(out).toContain('Clipped to the context of 64: 6 prompts and 0 outputs were longer');
    expect(out).toMatch(/^ +fixed-4 +fixed-8$/m);
    expect(out).toMatch(/^average bits +4\.00 +8\.00$/m);
    expect(err).toContain('simulating: 100 %');
    expect(out).not.toContain('simulating');
  });

  it('[L1] prints one document with --json, one policy at its top', async () => {
    const result = await document('--trace', trace, '--policy', 'fixed-8', '--window', '0.5');
    expect(result).toMatchObject({
      policy: 'fixed-8',
      requests: 60,
      averageBits: 8,
      switches: 0,
      workload: { requests: 60, spanSeconds: 30, clippedPrompts: 6 },
      profile: { name: 'tiny' },
    });
    expect(result.ttftMs.p50).toBeGreaterThan(0);
    expect(result.windowSeconds).toBe(0.5);
    expect(result.timeline.length).toBeGreaterThanOrEqual(60);
  });

  it('gives the same result for the same seed, and another for another', async () => {
    const run = async (seed: string) => {
      const { realSeconds, ...result } = await document(
        ...['--poisson', '3', '--minutes', '1', '--bursts', '5:10:4', '--noise', '0.1', '--seed', seed],
        ...['--prompt-tokens', '5..30', '--output-tokens', '10~0.5', '--tiers', 'priority:1,flex:1'],
        ...['--policy', 'fixed-8'],
      );
      return result;
    };
    const first = await run('3');
    expect(await run('3')).toEqual(first);
    expect((await run('4')).ttftMs).not.toEqual(first.ttftMs);
    expect(first.tiers.map(({ tier }: { tier: string }) => tier)).toEqual(['priority', 'flex']);
  });

  it('sweeps rates as multiples of capacity, and finds goodput90', async () => {
    const svg = join(folder, 'sweep.svg');
    const sweep = ['--sweep', '0.5..2.5:3', '--svg', svg];
    const result = await document('--trace', trace, '--smooth', '--policy', 'fixed-8', ...sweep);
    expect(result.policy).toBe('fixed-8');
    expect(result.goodput90 / result.capacity).toBeCloseTo(1, 1);
    // Of a KL of 0.001, where the lowest rung has 0.02.
    expect(result.qualityWeightedGoodput90).toBeCloseTo((1 - Math.sqrt(0.0005)) * result.goodput90, 9);
    expect(result.ladderWeightedGoodput90).toBeCloseTo(0.95 * result.goodput90, 9);
    expect(result.points.map(({ byCapacity }: { byCapacity: number }) => byCapacity)).toEqual([
      0.5, 1.5, 2.5,
    ]);
    const attained = result.points.map(({ attainment }: { attainment: number }) => attainment);
    expect(attained[0]).toBe(1);
    expect(attained[2]).toBeLessThan(0.9);
    expect(result.points[0]).toMatchObject({ averageBits: 8, requests: 60 });
    expect(parseSvg(await readFile(svg, 'utf8')).texts).toEqual(
      expect.arrayContaining(['Attainment', 'Goodput', 'Precision', 'fixed-8']),
    );
  });

  it('compares policies over rates per second, in a table each', async () => {
    const args = ['--poisson', '--requests', '40', '--prompt-tokens', '20', '--output-tokens', '10'];
    const { exitCode, out } = await simulate(
      ...args,
      '--sweep',
      '1,10,20/s',
      '--policy',
      'fixed-4',
      '--policy',
      'fixed-8',
    );
    expect(exitCode).toBe(0);
    expect(out).toMatch(/^fixed-4\nrate +met +goodput /m);
    const rates = [...out.matchAll(/^fixed-\d +([\d.]+)(?: +[\d.]+){2}$/gm)].map(([, rate]) => Number(rate));
    expect(rates).toHaveLength(2);
    expect(rates[0]).toBeGreaterThan(rates[1] ?? Number.NaN);
  });

  it('draws a run over time', async () => {
    const svg = join(folder, 'run.svg');
    const { exitCode, err } = await simulate('--trace', trace, '--svg', svg);
    expect([exitCode, err.includes(`chart: ${svg}`)]).toEqual([0, true]);
    expect(parseSvg(await readFile(svg, 'utf8')).texts).toEqual(
      expect.arrayContaining(['Load', 'Time per token', 'arrivals, requests/s']),
    );
  });

  it('tells how a step change of the load was taken', async () => {
    const args = ['--poisson', '0.5', '--minutes', '1', '--step', '20:20:4', '--policy', 'slo'];
    const { step, timeline, windowSeconds } = await document(...args);
    expect(step).toMatchObject({ afterMs: 20_000, forMs: 20_000, times: 4, attainment: { before: 1 } });
    expect(step.mostSwitchesPerMinute).toBeLessThanOrEqual(step.switchBound);
    expect(windowSeconds).toBe(0.5);
    const arrived = (from: number, to: number) =>
      timeline
        .filter(({ seconds }: { seconds: number }) => seconds >= from && seconds < to)
        .reduce((sum: number, { arrivals }: { arrivals: number }) => sum + arrivals, 0);
    expect(arrived(20, 40)).toBeGreaterThan(2 * arrived(0, 20));
    const { out } = await simulate(...args);
    expect(out).toMatch(/^until precision is back, s +[\d.]+$/m);
  });

  it.each([
    [[], 'Name what arrives: a trace with --trace, or a rate with --poisson.'],
    [['--poisson'], '--poisson: name a rate'],
    [['--poisson', '1', '--policy', 'best'], "--policy: 'best' is none of"],
    [['--poisson', '1', '--policy', 'slo,slo'], '--policy: name each policy once'],
    [['--poisson', '1', '--smooth'], '--smooth: arrivals are even or random'],
    [['--poisson', '1', '--sweep', '1..2:3'], '--poisson: --sweep sets the rates'],
    [['--poisson', '--scale', '2', '--sweep', '1..2:3'], '--scale: --sweep sets the rates'],
    [['--poisson', '1', '--tiers', 'gold:1'], "--tiers: 'gold:1' is none of"],
    [['--poisson', '1', '--context', '65'], "--context: the profile's model has a context of 64"],
    [['--poisson', '1', '--bursts', '5:5:1'], 'a factor above 1'],
    [['--poisson', '1', '--step', '5:5'], 'seconds that it lasts'],
    [['--poisson', '1', '--step', '5:5:2', '--bursts', '5:5:2'], '--step: a load rises once'],
    [['--poisson', '--step', '5:5:2', '--sweep', '1..2:3'], '--step: a sweep has no course'],
    [['--poisson', '-1'], 'above 0'],
    [['--trace', 'no-such.csv'], '--trace: no-such.csv cannot be read (ENOENT)'],
    [
      ['--poisson', '1', '--profile', 'no-such'],
      '--profile: no-such cannot be read (ENOENT). Name a file, or one of',
    ],
    [['--poisson', '1', '--sweep', '3..1:2'], 'Give the lowest and the highest rate'],
    [['--poisson', '1', '--sweep', '1,0.5'], 'or the rates, ascending'],
  ])('[L2] refuses %j with what to do about it', async (args, message) => {
    const { exitCode, out, err } = await simulate(...args);
    expect([exitCode, out]).toEqual([2, '']);
    expect(err).toContain(message);
  });

  it('names bad lines of a trace', async () => {
    const bad = join(folder, 'bad.csv');
    await writeFile(
      bad,
      'TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:00:00,1,1\n2023-11-16 18:00:01,x,1\n',
    );
    const { exitCode, err } = await simulate('--trace', bad);
    expect(exitCode).toBe(2);
    expect(err).toContain(`--trace: ${bad}: line 3: ContextTokens 'x' is no whole number from 1 on.`);
  });

  it('finds the profile that comes along', async () => {
    const args = ['simulate', '--poisson', '0.05', '--requests', '3', '--json'];
    const out: string[] = [];
    await runCli(args, { stdout: { write: (text) => out.push(text) }, stderr: { write: () => true } });
    expect(JSON.parse(out.join(''))).toMatchObject({
      profile: { name: 'cpu-135m' },
      requests: 3,
      attainment: 1,
    });
  });
});
