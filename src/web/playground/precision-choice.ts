import type { Rung } from '../api/ladder.ts';
import { element } from '../element.ts';
import { formatBits } from '../live/format.ts';

const RANGE = 'range';

/** Chooses a precision: automatic, a rung, or a range of rungs. */
export class PrecisionChoice {
  readonly element: HTMLElement;
  readonly #main: HTMLSelectElement;
  readonly #from: HTMLSelectElement;
  readonly #to: HTMLSelectElement;

  /** @param onChange told when another one is chosen */
  constructor(label: string, ladder: readonly Rung[], initial: string, onChange: () => void) {
    const rungs = ladder.map(({ id, averageBits }) => option(id, `${id} – ${formatBits(averageBits)} bits`));
    this.#main = element(
      'select',
      {},
      option('auto', 'automatic'),
      element('optgroup', { label: 'pinned' }, ...rungs),
      option(RANGE, 'range …'),
    );
    this.#main.value = initial;
    [this.#from, this.#to] = [selectOf(ladder), selectOf(ladder)];
    this.#to.value = ladder.at(-1)?.id ?? '';
    const range = element(
      'div',
      { class: 'range', hidden: true },
      element('label', { class: 'field' }, element('span', {}, 'from'), this.#from),
      element('label', { class: 'field' }, element('span', {}, 'to'), this.#to),
    );
    this.element = element(
      'div',
      { class: 'precision-choice' },
      element('label', { class: 'field' }, element('span', {}, label), this.#main),
      range,
    );
    this.element.addEventListener('change', () => {
      range.hidden = this.#main.value !== RANGE;
      onChange();
    });
  }

  /** As the field `precision` takes it. */
  get value(): string {
    return this.#main.value === RANGE ? `${this.#from.value}..${this.#to.value}` : this.#main.value;
  }
}

function selectOf(ladder: readonly Rung[]): HTMLSelectElement {
  return element('select', {}, ...ladder.map(({ id }) => option(id, id)));
}

function option(value: string, text: string): HTMLOptionElement {
  return element('option', { value }, text);
}
