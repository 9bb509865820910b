import { storedKey, storeKey } from './api/key-store.ts';
import { part } from './element.ts';

/** Asks for the API key of this tab. */
export class KeyDialog {
  readonly #dialog = part<HTMLDialogElement>('key-dialog');
  readonly #input = part<HTMLInputElement>('key-input');
  readonly #reason = part('key-reason');
  readonly #button = part('key-button');

  /** @param onKey told when there is another key, or none any more */
  constructor(onKey: () => void) {
    part('key-form').addEventListener('submit', (event) => {
      event.preventDefault();
      storeKey(this.#input.value.trim());
      this.#close();
      onKey();
    });
    part('key-forget').addEventListener('click', () => {
      storeKey(null);
      this.#close();
      onKey();
    });
    this.#button.addEventListener('click', () => this.#open('The key of this tab can be changed here.'));
  }

  /** Asks because of a fault, unless it does already. */
  ask(reason: string): void {
    this.#button.hidden = false;
    this.#reason.textContent =
      storedKey() === null ? 'This server asks for an API key. Its operator has them.' : reason;
    if (!this.#dialog.open) this.#open(this.#reason.textContent);
  }

  /** @param key id of the key that the server knows; null where there are no keys */
  show(key: string | null): void {
    this.#button.hidden = key === null;
    this.#button.textContent = key === null ? 'Key' : `Key: ${key}`;
  }

  #open(reason: string): void {
    this.#reason.textContent = reason;
    this.#input.value = '';
    part('key-forget').hidden = storedKey() === null;
    this.#dialog.showModal();
    this.#input.focus();
  }

  #close(): void {
    this.#input.value = '';
    this.#dialog.close();
  }
}
