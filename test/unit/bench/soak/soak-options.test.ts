import { expect, it } from 'vitest';
import { parseSoakOptions } from '../../../../src/bench/soak/soak-options.ts';

it('options of a soak have defaults, and a wrong one is named', () => {
  expect(parseSoakOptions([])).toMatchObject({ minutes: 30, clients: 12, everySeconds: 5, policy: 'slo' });
  expect(parseSoakOptions(['--minutes', '0.5', '--out', 'x'])).toMatchObject({ minutes: 0.5, out: 'x' });
  expect(parseSoakOptions(['-h'])).toBeNull();
  expect(() => parseSoakOptions(['--minutes', 'long'])).toThrow("--minutes: 'long'");
  expect(() => parseSoakOptions(['--clients', '0'])).toThrow("--clients: '0'");
});
