import { expect, test } from 'vitest';
import { parseTrace } from '../../../src/simulation/trace.ts';

const HEADER = 'TIMESTAMP,ContextTokens,GeneratedTokens';

test('reads lines in order of time, from the first arrival on, to the tenth of a microsecond', () => {
  const text = `${HEADER}\r\n2023-11-16 18:17:04.0000005,30,4\r\n2023-11-16 18:17:03.9799600,4808,10\r\n`;
  const rows = parseTrace(text, 't.csv');
  expect(rows.map(({ promptTokens, outputTokens }) => [promptTokens, outputTokens])).toEqual([
    [4808, 10],
    [30, 4],
  ]);
  expect(rows[0]?.atMs).toBe(0);
  expect(rows[1]?.atMs).toBeCloseTo(20.0405, 3);
});

test('takes a zone behind the time, and times across midnight', () => {
  const rows = parseTrace(
    `${HEADER}\n2024-05-10 23:59:59.5+00:00,1,1\n2024-05-11 00:00:00.25+00:00,1,1`,
    't',
  );
  expect(rows.map(({ atMs }) => atMs)).toEqual([0, 750]);
});

test('names every kind of bad line by number', () => {
  const lines = [
    HEADER,
    '2023-11-16 18:17:03,1,1',
    'yesterday,1,1',
    '2023-11-16 18:17:03,0,1',
    '2023-11-16 18:17:03,1,1.5',
    '2023-11-16 18:17:03,1',
    '2023-13-16 18:17:03,1,1',
  ];
  expect(() => parseTrace(lines.join('\n'), 'bad.csv')).toThrow(
    "bad.csv: line 3: 'yesterday' is no time like 2023-11-16 18:17:03.98; line 4: ContextTokens '0' is no whole number " +
      "from 1 on; line 5: GeneratedTokens '1.5' is no whole number from 1 on; and 2 more lines.",
  );
});

test('refuses other files, and traces without requests', () => {
  expect(() => parseTrace('a,b,c\n1,2,3', 'x.csv')).toThrow(/x\.csv: line 1 must be the header TIMESTAMP/);
  expect(() => parseTrace(`${HEADER}\n\n`, 'x.csv')).toThrow('x.csv holds no requests.');
});
