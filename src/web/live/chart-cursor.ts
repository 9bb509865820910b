import type uPlot from 'uplot';

const STEPS: Readonly<Record<string, number>> = {
  ArrowLeft: -1,
  ArrowRight: 1,
  ArrowDown: -1,
  ArrowUp: 1,
  PageDown: -10,
  PageUp: 10,
};

/** Tells values at an index of the series, null for the newest; returns them in words. */
type Tell = (index: number | null) => string;

/**
 * The moment of a chart whose values are told. The mouse points at it, and arrow keys move it: to assistive technology
 * the chart is a slider over time.
 */
export class ChartCursor {
  readonly #place: HTMLElement;
  readonly #tell: Tell;
  #plot: uPlot | null = null;
  #length = 0;
  /** Seconds ago; null follows the newest. */
  #ago: number | null = null;

  constructor(place: HTMLElement, title: string, tell: Tell) {
    this.#place = place;
    this.#tell = tell;
    place.tabIndex = 0;
    place.setAttribute('role', 'slider');
    place.setAttribute('aria-label', `${title}, by time`);
    place.setAttribute('aria-valuemax', '0');
    place.addEventListener('keydown', (event) => this.#pressed(event));
    place.addEventListener('blur', () => this.#move(null));
    this.#describe();
  }

  /** New values are drawn. */
  moved(plot: uPlot | null, length: number): void {
    this.#plot = plot;
    this.#length = length;
    this.#place.setAttribute('aria-valuemin', String(Math.min(0, 1 - length)));
    this.#describe();
  }

  /** The mouse, or `#move`, has set the plot's own cursor. */
  pointed(plot: uPlot): void {
    const { idx } = plot.cursor;
    this.#ago = idx == null ? null : plot.data[0].length - 1 - idx;
    this.#describe();
  }

  #pressed(event: KeyboardEvent): void {
    const { key } = event;
    const last = Math.max(0, this.#length - 1);
    const step = STEPS[key];
    if (step !== undefined) this.#move(Math.min(last, Math.max(0, (this.#ago ?? 0) - step)));
    else if (key === 'Home') this.#move(last);
    else if (key === 'End') this.#move(0);
    else if (key === 'Escape') this.#move(null);
    else return;
    event.preventDefault();
  }

  #move(ago: number | null): void {
    this.#ago = ago;
    const left = ago === null ? -10 : (this.#plot?.valToPos(-ago, 'x') ?? -10);
    this.#plot?.setCursor({ left, top: ago === null ? -10 : 1 });
    this.#describe();
  }

  #describe(): void {
    const ago = this.#ago;
    const told = this.#tell(ago === null ? null : this.#length - 1 - ago);
    this.#place.setAttribute('aria-valuenow', String(ago === null || ago === 0 ? 0 : -ago));
    this.#place.setAttribute(
      'aria-valuetext',
      `${ago === null || ago === 0 ? 'now' : `${ago} seconds ago`}: ${told}`,
    );
  }
}
