import type { Clock, LiveFigures } from '../../core/index.ts';
import { NO_METRICS } from '../no-metrics.ts';
import type { ServingMetrics } from '../serving-metrics.ts';
import { LiveHistory } from './live-history.ts';

/** What the dashboard shows, told of by the same calls as what a scrape is answered with. */
export interface LiveMetrics {
  readonly metrics: ServingMetrics;
  readonly figures: LiveFigures;
}

/** @param clock a monotonic one */
export function createLiveMetrics(clock: Clock): LiveMetrics {
  const history = new LiveHistory(clock);
  const rungOf = new Map<string, number>();
  const metrics: ServingMetrics = {
    ...NO_METRICS,
    serving({ ladder }) {
      history.rungs = ladder.length;
      for (const [rung, { id }] of ladder.entries()) rungOf.set(id, rung);
    },
    engineState: (state) => history.engineState(state),
    stepRan: ({ phase, seconds }) => history.second.pass(phase, seconds),
    precisionSwitched: (from, to, reason) => history.second.switched(from, to, reason),
    firstToken(promptTokens, seconds, { tier, ttftMs }) {
      const { second } = history;
      second.promptTokens += promptTokens;
      second.firstToken(tier, seconds * 1000, ttftMs);
    },
    tokenServed(config, seconds, { tier, tpotMs }) {
      const { second } = history;
      second.token(tier, rungOf.get(config) ?? -1);
      if (seconds !== null) second.gap(tier, seconds * 1000, tpotMs);
    },
    requestFinished(reason) {
      if (reason === 'cancelled') history.second.cancelled++;
      else history.second.finished++;
    },
    requestFailed() {
      history.second.failed++;
    },
    requestRefused() {
      history.second.refused++;
    },
    sloJudged(tier, slo, met) {
      if (slo === 'all') history.second.judged(tier, met);
    },
  };
  return { metrics, figures: history };
}
