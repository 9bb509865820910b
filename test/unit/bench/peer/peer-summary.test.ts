import { describe, expect, it } from 'vitest';
import { peerMetrics } from '../../../../src/bench/peer/peer-metrics.ts';
import { peerPages } from '../../../../src/bench/peer/peer-pages.ts';
import { peerReport } from '../../../../src/bench/peer/peer-report.ts';
import { losses, type SummaryRow, summarizePeers } from '../../../../src/bench/peer/peer-summary.ts';
import type { PeerTurn } from '../../../../src/bench/peer/peer-turn.ts';
import { peerTurn, SMALL_LOAD } from '../../../support/peer-turn.ts';

function row(turns: readonly PeerTurn[], id: string): SummaryRow {
  const found = summarizePeers(peerMetrics(SMALL_LOAD), turns).find(({ metric }) => metric.id === id);
  if (found === undefined) throw new Error(`no row ${id}`);
  return found;
}

/** Latencies of ours and of the peer, round by round. */
function rounds(pairs: readonly (readonly [number, number])[]): PeerTurn[] {
  return pairs.flatMap(([ours, peer], i) => [
    peerTurn('ours fixed-8', i + 1, [ours]),
    peerTurn('peer Q8_0', i + 1, [peer]),
  ]);
}

describe('the summary of a comparison', () => {
  it('has the throughput of a closed loop by its mean latency', () => {
    // 4 at once, 32 tokens each: 128 tokens in 2 s on average.
    const { medians } = row([peerTurn('peer Q4_0', 1, [1000, 3000])], 'closed-4-tokens');
    expect(medians.get('peer Q4_0')).toBe(64);
    expect(medians.get('ours slo')).toBeNull();
  });

  it('pairs ratios by round, where a ratio of medians would tell another story', () => {
    const turns = rounds([
      [100, 200],
      [400, 100],
      [300, 600],
    ]);
    const { medians, ratios } = row(turns, 'closed-4-p50');
    expect([medians.get('ours fixed-8'), medians.get('peer Q8_0')]).toEqual([300, 200]);
    expect(ratios[0]).toEqual({ ours: 'ours fixed-8', peer: 'peer Q8_0', ratio: 0.5, verdict: 'ahead' });
    expect(ratios[1]).toMatchObject({ ratio: null, verdict: null });
  });

  it('leaves out rounds that only one of a pair has made', () => {
    const turns = [...rounds([[100, 50]]), peerTurn('ours fixed-8', 2, [10])];
    expect(row(turns, 'closed-4-p50').ratios[0]).toMatchObject({ ratio: 2, verdict: 'behind' });
  });

  it.each([
    [104, 'closed-4-p50', 'behind'],
    [96, 'closed-4-p50', 'ahead'],
    [102, 'closed-4-p50', 'level'],
    [104, 'closed-4-tokens', 'behind'],
    [96, 'closed-4-tokens', 'ahead'],
  ])('%d ms against 100 in %s is %s', (ours, id, verdict) => {
    expect(row(rounds([[ours, 100]]), id).ratios[0]?.verdict).toBe(verdict);
  });

  it('tells where we are behind, worst first, and nothing that could not be measured', () => {
    const rows = summarizePeers(peerMetrics(SMALL_LOAD), rounds([[300, 100]]));
    expect(rows.map(({ metric }) => metric.id)).not.toContain('memory-peak');
    expect(new Set(losses(rows).map(({ pair }) => pair.ours))).toEqual(new Set(['ours fixed-8']));
    const report = peerReport({ heading: ['A comparison'], load: SMALL_LOAD, turns: rounds([[300, 100]]) });
    expect(report).toMatch(/behind\n\n- Closed loop, 4 at once: .* = (3\.00|0\.33)\n/);
    expect(report).toContain('# peer Q8_0\nstart peer Q8_0');
  });

  it('shows the middle run of each contender in its pages', () => {
    const turns = rounds([
      [100, 200],
      [400, 100],
      [300, 600],
    ]);
    const pages = peerPages(SMALL_LOAD, turns);
    expect([...pages.keys()]).toEqual(['open.html', 'closed.html', 'summary.svg']);
    expect(pages.get('closed.html')).toContain('completions-stream, 4 at once');
    expect(pages.get('closed.html')).toContain('>300<');
    expect(pages.get('closed.html')).not.toContain('>400<');
  });
});
