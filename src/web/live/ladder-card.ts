import type { Rung } from '../api/ladder.ts';
import { element, svgElement } from '../element.ts';
import { isDark, rungColours } from '../palette.ts';
import { formatBits, formatNumber, formatShare } from './format.ts';

const WIDTH = 520;
const HEIGHT = 210;
const MARGIN = { top: 16, right: 30, bottom: 40, left: 60 };

/** The ladder: what each rung costs in time and in quality, and how many tokens it serves. */
export class LadderCard {
  readonly element: HTMLElement;
  readonly #ladder: readonly Rung[];
  readonly #figure: HTMLElement;
  readonly #shares: HTMLElement[] = [];

  constructor(ladder: readonly Rung[]) {
    this.#ladder = ladder;
    this.#figure = element('div', { class: 'ladder-figure' });
    this.element = element(
      'section',
      { class: 'card wide', 'aria-label': 'The ladder' },
      element('h2', {}, 'The ladder'),
      element('p', { class: 'note' }, 'What each rung costs: time per token, and distance to full precision.'),
      element('div', { class: 'ladder' }, this.#figure, this.#table()),
    );
    this.redraw();
  }

  /** @param tokens served in the time shown, by rung */
  update(tokens: readonly number[]): void {
    const all = tokens.reduce((sum, count) => sum + count, 0);
    this.#shares.forEach((share, rung) => {
      share.textContent = all === 0 ? '–' : formatShare((tokens[rung] ?? 0) / all);
    });
  }

  redraw(): void {
    const drawing = drawLadder(this.#ladder);
    this.#figure.replaceChildren(
      drawing ??
        element(
          'p',
          { class: 'note' },
          'Quality and time of this artefact were not measured when it was made: quept calibrate, or quept ladder, measures both.',
        ),
    );
    const colours = rungColours(this.#ladder.length, isDark());
    this.element.querySelectorAll<HTMLElement>('td .swatch, th .swatch').forEach((swatch, i) => {
      swatch.style.setProperty('--swatch', colours[i] ?? '');
    });
  }

  #table(): HTMLElement {
    const rows = this.#ladder.map(({ id, averageBits, msPerToken, predictedKl }) => {
      const share = element('td', {}, '–');
      this.#shares.push(share);
      return element(
        'tr',
        {},
        element('th', { scope: 'row' }, element('span', { class: 'swatch', 'aria-hidden': 'true' }), id),
        element('td', {}, formatBits(averageBits)),
        element('td', {}, msPerToken === null ? '–' : formatNumber(msPerToken)),
        element('td', {}, predictedKl === null ? '–' : klText(predictedKl)),
        share,
      );
    });
    const names = ['rung', 'bits', 'ms per token', 'nats from full', 'tokens served'];
    const head = element('tr', {}, ...names.map((name) => element('th', { scope: 'col' }, name)));
    return element(
      'div',
      { class: 'table-frame', tabindex: 0, role: 'region', 'aria-label': 'The ladder as a table' },
      element('table', {}, element('thead', {}, head), element('tbody', {}, ...rows.reverse())),
    );
  }
}

interface Place {
  readonly x: number;
  readonly y: number;
  readonly id: string;
  readonly colour: string;
}

/** Quality over cost; null where either was not measured. */
function drawLadder(ladder: readonly Rung[]): SVGElement | null {
  const measured = ladder.flatMap(({ id, msPerToken, predictedKl }, rung) =>
    msPerToken === null || predictedKl === null ? [] : [{ id, rung, ms: msPerToken, kl: predictedKl }],
  );
  if (measured.length < 2) return null;
  const x = axis(measured.map(({ ms }) => ms), MARGIN.left, WIDTH - MARGIN.right);
  // Worse is lower: the best rung stands at the top.
  const y = axis(measured.map(({ kl }) => kl), MARGIN.top, HEIGHT - MARGIN.bottom);
  const colours = rungColours(ladder.length, isDark());
  const places = measured.map(({ id, rung, ms, kl }) => ({
    id,
    x: x.place(ms),
    y: y.place(kl),
    colour: colours[rung] ?? '',
  }));
  return svgElement(
    'svg',
    {
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      role: 'img',
      'aria-label': `Distance to full precision over time per token: ${measured.map(({ id, ms, kl }) => `${id} ${formatNumber(ms)} ms, ${klText(kl)} nats`).join('; ')}`,
    },
    ...gridOf(x.ticks, y.ticks, x.place, y.place),
    svgElement('path', { class: 'ladder-line', d: `M${places.map((each) => `${each.x} ${each.y}`).join('L')}` }),
    ...places.flatMap(pointOf),
    svgElement('text', { class: 'axis-name', x: WIDTH - MARGIN.right, y: HEIGHT - 4, 'text-anchor': 'end' }, 'ms per token →'),
    svgElement('text', { class: 'axis-name', x: 0, y: 10 }, '↑ nearer to full precision'),
  );
}

function pointOf({ x, y, id, colour }: Place, index: number): SVGElement[] {
  const above = index % 2 === 1;
  return [
    svgElement('circle', { cx: x, cy: y, r: 6, fill: colour, class: 'ladder-point' }),
    svgElement(
      'text',
      { x: x + (above ? -4 : 4), y: y + (above ? -11 : 20), 'text-anchor': 'middle', class: 'ladder-name' },
      id,
    ),
  ];
}

function gridOf(
  xs: readonly number[],
  ys: readonly number[],
  placeX: (value: number) => number,
  placeY: (value: number) => number,
): SVGElement[] {
  const [right, bottom] = [WIDTH - MARGIN.right, HEIGHT - MARGIN.bottom];
  return [
    ...ys.flatMap((value) => [
      svgElement('line', { class: 'grid', x1: MARGIN.left, x2: right, y1: placeY(value), y2: placeY(value) }),
      svgElement('text', { x: MARGIN.left - 8, y: placeY(value) + 4, 'text-anchor': 'end' }, klText(value)),
    ]),
    ...xs.map((value) =>
      svgElement('text', { x: placeX(value), y: bottom + 18, 'text-anchor': 'middle' }, formatNumber(value)),
    ),
  ];
}

/** A linear axis with round ticks, with some room at both ends. */
function axis(values: readonly number[], from: number, to: number) {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const room = (high - low) * 0.08 || 1;
  const [start, end] = [Math.max(0, low - room), high + room];
  const step = roundStep((end - start) / 4);
  const first = Math.ceil(start / step);
  const ticks = Array.from({ length: Math.floor(end / step) - first + 1 }, (_, i) => (first + i) * step);
  return { ticks, place: (value: number) => from + ((value - start) / (end - start)) * (to - from) };
}

/** The round number next above: 1, 2 or 5 times a power of ten. */
function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return power * ([1, 2, 5].find((factor) => factor * power >= least) ?? 10);
}

function klText(kl: number): string {
  return kl === 0 ? '0' : kl.toLocaleString('en', { maximumSignificantDigits: 2 });
}
