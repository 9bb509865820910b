import { describe, expect, test } from 'vitest';
import { formatReport } from '../../../../src/bench/engine/bench-report.ts';
import { textTable } from '../../../../src/bench/engine/text-table.ts';

describe('textTable', () => {
  test('lines columns up, the first to the left', () => {
    expect(
      textTable(
        ['name', 'ms'],
        [
          ['a', '1.5'],
          ['longer', '12.25'],
        ],
      ),
    ).toBe(
      ['| name   |    ms |', '| ------ | ----: |', '| a      |   1.5 |', '| longer | 12.25 |'].join('\n'),
    );
  });
});

describe('formatReport', () => {
  test('shows what was measured and marks the rest as absent', () => {
    const report = formatReport({
      loads: [],
      steps: [
        { scenario: 'prefill', contender: 'in-place', bits: 4, rounds: [601, 603, 650], fastestMs: 598 },
        { scenario: 'prefill', contender: 'peer', bits: 4, rounds: [1202, 1206, 1300], fastestMs: 897 },
      ],
      switching: null,
      regrouping: {
        steady: [30, 32],
        moved: [40, 44],
        movedPositions: [510, 510],
        promoted: [33, 33],
      },
      loadByOthers: [0.02, 0.04],
    });
    expect(report).toMatch(
      /prefill, 512 tokens +\| +4 \| 603 \(601\.\.650\), 598 \| +- \| +1206 \(1202\.\.1300\), 897 \|/,
    );
    expect(report).toMatch(/prefill, 512 tokens +\| +8 \| +- \|/);
    expect(report).toMatch(/prefill, 512 tokens +\| +2\.00, 1\.50 \| +- \|/);
    expect(report).not.toContain('decode, batch 1, context 256');
    expect(report).not.toContain('Switch of all rows');
    expect(report).toMatch(/difference: the move of caches +\| +11\.0 \(10\.0\.\.12\.0\)/);
    expect(report).toMatch(/cached positions moved +\| +510 \|/);
  });

  test.each([
    [[0.02, 0.04], /between rounds: 3 %, at worst 4 %\.$/m],
    [[0.02, 0.3], /between rounds: 16 %, at worst 30 %\. NOT QUIET/],
  ])('with others at %j of the machine it says so', (loadByOthers, line) => {
    const nothing = { loads: [], steps: [], switching: null, regrouping: null };
    expect(formatReport({ ...nothing, loadByOthers })).toMatch(line);
  });
});
