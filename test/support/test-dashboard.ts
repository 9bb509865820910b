import type { Clock } from '../../src/core/index.ts';
import { createLiveMetrics, type ServingMetrics } from '../../src/observability/index.ts';
import type { Dashboard } from '../../src/server/index.ts';
import { FAKE_MODEL } from './fake-inference-service.ts';

/** A dashboard of two files on a clock, and what it is told by. */
export function testDashboard(clock: Clock): { dashboard: Dashboard; live: ServingMetrics } {
  const { metrics: live, figures } = createLiveMetrics(clock);
  live.serving(FAKE_MODEL);
  const files = new Map([
    ['index.html', { contentType: 'text/html; charset=utf-8', text: '<!doctype html><title>page</title>' }],
    ['page.js', { contentType: 'text/javascript; charset=utf-8', text: "'use strict';" }],
  ]);
  const setup = { boot: 'first', version: '1.2.3', policy: 'slo', slots: 8, maxWaiting: 256 };
  return { dashboard: { files, figures, setup }, live };
}
