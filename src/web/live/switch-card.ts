import { element } from '../element.ts';
import type { SwitchData } from './dashboard-data.ts';
import { formatNumber } from './format.ts';
import { SWITCH_REASONS } from './live-charts.ts';

const MOST_ROWS = 6;

/** Which rungs answers went between, why, and how often. */
export class SwitchCard {
  readonly element: HTMLElement;
  readonly #rows = element('tbody');

  constructor() {
    const names = ['reason', 'from', 'to', 'times'];
    this.element = element(
      'section',
      { class: 'card', 'aria-label': 'Reasons of switches' },
      element('h2', {}, 'Reasons of switches'),
      element('p', { class: 'note' }, 'The most frequent in the time shown.'),
      element(
        'div',
        { class: 'table-frame', tabindex: 0, role: 'region', 'aria-label': 'Switches as a table' },
        element(
          'table',
          {},
          element(
            'thead',
            {},
            element('tr', {}, ...names.map((name) => element('th', { scope: 'col' }, name))),
          ),
          this.#rows,
        ),
      ),
    );
    this.update([]);
  }

  update(switches: readonly SwitchData[]): void {
    const rows = switches
      .slice(0, MOST_ROWS)
      .map(({ from, to, reason, count }) =>
        element(
          'tr',
          {},
          element('td', { title: SWITCH_REASONS[reason] ?? null }, reason),
          element('td', {}, from),
          element('td', {}, to),
          element('td', {}, formatNumber(count)),
        ),
      );
    const none = element(
      'tr',
      {},
      element('td', { colspan: 4, class: 'words' }, 'No answer changed its precision.'),
    );
    this.#rows.replaceChildren(...(rows.length === 0 ? [none] : rows));
  }
}
