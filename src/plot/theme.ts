/**
 * Colours on the chart's own white ground, so that it reads the same in light and dark viewers. Those of the
 * series have a contrast of 3:1 to it and stay apart for all three kinds of colour blindness.
 */
export const THEME = {
  background: '#ffffff',
  ink: '#1f2328',
  quiet: '#57606a',
  grid: '#d8dee4',
  minorGrid: '#eef1f4',
  neutral: '#6e7781',
  series: ['#0072b2', '#d55e00', '#330099', '#996666', '#9900ff', '#660000'],
  fontFamily: "Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif",
} as const;

/** The same on a dark ground, colour for colour. */
export const DARK_THEME = {
  background: '#15191f',
  ink: '#e6eaef',
  quiet: '#a3adb8',
  grid: '#353d47',
  minorGrid: '#232930',
  neutral: '#8f99a3',
  series: ['#58a6ff', '#ff9d45', '#7f59ff', '#87766d', '#e6b1dd', '#edff00'],
} as const;

/** Font sizes, pixels. */
export const FONT = { heading: 18, title: 15, label: 13, small: 12 } as const;

/** Height of a line of text, pixels. */
export function lineHeight(fontSize: number): number {
  return Math.ceil(fontSize * 1.3);
}
