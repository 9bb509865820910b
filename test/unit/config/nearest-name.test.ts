import { expect, it } from 'vitest';
import { nearestName } from '../../../src/config/nearest-name.ts';

it.each([
  ['maxwaiting', 'maxWaiting'],
  ['max_waiting', 'maxWaiting'],
  ['max-waitng', 'maxWaiting'],
  ['sltos', 'slots'],
  ['slot', 'slots'],
  ['prot', 'port'],
  ['metricPort', 'metricsPort'],
  ['temperature', null],
  ['x', null],
])('takes %s for %s', (written, meant) => {
  expect(nearestName(written, ['port', 'metricsPort', 'slots', 'maxWaiting', 'keys'])).toBe(meant);
});
