import { element } from '../element.ts';
import { formatBits } from '../live/format.ts';
import { ofRung } from '../palette.ts';
import { AnswerFigures } from './answer-figures.ts';
import type { ChatPart } from './chat-stream.ts';
import type { ServedConfig } from './served-precision.ts';

/** How long what counts along may lag behind the text. */
const FIGURES_EVERY_MS = 200;

/** One answer as it comes: its text, each token in the colour of its rung, and how it was served. */
export class AnswerView {
  readonly element: HTMLElement;
  /** All of its text so far. */
  text = '';
  readonly #rungs: readonly string[];
  readonly #figures = new AnswerFigures(performance.now());
  readonly #text = element('p', { class: 'answer-text' });
  readonly #strip = element('div', { class: 'strip', 'aria-hidden': 'true' });
  readonly #told = element('dl', { class: 'figures' });
  #run: { readonly id: string; readonly text: Text } | null = null;
  #toldAtMs = 0;
  #granted = '';

  /** @param rungs ids of the ladder, lowest first */
  constructor(rungs: readonly string[]) {
    this.#rungs = rungs;
    this.element = element(
      'article',
      { class: 'answer', 'aria-label': 'Answer', 'aria-busy': 'true' },
      this.#text,
      this.#strip,
      this.#told,
    );
  }

  take(part: ChatPart): void {
    if (part.type === 'start') {
      this.#granted = part.granted;
    } else if (part.type === 'piece') {
      this.#figures.add(part.configs, performance.now());
      this.#append(part.text, part.configs.at(-1) ?? null);
      if (performance.now() - this.#toldAtMs > FIGURES_EVERY_MS) this.#tell([]);
    } else {
      const { reason, tier } = part;
      this.#end([
        ['granted', this.#granted],
        ['tier', tier],
        ['ended by', reason],
      ]);
    }
  }

  /** It was stopped here. */
  stopped(): void {
    this.#end([['ended by', 'you']]);
  }

  failed(message: string): void {
    this.#end([]);
    this.element.append(element('p', { class: 'fault', role: 'alert' }, message));
  }

  /** How it was served, in a sentence. */
  summary(): string {
    return this.#figures
      .told()
      .map(([name, value]) => `${value} ${name}`)
      .join(', ');
  }

  #end(more: readonly (readonly [string, string])[]): void {
    this.element.removeAttribute('aria-busy');
    this.#tell(more);
  }

  #append(text: string, config: ServedConfig | null): void {
    if (text === '') return;
    this.text += text;
    const id = config?.id ?? this.#run?.id ?? '';
    if (this.#run === null || this.#run.id !== id) {
      const rung = this.#rungs.indexOf(id);
      const run = document.createTextNode('');
      const title = config === null ? id : `${id}, ${formatBits(config.average_bits)} bits`;
      this.#text.append(ofRung(element('span', { class: 'run', title }, run), rung));
      this.#run = { id, text: run };
    }
    this.#run.text.appendData(text);
  }

  #tell(more: readonly (readonly [string, string])[]): void {
    this.#toldAtMs = performance.now();
    const entries = [...this.#figures.told(), ...more];
    this.#told.replaceChildren(
      ...entries.map(([name, value]) =>
        element('div', {}, element('dt', {}, name), element('dd', {}, value)),
      ),
    );
    this.#strip.replaceChildren(
      ...[...this.#figures.byConfig].map(([id, tokens]) => {
        const piece = ofRung(element('span'), this.#rungs.indexOf(id));
        piece.style.flexGrow = String(tokens);
        return piece;
      }),
    );
  }
}
