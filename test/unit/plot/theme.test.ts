import { describe, expect, test } from 'vitest';
import { darkStyle } from '../../../src/plot/dark-style.ts';
import { DARK_THEME, THEME } from '../../../src/plot/theme.ts';

type Triple = readonly [number, number, number];

/**
 * Linear RGB as seen with complete red, green or blue blindness.
 * Source: Machado, Oliveira, Fernandes, "A Physiologically-based Model for Simulation of Color Vision
 * Deficiency", IEEE TVCG 15(6), 2009, severity 1.0.
 */
const VISION: Readonly<Record<string, readonly Triple[]>> = {
  full: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

function linear(hex: string): Triple {
  const channel = (at: number) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}

const dot = (a: Triple, b: Triple) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

/** WCAG contrast. */
function contrast(a: string, b: string): number {
  const [dark = 0, light = 0] = [a, b]
    .map((hex) => dot([0.2126, 0.7152, 0.0722], linear(hex)))
    .sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

/** CIE L*a*b*, D65. */
function lab(rgb: Triple): Triple {
  const f = (t: number) => (t > 216 / 24389 ? Math.cbrt(t) : ((24389 / 27) * t + 16) / 116);
  const x = f(dot([0.4124, 0.3576, 0.1805], rgb) / 0.9505);
  const y = f(dot([0.2126, 0.7152, 0.0722], rgb));
  const z = f(dot([0.0193, 0.1192, 0.9505], rgb) / 1.089);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

describe.each([
  ['light', THEME],
  ['dark', DARK_THEME],
])('the %s palette', (_, theme) => {
  test('stands out from the ground: text by 4.5 to 1, series by 3 to 1', () => {
    for (const text of [theme.ink, theme.quiet])
      expect(contrast(text, theme.background), text).toBeGreaterThan(4.5);
    for (const color of [...theme.series, theme.neutral])
      expect(contrast(color, theme.background), color).toBeGreaterThan(3);
  });

  test.each(Object.keys(VISION))('keeps its colours apart with %s colour vision', (kind) => {
    const seen = theme.series.map((hex) => {
      const rgb = (VISION[kind] ?? []).map((row) => Math.min(1, Math.max(0, dot(row, linear(hex)))));
      return lab(rgb as unknown as Triple);
    });
    seen.forEach((a, i) => {
      for (const [j, b] of seen.slice(0, i).entries()) {
        const distance = Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
        // Neighbours in a chart are told apart from about 10 on.
        expect(distance, `${theme.series[i]} ${theme.series[j]}`).toBeGreaterThan(25);
      }
    });
  });
});

test('the light ground is white, and the dark style has a colour for each of the light ones', () => {
  expect(THEME.background).toBe('#ffffff');
  expect(DARK_THEME.series).toHaveLength(THEME.series.length);
  const style = darkStyle('.charts');
  expect(style).toContain(`.charts [fill="${THEME.ink}"]{fill:${DARK_THEME.ink}}`);
  for (const [i, color] of THEME.series.entries())
    expect(style).toContain(`.charts [stroke="${color}"]{stroke:${DARK_THEME.series[i]}}`);
});
