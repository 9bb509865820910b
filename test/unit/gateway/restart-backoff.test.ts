import { expect, it } from 'vitest';
import { RestartBackoff } from '../../../src/gateway/restart-backoff.ts';

it('the pause before a restart doubles up to a limit, and begins anew after an engine that was sound', () => {
  const backoff = new RestartBackoff();
  const waits = Array.from({ length: 9 }, (_, i) => {
    backoff.ready(1000 * i);
    return backoff.lost(1000 * i + 500);
  });
  expect(waits).toEqual([250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  backoff.ready(100_000);
  expect(backoff.lost(100_000 + 61_000)).toBe(250);
  expect(backoff.losses).toBe(1);
  // One that never became ready has proved nothing.
  expect(backoff.lost(1_000_000)).toBe(500);
});
