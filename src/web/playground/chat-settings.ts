import type { Rung } from '../api/ladder.ts';
import { element } from '../element.ts';
import type { ChatWish } from './chat-stream.ts';
import { PrecisionChoice } from './precision-choice.ts';

const NARROW = '(max-width: 60rem)';

/** What a person sets of the answers in the playground. */
export class ChatSettings {
  readonly element: HTMLElement;
  readonly #first: PrecisionChoice;
  readonly #second: PrecisionChoice;
  readonly #compare = element('input', { type: 'checkbox', id: 'compare' });
  readonly #tier = element(
    'select',
    {},
    ...['default', 'priority', 'flex'].map((tier) => element('option', { value: tier }, tier)),
  );
  readonly #system = element('textarea', { rows: 3, placeholder: 'none' });
  readonly #temperature = numberInput({ min: 0, max: 2, step: 0.1, placeholder: "the model's" });
  readonly #maxTokens = numberInput({ min: 1, step: 1, placeholder: 'no limit' });
  readonly #seed = numberInput({ step: 1, placeholder: 'random' });

  /** @param onChange told when a precision, or side by side, is chosen */
  constructor(ladder: readonly Rung[], onChange: () => void) {
    this.#first = new PrecisionChoice('Precision', ladder, 'auto', onChange);
    this.#second = new PrecisionChoice('Beside it', ladder, ladder[0]?.id ?? 'auto', onChange);
    this.#second.element.hidden = true;
    this.#compare.addEventListener('change', () => {
      this.#second.element.hidden = !this.#compare.checked;
      onChange();
    });
    const colour = element('input', { type: 'checkbox', id: 'colour', checked: true });
    colour.addEventListener('change', () => {
      document.documentElement.toggleAttribute('data-plain', !colour.checked);
    });
    this.element = element(
      'details',
      { class: 'card settings', open: !matchMedia(NARROW).matches },
      element('summary', {}, 'Settings'),
      element(
        'div',
        { class: 'settings-fields' },
        this.#first.element,
        element('label', { class: 'check' }, this.#compare, 'Side by side'),
        this.#second.element,
        field('Tier', this.#tier),
        field('System prompt', this.#system),
        element(
          'div',
          { class: 'numbers' },
          field('Temperature', this.#temperature),
          field('Tokens at most', this.#maxTokens),
          field('Seed', this.#seed),
        ),
        element('label', { class: 'check' }, colour, 'Colour tokens by precision'),
      ),
    );
  }

  /** One precision, or two to be compared. */
  get precisions(): string[] {
    return this.#compare.checked ? [this.#first.value, this.#second.value] : [this.#first.value];
  }

  get system(): string {
    return this.#system.value.trim();
  }

  /** All but the precision. */
  get wish(): Omit<ChatWish, 'precision'> {
    return {
      tier: this.#tier.value,
      temperature: numberOf(this.#temperature),
      maxTokens: numberOf(this.#maxTokens),
      seed: numberOf(this.#seed),
    };
  }

  /** Whether all numbers are such; says what is wrong with the first that is not. */
  check(): boolean {
    const wrong = [this.#temperature, this.#maxTokens, this.#seed].find((input) => !input.checkValidity());
    if (wrong !== undefined) this.element.toggleAttribute('open', true);
    return wrong?.reportValidity() ?? true;
  }
}

function numberInput(attributes: Readonly<Record<string, string | number>>): HTMLInputElement {
  return element('input', { type: 'number', inputmode: 'decimal', ...attributes });
}

function numberOf(input: HTMLInputElement): number | null {
  return input.value === '' ? null : input.valueAsNumber;
}

function field(label: string, control: HTMLElement): HTMLElement {
  return element('label', { class: 'field' }, element('span', {}, label), control);
}
