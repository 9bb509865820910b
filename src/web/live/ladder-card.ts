import type { Rung } from '../api/ladder.ts';
import { element } from '../element.ts';
import { ofRung } from '../palette.ts';
import { formatBits, formatKl, formatNumber, formatShare } from './format.ts';
import { drawLadder } from './ladder-drawing.ts';

const NOT_MEASURED =
  'Quality and time of this artefact were not measured when it was made: quept calibrate and quept ladder measure both.';

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
      element(
        'p',
        { class: 'note' },
        'What each rung costs: time per token, and distance to full precision.',
      ),
      element('div', { class: 'ladder' }, this.#figure, this.#table()),
    );
    new ResizeObserver(() => this.redraw()).observe(this.#figure);
  }

  /** @param tokens served in the time shown, by rung */
  update(tokens: readonly number[]): void {
    const all = tokens.reduce((sum, count) => sum + count, 0);
    this.#shares.forEach((share, rung) => {
      share.textContent = all === 0 ? '–' : formatShare((tokens[rung] ?? 0) / all);
    });
  }

  redraw(): void {
    const width = this.#figure.clientWidth;
    if (width === 0) return;
    this.#figure.replaceChildren(
      drawLadder(this.#ladder, width) ?? element('p', { class: 'note' }, NOT_MEASURED),
    );
  }

  #table(): HTMLElement {
    const rows = this.#ladder.map(({ id, averageBits, msPerToken, predictedKl }, rung) => {
      const share = element('td', {}, '–');
      this.#shares.push(share);
      return element(
        'tr',
        {},
        element(
          'th',
          { scope: 'row' },
          ofRung(element('span', { class: 'swatch', 'aria-hidden': 'true' }), rung),
          id,
        ),
        element('td', {}, formatBits(averageBits)),
        element('td', {}, msPerToken === null ? '–' : formatNumber(msPerToken)),
        element('td', {}, predictedKl === null ? '–' : formatKl(predictedKl)),
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
