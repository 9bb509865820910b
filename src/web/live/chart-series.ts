export interface ChartSeries {
  readonly name: string;
  /** In the theme that is shown. */
  readonly colour: () => string;
  readonly dashed?: boolean;
  /** Fills what is below it. */
  readonly filled?: boolean;
}
