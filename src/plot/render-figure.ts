import type { Figure, LineChart } from './chart.ts';
import { describeFigure } from './describe-figure.ts';
import { drawPanel, LEAST_PLOT, layoutPanel, type Panel } from './panel.ts';
import { element, escapeXml } from './svg-markup.ts';
import { textLine } from './text-line.ts';
import { wrapText } from './text-width.ts';
import { FONT, lineHeight, THEME } from './theme.ts';

/** Around the drawing, and between panels. */
const MARGIN = 20;
const GUTTER = 28;

/**
 * Charts side by side as one SVG document, plots on one level. It needs no script, style sheet, font file or
 * network, holds no ids (so several can stand in one page), and the same figure gives the same bytes.
 *
 * Throws RangeError without panels.
 */
export function renderFigure(figure: Figure): string {
  if (figure.panels.length === 0) throw new RangeError('a figure needs at least one panel');
  const panels = figure.panels.map(layoutPanel);
  const width = 2 * MARGIN + sum(panels.map((panel) => panel.width)) + GUTTER * (panels.length - 1);
  const heading = drawHeading(figure, width - 2 * MARGIN);
  return renderDocument(figure, panels, heading, width);
}

/** One chart as an SVG document; see `renderFigure`. */
export function renderLineChart(chart: LineChart): string {
  const panel = layoutPanel(chart);
  const figure = { title: chart.title, panels: [chart] };
  return renderDocument(figure, [panel], { marks: [], height: 0 }, 2 * MARGIN + panel.width);
}

interface Heading {
  readonly marks: readonly string[];
  readonly height: number;
}

function drawHeading({ title, subtitle = '' }: Figure, width: number): Heading {
  const titles = wrapText(title, FONT.heading, width);
  const subtitles = wrapText(subtitle, FONT.label, width);
  const [large, small] = [lineHeight(FONT.heading), lineHeight(FONT.label)];
  const subtitleTop = MARGIN + titles.length * large;
  return {
    marks: [
      ...titles.map((text, i) =>
        textLine(text, { x: MARGIN, y: MARGIN + FONT.heading + i * large, size: FONT.heading, bold: true }),
      ),
      ...subtitles.map((text, i) =>
        textLine(text, { x: MARGIN, y: subtitleTop + FONT.label + i * small, fill: THEME.quiet }),
      ),
    ],
    height: titles.length * large + subtitles.length * small + MARGIN,
  };
}

function renderDocument(figure: Figure, panels: readonly Panel[], heading: Heading, width: number): string {
  const top = MARGIN + heading.height;
  const plotTop = top + greatest(panels.map(({ headerHeight }) => headerHeight));
  const footer = greatest(panels.map(({ footerHeight }) => footerHeight));
  const bottom = Math.max(top + greatest(panels.map((panel) => panel.height)), plotTop + LEAST_PLOT + footer);
  const height = bottom + MARGIN;
  let left = MARGIN;
  const drawn = panels.map((panel) => {
    const marks = drawPanel(panel, { left, top, plotTop, plotBottom: bottom - footer });
    left += panel.width + GUTTER;
    return element('g', {}, '\n', marks.join('\n'), '\n');
  });
  const root = {
    xmlns: 'http://www.w3.org/2000/svg',
    width,
    height,
    viewBox: `0 0 ${width} ${height}`,
    role: 'img',
    'font-family': THEME.fontFamily,
  };
  const parts = [
    element('title', {}, escapeXml(figure.title)),
    element('desc', {}, escapeXml(describeFigure(figure))),
    element('rect', { width, height, fill: THEME.background }),
    ...heading.marks,
    ...drawn,
  ];
  return `${element('svg', root, '\n', parts.join('\n'), '\n')}\n`;
}

function greatest(values: readonly number[]): number {
  return Math.max(0, ...values);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
