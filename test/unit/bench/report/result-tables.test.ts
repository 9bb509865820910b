import { describe, expect, it } from 'vitest';
import { differences } from '../../../../src/bench/report/differences.ts';
import { resultSet } from '../../../../src/bench/report/result-groups.ts';
import { keyTables, resultTables } from '../../../../src/bench/report/result-tables.ts';
import { resultText } from '../../../../src/bench/report/result-text.ts';
import { endpointResult, openResult, STEADY } from '../../../support/bench-result.ts';
import { loadRecord } from '../../../support/load-record.ts';

const HALF = STEADY.map((record, i) =>
  i % 2 === 0 ? record : loadRecord({ ...record, outcome: 'refused' }),
);

function row(tables: ReturnType<typeof resultTables>, name: string, table = 0) {
  const rows = tables[table]?.groups.flatMap((group) => group.rows) ?? [];
  return rows.find(([first]) => first === name)?.slice(1);
}

describe('one result', () => {
  it('has its rates side by side', () => {
    const tables = resultTables(resultSet([openResult('a', { 1: STEADY, 2: HALF })]));
    expect(tables).toHaveLength(1);
    expect(tables[0]?.columns).toEqual(['', '1 requests/s', '2 requests/s']);
    expect(row(tables, 'goodput, requests/s')).toEqual(['1.00', '0.500']);
    expect(row(tables, 'refused')).toEqual(['0', '5']);
  });

  it('of endpoints has them one below the other, with what went wrong', () => {
    const set = resultSet([
      endpointResult('a', {
        chat: { statuses: { 200: 90, 503: 10 }, outputTokensPerSecond: 120.4 },
        health: { latencyMs: null },
      }),
    ]);
    const tables = resultTables(set);
    expect(tables[0]?.columns).toEqual([
      'endpoint',
      'requests/s',
      'P50, ms',
      'P90, ms',
      'P99, ms',
      'max, ms',
      'MB/s',
      'tokens/s',
      'completed',
      'status 503',
    ]);
    expect(row(tables, 'chat')).toEqual([
      '10.0',
      '20.0',
      '28.0',
      '29.8',
      '30.0',
      '0.100',
      '120',
      '100',
      '10',
    ]);
    expect(row(tables, 'health')?.slice(1, 3)).toEqual(['-', '-']);
    expect(keyTables(set)).toEqual([]);
  });
});

describe('several results', () => {
  it('stand side by side with ratios to the first', () => {
    const set = resultSet([openResult('ours'), openResult('peer', { 1: HALF })]);
    const tables = resultTables(set);
    expect(tables[0]?.columns).toEqual(['', 'ours', 'peer', 'by ours']);
    expect(row(tables, 'goodput, requests/s')).toEqual(['1.00', '0.500', '0.500 ×']);
    expect(row(tables, 'met all targets')).toEqual(['100.0 %', '50.0 %', '0.500 ×']);
    expect(row(tables, 'refused')).toEqual(['0', '5', '-']);
    expect(row(keyTables(set), 'TTFT P95, ms')).toEqual(['100', '100', '1.00 ×']);
  });

  it('are matched by rate, and by endpoint', () => {
    const tables = resultTables(
      resultSet([openResult('a', { 1: STEADY, 2: STEADY }), openResult('b', { 2: HALF, 4: HALF })]),
    );
    expect(tables.map(({ title }) => title)).toEqual(
      [1, 2, 4].map((rate) => `All figures: ${rate} requests/s`),
    );
    expect([0, 1, 2].map((table) => row(tables, 'goodput, requests/s', table))).toEqual([
      ['1.00', '-', '-'],
      ['1.00', '0.500', '0.500 ×'],
      ['-', '0.500', '-'],
    ]);
    const endpoints = resultTables(
      resultSet([
        endpointResult('a', { chat: {}, models: {} }),
        endpointResult('b', { chat: { requestsPerSecond: 25 } }),
      ]),
    );
    expect(endpoints.map(({ title }) => title)).toEqual(['chat', 'models']);
    expect(row(endpoints, 'requests/s')).toEqual(['10.0', '25.0', '2.50 ×']);
  });

  it('of one name are told apart', () => {
    expect(resultSet([openResult('a'), openResult('a'), openResult('a')]).labels).toEqual([
      'a',
      'a (2)',
      'a (3)',
    ]);
  });

  it('of different kinds are refused', () => {
    expect(() => resultSet([openResult('a'), endpointResult('b', { chat: {} })])).toThrow(
      'Compare those of one kind',
    );
  });

  it('are told what they were not measured alike by', () => {
    const [a, b] = [openResult('a'), openResult('b', { 1: STEADY }, { seed: 2, precision: 'q4' })];
    expect(differences([a, b])).toEqual(['--seed: 1 / 2']);
    const other = { ...b, machine: { ...b.machine, cores: 64 }, interrupted: true };
    expect(differences([a, other])).toEqual([
      '--seed: 1 / 2',
      'the machines of the load generators',
      'b was interrupted',
    ]);
  });
});

describe('the text of a result', () => {
  it('names the highest rate that was sustained, and what went wrong', () => {
    const { closing } = resultText([openResult('a', { 1: STEADY, 2: HALF })]);
    expect(closing).toEqual([
      'highest rate sustained: 1.00 /s',
      'What went wrong:',
      '  2 requests/s: 5 × refused',
    ]);
  });

  it('warns of a load generator that was late itself', () => {
    const late = STEADY.map((record) => ({ ...record, sentAtMs: record.request.atMs + 30 }));
    expect(resultText([openResult('a', { 1: late })]).closing[0]).toContain('30.0 ms late or more');
    expect(resultText([openResult('a')]).closing).toEqual([]);
  });
});
