import { describe, expect, it } from 'vitest';
import { parseResult } from '../../../../src/bench/load/parse-result.ts';
import { endpointResult, openResult } from '../../../support/bench-result.ts';

const fault = (value: unknown) => {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  try {
    parseResult(text, 'a.json');
  } catch (error) {
    return (error as Error).message;
  }
  return null;
};

describe('parseResult', () => {
  it('reads what was written', () => {
    for (const result of [openResult('a'), endpointResult('b', { chat: {} })]) {
      expect(parseResult(JSON.stringify(result), 'a.json')).toEqual(result);
    }
  });

  it('says what a file is instead', () => {
    expect(fault('# title')).toMatch(/^a\.json is not JSON: .*Name a file that --out wrote\.$/);
    expect(fault({ policy: 'slo' })).toBe(
      "a.json is no result of 'quept bench'. Name a file that --out wrote.",
    );
    expect(fault({ ...openResult('a'), version: 2 })).toMatch(
      /^a\.json is of version 2; this program reads version 1\. /,
    );
  });

  it('names the fields of a damaged one', () => {
    const { runs, ...rest } = openResult('a');
    const damaged = { ...rest, runs: runs.map((run) => ({ ...run, goodput: 'much', met: -1 })) };
    expect(fault(damaged)).toMatch(/^a\.json is damaged: runs\[0\]\.met: .*; runs\[0\]\.goodput: /);
    expect(fault(rest)).toContain('a.json is damaged: runs: ');
  });
});
