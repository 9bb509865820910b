import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type LineChart, renderFigure, renderLineChart } from '../../../src/plot/index.ts';
import { parseSvg } from '../../support/svg-document.ts';

const CHART: LineChart = {
  title: 'Loss',
  x: { label: 'step', scale: 'linear' },
  y: { label: 'nats', scale: 'log' },
  series: [
    {
      name: 'trained',
      kind: 'points',
      points: [
        { x: 1, y: 0.5, label: 'q4' },
        { x: 2, y: 0.05, label: 'q8' },
      ],
    },
    {
      name: 'bound',
      kind: 'line',
      points: [
        { x: 1, y: 0.6 },
        { x: 2, y: 0.01 },
      ],
      dashed: true,
      neutral: true,
    },
  ],
};

/** CHART with these y values in one series, labelled p0, p1, ... */
function chartOf(
  ys: readonly number[],
  scale: 'linear' | 'log',
  kind: 'line' | 'points' = 'points',
): LineChart {
  const points = ys.map((y, x) => ({ x, y, label: `p${x}` }));
  return { ...CHART, y: { label: 'y', scale }, series: [{ name: 'all', kind, points }] };
}

describe('an SVG document', () => {
  test('is well-formed XML that names itself and tells its numbers', () => {
    const { root, all, texts } = parseSvg(renderLineChart(CHART));
    expect(root.name).toBe('svg');
    expect(root.attributes).toMatchObject({ xmlns: 'http://www.w3.org/2000/svg', role: 'img' });
    expect(root.attributes.viewBox).toBe(`0 0 ${root.attributes.width} ${root.attributes.height}`);
    const [title, desc] = root.children.filter(({ type }) => type === 'element');
    expect(title).toMatchObject({ name: 'title', text: 'Loss' });
    expect(desc).toMatchObject({ name: 'desc' });
    expect(all('desc')[0]?.text).toContain(
      'nats, log scale, against step. trained: q4 (1, 0.5); q8 (2, 0.05).',
    );
    expect(texts).toEqual(expect.arrayContaining(['Loss', 'step', 'nats', 'trained', 'bound', 'q4', 'q8']));
  });

  test('needs nothing but itself, and reads the same on any ground', () => {
    const svg = renderLineChart(CHART);
    const { root, all } = parseSvg(svg);
    expect(svg.match(/https?:[^"]*/g)).toEqual(['http://www.w3.org/2000/svg']);
    expect(svg).not.toMatch(/\sid=|<script|<style|<image|url\(|href/);
    const [ground] = all('rect');
    expect(ground?.attributes).toEqual({
      width: root.attributes.width,
      height: root.attributes.height,
      fill: '#ffffff',
    });
    for (const text of all('text')) expect(text.attributes.fill).toMatch(/^#/);
  });

  test('of the same figure is the same bytes, whatever was drawn in between', () => {
    const figure = { title: 'Two', panels: [CHART, chartOf([1, 2, 3], 'linear')] };
    const first = renderFigure(figure);
    renderLineChart(CHART);
    expect(renderFigure(structuredClone(figure))).toBe(first);
  });

  test('escapes every name', () => {
    const name = `<b>&"'`;
    const chart: LineChart = {
      title: `title ${name}`,
      subtitle: `subtitle ${name}`,
      x: { label: `x ${name}`, scale: 'linear' },
      y: { label: `y ${name}`, scale: 'linear' },
      series: [
        { name: `series ${name}`, kind: 'points', points: [{ x: 1, y: 1, label: `point ${name}` }] },
        { name: `other ${name}`, kind: 'points', points: [{ x: 1, y: Number.NaN, label: `lost ${name}` }] },
      ],
    };
    const { texts, all } = parseSvg(renderFigure({ title: `figure ${name}`, panels: [chart] }));
    for (const part of ['figure', 'title', 'subtitle', 'x', 'y', 'series', 'other', 'point']) {
      expect(texts).toContain(`${part} ${name}`);
    }
    expect(all('desc')[0]?.text).toContain(`lost ${name}`);
    expect(all('title').map(({ text }) => text)).toContain(`point ${name}: 1, 1`);
  });

  test('replaces what XML cannot hold', () => {
    const { texts } = parseSvg(renderLineChart({ ...CHART, title: 'a\0b\u{1b}c\ud800d\u{1f600}' }));
    expect(texts).toContain('a\ufffdb\ufffdc\ufffdd\u{1f600}');
  });
});

describe('points without a place', () => {
  test('are left out of a log axis by name, and the others stay', () => {
    const { texts, all } = parseSvg(renderLineChart(chartOf([0.1, 0, -2, 0.001], 'log')));
    const note = texts.join(' ');
    expect(note).toContain('Left out: p1 at (1, 0), p2 at (2, -2).');
    expect(note).toContain('positive numbers only');
    expect(all('desc')[0]?.text).toContain('Left out: p1');
    expect(texts).toEqual(expect.arrayContaining(['p0', 'p3']));
    expect(texts).not.toEqual(expect.arrayContaining(['p1']));
  });

  test('zero and negative numbers have one on a linear axis, what is not finite has not', () => {
    const { texts } = parseSvg(
      renderLineChart(chartOf([0, -2, Number.NaN, Number.POSITIVE_INFINITY], 'linear')),
    );
    expect(texts).toEqual(expect.arrayContaining(['p0', 'p1']));
    expect(texts.join(' ')).toContain('p2 at (2, NaN), p3 at (3, Infinity). An axis has a place for finite');
  });

  test('are counted where they have no names, and break a line', () => {
    const points = [1, 2, 0, 4, 5].map((y, x) => ({ x, y }));
    const series = [{ name: 'curve', kind: 'line' as const, points }];
    const { texts, all } = parseSvg(renderLineChart({ ...CHART, series }));
    expect(texts.join(' ')).toContain('Left out: 1 of 5 points of curve.');
    const curve = all('path').find((path) => path.children.length > 0);
    expect(curve?.attributes.d?.match(/M/g)).toHaveLength(2);
  });

  test('may be all of them', () => {
    const { texts } = parseSvg(renderLineChart(chartOf([0], 'log')));
    expect(texts).toEqual(expect.arrayContaining(['step', '1', '10']));
    expect(() => parseSvg(renderLineChart({ ...CHART, series: [] }))).not.toThrow();
  });

  test('whatever the numbers: every drawn coordinate is finite, every name is written or told', () => {
    const values = fc.array(fc.double(), { maxLength: 8 });
    const scale = fc.constantFrom('linear' as const, 'log' as const);
    const kind = fc.constantFrom('line' as const, 'points' as const);
    fc.assert(
      fc.property(values, scale, kind, (ys, yScale, seriesKind) => {
        const svg = renderLineChart(chartOf(ys, yScale, seriesKind));
        const { texts, all } = parseSvg(svg);
        for (const path of all('path')) {
          expect(`${path.attributes.d} ${path.attributes.transform}`).not.toMatch(/NaN|Infinity/);
        }
        const told = texts.join(' ');
        const counted = Number(/(\d+) of \d+ points of all/.exec(told)?.[1] ?? 0);
        const named = ys.filter((_, i) => new RegExp(`\\bp${i}\\b`).test(told)).length;
        expect(named + counted).toBe(ys.length);
      }),
      { numRuns: 100 },
    );
  });
});

describe('panels', () => {
  const frames = (svg: string) =>
    parseSvg(svg)
      .all('path')
      .flatMap((path) => /^M([\d.]+) ([\d.]+)V([\d.]+)H([\d.]+)$/.exec(path.attributes.d ?? '') ?? [])
      .filter((_, i) => i % 5 !== 0)
      .map(Number);

  test('stand side by side with their plots on one level, whatever is written around them', () => {
    const wordy = { ...chartOf([0, 1], 'log'), subtitle: 'many words '.repeat(30), height: 100 };
    const svg = renderFigure({ title: 'Two', subtitle: 'below', panels: [CHART, wordy] });
    const [left1, top1, bottom1, right1, left2, top2, bottom2, right2] = frames(svg) as [number, ...number[]];
    expect([top2, bottom2]).toEqual([top1, bottom1]);
    expect(bottom1).toBeGreaterThan(Number(top1) + 100);
    expect(left2).toBeGreaterThan(Number(right1));
    expect(left1).toBeLessThan(Number(right1));
    expect(Number(parseSvg(svg).root.attributes.width)).toBeGreaterThan(Number(right2));
  });

  test('are needed', () => {
    expect(() => renderFigure({ title: 'None', panels: [] })).toThrow(RangeError);
  });

  test('have a legend when there is something to tell apart', () => {
    const alone = { ...CHART, series: CHART.series.slice(0, 1) };
    expect(parseSvg(renderLineChart(alone)).texts).not.toContain('trained');
    expect(parseSvg(renderLineChart(CHART)).texts).toContain('trained');
  });
});

describe('named rows', () => {
  const rows = ['sums', 'lists', 'stories & more'];
  const series = ['q4', 'q8'].map((name, i) => ({
    name,
    kind: 'points' as const,
    points: rows.map((_, row) => ({ x: 10 * row, y: row + (i - 0.5) / 3 })),
  }));
  const chart: LineChart = { ...CHART, y: { label: 'skill', scale: 'linear' }, rows, series };

  test('stand from the top down in the place of numbers, each around its points', () => {
    const { all } = parseSvg(renderLineChart(chart));
    const heights = rows.map((row) => Number(all('text').find(({ text }) => text === row)?.attributes.y));
    expect(heights).toEqual([...heights].sort((a, b) => a - b));
    expect(Number(heights[2]) - Number(heights[1])).toBeCloseTo(Number(heights[1]) - Number(heights[0]), 6);
    const places = all('path').flatMap(
      ({ attributes }) => /translate\(([\d.]+) ([\d.]+)\)/.exec(attributes.transform ?? '')?.[2] ?? [],
    );
    // Of the six symbols (those of the legend come elsewhere), the first three are the first series'.
    const drawn = places.map(Number).slice(-6);
    const between = (row: number) => (Number(drawn[row]) + Number(drawn[row + 3])) / 2;
    expect([0, 1, 2].map((row) => Math.abs(between(row) - Number(heights[row])) < 6)).toEqual([
      true,
      true,
      true,
    ]);
    expect(drawn[0]).toBeLessThan(Number(drawn[3]));
  });

  test('are told by name', () => {
    const { all } = parseSvg(renderLineChart(chart));
    expect(all('desc')[0]?.text).toContain('q8: (0, sums); (10, lists); (20, stories & more).');
    expect(all('title').map(({ text }) => text)).toContain('q4: 10, lists');
  });

  test('claim the height that their names need', () => {
    const many = Array.from({ length: 100 }, (_, row) => `row ${row}`);
    const { root } = parseSvg(renderLineChart({ ...chart, rows: many, height: 300 }));
    expect(Number(root.attributes.height)).toBeGreaterThan(100 * 12);
  });
});

describe('bars', () => {
  const chart: LineChart = {
    title: 'Tokens',
    x: { label: 'tokens', scale: 'linear' },
    y: { label: 'config', scale: 'linear' },
    rows: ['q4', 'q8'],
    series: [
      {
        name: 'a',
        kind: 'bars',
        points: [
          { x: 50, y: 0, label: '50 of a' },
          { x: 100, y: 1 },
        ],
      },
      { name: 'b', kind: 'bars', points: [{ x: 25, y: 0, label: '25 of b' }] },
    ],
  };

  test('begin at one line, are as long as their values, and share a row', () => {
    const { all, texts } = parseSvg(renderLineChart(chart));
    const bars = all('rect').filter((rect) => rect.text !== '');
    const number = (bar: (typeof bars)[number] | undefined, name: string) => Number(bar?.attributes[name]);
    expect(bars.map((bar) => bar.text)).toEqual(['a: 50 of a', 'a: 100, q8', 'b: 25 of b']);
    const [first, second, third] = bars;
    expect(new Set(bars.map((bar) => bar.attributes.x)).size).toBe(1);
    expect(number(second, 'width') / number(first, 'width')).toBeCloseTo(2, 2);
    expect(number(first, 'width') / number(third, 'width')).toBeCloseTo(2, 2);
    expect(number(third, 'y')).toBeGreaterThanOrEqual(number(first, 'y') + number(first, 'height'));
    expect(number(second, 'y')).toBeGreaterThan(number(third, 'y') + number(third, 'height'));
    expect(texts).toEqual(expect.arrayContaining(['50 of a', '25 of b', 'q4', 'q8']));
  });
});
