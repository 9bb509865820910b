export interface ChartSeries {
  readonly name: string;
  /** In the theme that is shown. */
  readonly colour: () => string;
  readonly dashed?: boolean;
  /** What the series before it should stay below: the legend tells it there. */
  readonly isTarget?: boolean;
  /** Fills what is below it. */
  readonly filled?: boolean;
}
