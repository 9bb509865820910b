export type { ChartAxis, ChartPoint, ChartSeries, Figure, LineChart, ScaleKind } from './chart.ts';
export { renderFigure, renderLineChart } from './render-figure.ts';
