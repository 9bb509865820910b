import { describeError } from '../api/api-error.ts';
import { element } from '../element.ts';
import { AnswerView } from './answer-view.ts';
import { type ChatTurn, type ChatWish, streamChat } from './chat-stream.ts';

/** How far from its end a conversation may be scrolled and still follow what comes. */
const NEAR_END_PX = 60;

/** One conversation, at one wish of precision. */
export class ChatPane {
  readonly element: HTMLElement;
  readonly #rungs: readonly string[];
  readonly #title = element('h2', { class: 'pane-title' });
  readonly #log: HTMLElement;
  #turns: ChatTurn[] = [];

  /**
   * @param name for assistive technology
   * @param rungs ids of the ladder, lowest first
   */
  constructor(name: string, rungs: readonly string[]) {
    this.#rungs = rungs;
    // What streams in would be read piece by piece; the playground announces whole answers instead.
    this.#log = element('div', {
      class: 'log',
      role: 'log',
      'aria-live': 'off',
      'aria-label': `Conversation ${name}`,
      tabindex: 0,
    });
    this.element = element(
      'section',
      { class: 'pane', 'aria-label': `Conversation ${name}` },
      this.#title,
      this.#log,
    );
  }

  set title(text: string) {
    this.#title.textContent = text;
  }

  get empty(): boolean {
    return this.#log.childElementCount === 0;
  }

  clear(): void {
    this.#turns = [];
    this.#log.replaceChildren();
  }

  /** Shows the question and the answer as it comes. Resolves with a summary when that has ended, in whatever way. */
  async ask(question: string, system: string, wish: ChatWish, signal: AbortSignal): Promise<string> {
    const answer = new AnswerView(this.#rungs);
    const turn: ChatTurn = { role: 'user', content: question };
    this.#log.append(element('p', { class: 'question' }, question), answer.element);
    this.#log.scrollTop = this.#log.scrollHeight;
    const before: ChatTurn[] = system === '' ? [] : [{ role: 'system', content: system }];
    const summary = await this.#follow(
      answer,
      streamChat([...before, ...this.#turns, turn], wish, signal),
      signal,
    );
    // A question without any answer is not part of what is said next.
    if (answer.text !== '') this.#turns.push(turn, { role: 'assistant', content: answer.text });
    return summary;
  }

  async #follow(
    answer: AnswerView,
    parts: ReturnType<typeof streamChat>,
    signal: AbortSignal,
  ): Promise<string> {
    try {
      for await (const part of parts) {
        const { scrollHeight, scrollTop, clientHeight } = this.#log;
        const following = scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
        answer.take(part);
        if (following) this.#log.scrollTop = this.#log.scrollHeight;
      }
      return `Answered: ${answer.summary()}.`;
    } catch (thrown) {
      if (signal.aborted) {
        answer.stopped();
        return 'Stopped.';
      }
      const message = describeError(thrown);
      answer.failed(message);
      return message;
    } finally {
      this.#log.scrollTop = this.#log.scrollHeight;
    }
  }
}
