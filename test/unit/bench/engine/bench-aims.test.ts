import { describe, expect, test } from 'vitest';
import { judgeAims } from '../../../../src/bench/engine/bench-aims.ts';
import type { BenchResults, ContenderId } from '../../../../src/bench/engine/bench-results.ts';
import type { BenchBits } from '../../../../src/bench/engine/contender-messages.ts';

const NOTHING: BenchResults = { loads: [], steps: [], switching: null, regrouping: null, loadByOthers: [] };

function steps(scenario: string, contender: ContenderId, bits: BenchBits, ms: number) {
  return { scenario, contender, bits, rounds: [ms, ms, ms], fastestMs: ms };
}

function verdict(results: BenchResults, aim: RegExp) {
  return judgeAims(results).find((candidate) => aim.test(candidate.aim));
}

describe('judgeAims', () => {
  test('lists every aim, none of them met or missed where nothing was measured', () => {
    const verdicts = judgeAims(NOTHING);
    expect(verdicts).toHaveLength(12);
    expect(verdicts.every(({ met }) => met === null)).toBe(true);
  });

  test('weighs the peer against in-place attention, at the same precision', () => {
    const results = {
      ...NOTHING,
      steps: [
        steps('decode-8', 'in-place', 4, 20),
        steps('decode-8', 'two-part', 4, 1),
        steps('decode-8', 'peer', 4, 33),
        steps('decode-8', 'in-place', 8, 40),
        steps('decode-8', 'peer', 8, 44),
      ],
    };
    expect(verdict(results, /^4-bit decode, batch 8/)).toMatchObject({
      measured: '1.65; fastest steps 1.65',
      met: true,
    });
    expect(verdict(results, /^8-bit decode, batch 8/)).toMatchObject({
      measured: '1.10; fastest steps 1.10',
      met: false,
    });
    expect(verdict(results, /^4-bit decode, batch 1/)).toMatchObject({ met: null });
  });

  test("does not count a peer's disturbed steps as our speed", () => {
    const peer = { ...steps('decode-1', 'peer', 4, 30), fastestMs: 9 };
    const results = { ...NOTHING, steps: [steps('decode-1', 'in-place', 4, 10), peer] };
    expect(verdict(results, /^4-bit decode, batch 1/)).toMatchObject({
      measured: '3.00; fastest steps 0.90',
      met: false,
    });
  });

  test.each([
    [13, false],
    [14, true],
    [22, true],
    [23, false],
  ])('8-bit steps of %i ms beside 4-bit steps of 10 ms: met is %s', (ms, met) => {
    const results = {
      ...NOTHING,
      steps: [steps('decode-1', 'in-place', 4, 10), steps('decode-1', 'in-place', 8, ms)],
    };
    expect(verdict(results, /^decode-1: 8-bit/)?.met).toBe(met);
  });

  test('allows memory of 1.35 x the weights and 250 MB', () => {
    const load = {
      contender: 'in-place' as const,
      bits: null,
      artefactBytes: 100e6,
      codeBytes: 0,
      anonymousBytes: null,
      loadMs: 0,
      threads: 2,
      engine: 'quept',
    };
    const at = (residentBytes: number) => ({ ...NOTHING, loads: [{ ...load, residentBytes }] });
    expect(verdict(at(385e6), /memory/)).toMatchObject({ asked: '<= 385 (1.35 x 100 + 250)', met: true });
    expect(verdict(at(386e6), /memory/)?.met).toBe(false);
  });

  test('compares a switched step with the steady one of its own precision', () => {
    const switching = { steady4: [10], steady8: [20], switched4: [10.5], switched8: [23] };
    const results = { ...NOTHING, switching };
    expect(verdict(results, /4 bits just after/)).toMatchObject({ measured: '1.05', met: true });
    expect(verdict(results, /8 bits just after/)).toMatchObject({ measured: '1.15', met: false });
  });
});
