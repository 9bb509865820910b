export type ScaleKind = 'linear' | 'log';

export interface ChartAxis {
  /** What is measured, with its unit. */
  readonly label: string;
  readonly scale: ScaleKind;
}

export interface ChartPoint {
  readonly x: number;
  readonly y: number;
  /** Written beside the point. */
  readonly label?: string;
}

export interface ChartSeries {
  /** Stands in the legend, beside the symbol. */
  readonly name: string;
  /**
   * `line` joins the points in the order given; `points` draws a symbol at each; `bars` fills the row of each from 0 to
   * its x, and writes its label behind the end: for charts with rows and a linear x axis. Series share a row.
   */
  readonly kind: 'line' | 'points' | 'bars';
  readonly points: readonly ChartPoint[];
  readonly dashed?: boolean;
  /** Grey, and without a claim on the palette: for what others are compared with. */
  readonly neutral?: boolean;
}

/**
 * What a chart shows. Coordinates that its axes cannot show (not finite; not positive on a log axis) are left
 * out, and the chart says which.
 */
export interface LineChart {
  readonly title: string;
  readonly subtitle?: string;
  readonly x: ChartAxis;
  readonly y: ChartAxis;
  /**
   * Names of rows, from the top down, in the place of numbers on the y axis: a point belongs to row round(y). Parts of
   * a row keep symbols at the same x apart.
   */
  readonly rows?: readonly string[];
  readonly series: readonly ChartSeries[];
  /** Pixels; text may claim more height. */
  readonly width?: number;
  readonly height?: number;
}

/** Charts side by side under one heading. */
export interface Figure {
  readonly title: string;
  readonly subtitle?: string;
  readonly panels: readonly LineChart[];
}
