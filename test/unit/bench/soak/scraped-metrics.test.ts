import { expect, it } from 'vitest';
import { lagP99, scrapedMetrics } from '../../../../src/bench/soak/scraped-metrics.ts';
import { WITHOUT_TARGETS } from '../../../../src/core/index.ts';
import { createPrometheusMetrics } from '../../../../src/observability/index.ts';

it('a scrape of the real metrics says what a soak looks at, and the lag between two of them', async () => {
  const metrics = createPrometheusMetrics();
  metrics.tokenServed('q8', null, WITHOUT_TARGETS.level);
  metrics.tokenServed('q4', 0.01, WITHOUT_TARGETS.level);
  metrics.engineRestarted('hang');
  metrics.precisionSwitched('q8', 'q4', 'targets');
  for (let i = 0; i < 50; i++) metrics.eventLoopLag(4);
  const before = scrapedMetrics(await metrics.render());
  expect(before).toMatchObject({ tokens: 2, restarts: 1, switches: 1, heapBytes: expect.any(Number) });
  expect(lagP99(before, before)).toBeNull();
  for (let i = 0; i < 99; i++) metrics.eventLoopLag(0.004);
  metrics.eventLoopLag(0.4);
  expect(lagP99(before, scrapedMetrics(await metrics.render()))).toBe(0.005);
  for (let i = 0; i < 10; i++) metrics.eventLoopLag(60);
  // Behind the last bound; all that can be said is that it was no less.
  expect(lagP99(before, scrapedMetrics(await metrics.render()))).toBe(5);
});
