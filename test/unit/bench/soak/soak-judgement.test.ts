import { describe, expect, it } from 'vitest';
import { judgeSoak, warmUpSeconds } from '../../../../src/bench/soak/soak-judgement.ts';
import type { SoakSample } from '../../../../src/bench/soak/soak-sample.ts';

const MIB = 2 ** 20;

/** Half an hour, sampled every minute. */
function halfAnHour(
  main: (minute: number) => number,
  descriptors: (minute: number) => number = () => 40,
): SoakSample[] {
  return Array.from({ length: 31 }, (_, minute) => ({
    seconds: 60 * minute,
    main: {
      residentBytes: main(minute) * MIB,
      descriptors: descriptors(minute),
      threads: 12,
      heapBytes: null,
    },
    engine: { residentBytes: 200 * MIB, descriptors: 25, threads: 13 },
    lagP99Seconds: 0.01,
    calls: 100,
    unexpected: {},
    tokens: 1_000,
    switches: 0,
    restarts: 0,
    firstMs: null,
  }));
}

const trendOf = (samples: readonly SoakSample[], wanted: string) =>
  judgeSoak(samples).find(({ name }) => name === wanted);

describe('a soak', () => {
  it('is judged after ten minutes, or a third of a short one', () => {
    expect(warmUpSeconds(halfAnHour(() => 100))).toBe(600);
    expect(warmUpSeconds(halfAnHour(() => 100).slice(0, 10))).toBe(180);
  });

  it('is flat when memory grows at first and then only goes up and down', () => {
    const samples = halfAnHour((minute) => Math.min(150, 100 + 8 * minute) + 10 * (minute % 2));
    const trend = trendOf(samples, 'memory, main');
    expect(trend).toMatchObject({ flat: true });
    expect(Math.abs(trend?.growth ?? 9)).toBeLessThan(1);
  });

  it('finds a leak of half a megabyte a minute under the ups and downs', () => {
    const samples = halfAnHour((minute) => 120 + 0.5 * minute + 10 * (minute % 2));
    const trend = trendOf(samples, 'memory, main');
    expect(trend?.growth).toBeCloseTo(10, 0);
    expect(trend).toMatchObject({ flat: false });
    expect(trendOf(samples, 'memory, engine')).toMatchObject({ growth: 0, flat: true });
  });

  it('finds descriptors that are left open, and forgives connections that come and go', () => {
    const leaking = halfAnHour(
      () => 100,
      (minute) => 40 + minute / 4,
    );
    const moving = halfAnHour(
      () => 100,
      (minute) => 40 + (minute % 5),
    );
    expect(trendOf(leaking, 'descriptors, main')).toMatchObject({ growth: 5, flat: false });
    expect(trendOf(moving, 'descriptors, main')).toMatchObject({ flat: true });
  });

  it('of one sample tells of no growth', () => {
    expect(judgeSoak(halfAnHour(() => 100).slice(0, 1)).map(({ growth }) => growth)).toEqual([
      0, 0, 0, 0, 0, 0,
    ]);
  });
});
