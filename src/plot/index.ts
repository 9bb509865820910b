export type { ChartAxis, ChartPoint, ChartSeries, Figure, LineChart, ScaleKind } from './chart.ts';
export { darkStyle } from './dark-style.ts';
export { renderFigure, renderLineChart } from './render-figure.ts';
export { escapeXml } from './svg-markup.ts';
export { DARK_THEME, THEME } from './theme.ts';
