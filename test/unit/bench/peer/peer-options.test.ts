import { describe, expect, it } from 'vitest';
import { turnSeconds } from '../../../../src/bench/peer/peer-load.ts';
import { parsePeerOptions } from '../../../../src/bench/peer/peer-options.ts';

describe('options of the comparison with the peer', () => {
  it('keep the default run within 20 minutes', () => {
    const { rounds, load } = parsePeerOptions([]);
    expect((5 * rounds * turnSeconds(load)) / 60).toBeLessThan(20);
  });

  it('are taken as given', () => {
    expect(parsePeerOptions(['--quick', '--rounds', '2', '--rates', '1,2.5', '--ttft', '300'])).toMatchObject(
      {
        rounds: 2,
        load: { rates: [1, 2.5], ttftMs: 300, closedSeconds: 2 },
      },
    );
  });

  it.each([
    [['--rounds', '0'], '--rounds'],
    [['--rates', '2,1'], '--rates'],
    [['--tpot', '-1'], '--tpot'],
    [['--nothing'], '--nothing'],
  ])('%j is refused by name', (args, name) => {
    expect(() => parsePeerOptions(args)).toThrow(name);
  });
});
