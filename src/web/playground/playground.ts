import type { Rung } from '../api/ladder.ts';
import { element } from '../element.ts';
import { ChatPane } from './chat-pane.ts';
import { ChatSettings } from './chat-settings.ts';

const SUGGESTIONS = [
  'Tell me a story about a fox and a red kite.',
  'What is 23 + 45?',
  'Write three sentences about the sea.',
];

/** Chats with the model at a precision that is chosen, or at two side by side. */
export class Playground {
  readonly #panes: readonly [ChatPane, ChatPane];
  readonly #settings: ChatSettings;
  readonly #question = element('textarea', {
    id: 'question',
    rows: 2,
    'aria-label': 'Message',
    placeholder: 'Say something. Enter sends, Shift and Enter begins a new line.',
  });
  readonly #send = element('button', { type: 'submit', class: 'primary', id: 'send' }, 'Send');
  readonly #stop = element('button', { type: 'button', class: 'quiet', id: 'stop', hidden: true }, 'Stop');
  readonly #clear = element('button', { type: 'button', class: 'quiet', id: 'clear' }, 'New conversation');
  readonly #suggestions = element('div', { class: 'suggestions' });
  readonly #status = element('p', { class: 'unseen', role: 'status' });
  readonly #chats = element('div', { class: 'panes' });
  #abort: AbortController | null = null;

  constructor(place: HTMLElement, ladder: readonly Rung[]) {
    const rungs = ladder.map(({ id }) => id);
    this.#panes = [new ChatPane('A', rungs), new ChatPane('B', rungs)];
    this.#settings = new ChatSettings(ladder, () => this.#arrange());
    const form = element(
      'form',
      { class: 'composer' },
      this.#suggestions,
      this.#question,
      element('div', { class: 'buttons' }, this.#clear, this.#stop, this.#send),
    );
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#ask(this.#question.value.trim());
    });
    this.#question.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      form.requestSubmit();
    });
    this.#stop.addEventListener('click', () => this.#abort?.abort());
    this.#clear.addEventListener('click', () => this.#restart());
    this.#suggestions.append(...SUGGESTIONS.map((text) => this.#suggestion(text)));
    const chat = element('div', { class: 'chat' }, this.#chats, form, this.#status);
    place.replaceChildren(this.#settings.element, chat);
    this.#arrange();
  }

  #suggestion(text: string): HTMLElement {
    const button = element('button', { type: 'button', class: 'chip' }, text);
    button.addEventListener('click', () => {
      this.#question.focus();
      void this.#ask(text);
    });
    return button;
  }

  /** Shows the conversations that are wanted. */
  #arrange(): void {
    const { precisions } = this.#settings;
    const shown = this.#panes.slice(0, precisions.length);
    shown.forEach((pane, i) => {
      pane.title = titleOf(precisions[i] ?? '');
    });
    const elements = shown.map((pane) => pane.element);
    if (this.#chats.childElementCount !== elements.length) this.#chats.replaceChildren(...elements);
  }

  async #ask(question: string): Promise<void> {
    if (question === '' || this.#abort !== null || !this.#settings.check()) return;
    this.#arrange();
    this.#question.value = '';
    const abort = this.#begin();
    const { precisions, system, wish } = this.#settings;
    const said = await Promise.all(
      precisions.map((precision, i) =>
        this.#panes[i === 0 ? 0 : 1].ask(question, system, { ...wish, precision }, abort.signal),
      ),
    );
    this.#end();
    this.#status.textContent = said.join(' ');
  }

  #begin(): AbortController {
    const abort = new AbortController();
    this.#abort = abort;
    this.#suggestions.hidden = true;
    this.#stop.hidden = false;
    this.#send.disabled = true;
    this.#clear.disabled = true;
    this.#status.textContent = 'Answering.';
    return abort;
  }

  #end(): void {
    this.#abort = null;
    if (document.activeElement === this.#stop) this.#question.focus();
    this.#stop.hidden = true;
    this.#send.disabled = false;
    this.#clear.disabled = false;
  }

  #restart(): void {
    for (const pane of this.#panes) pane.clear();
    this.#suggestions.hidden = false;
    this.#question.focus();
  }
}

function titleOf(precision: string): string {
  if (precision === 'auto') return 'automatic';
  return precision.includes('..') ? precision.replace('..', ' to ') : `pinned to ${precision}`;
}
