import { ApiError, describeError } from '../api/api-error.ts';
import { callApi } from '../api/call-api.ts';
import type { DashboardData } from './dashboard-data.ts';
import { LiveWindow } from './live-window.ts';

const EVERY_MS = 1_000;
/** While the server does not answer. */
const RETRY_MS = 1_500;

/** How the page and its server stand. */
export type FeedState =
  | { readonly kind: 'ready' }
  /** The server answers, and takes no requests. */
  | { readonly kind: 'not-ready'; readonly text: string }
  | { readonly kind: 'unreachable'; readonly text: string }
  /** Another key, or one at all, is needed. */
  | { readonly kind: 'locked'; readonly text: string }
  | { readonly kind: 'other'; readonly text: string };

interface FeedListener {
  onData(data: DashboardData, window: LiveWindow): void;
  onState(state: FeedState): void;
}

/** Asks the server once a second for what is new, while the page is looked at. */
export class LiveFeed {
  readonly #listener: FeedListener;
  #window = new LiveWindow();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asking = false;
  /** Something changed while an answer was awaited. */
  #again = false;

  constructor(listener: FeedListener) {
    this.#listener = listener;
    document.addEventListener('visibilitychange', () => this.restart());
  }

  /** Asks now, and from now on. After another key was given, say. */
  restart(): void {
    clearTimeout(this.#timer);
    if (!document.hidden) void this.#ask();
  }

  async #ask(): Promise<void> {
    if (this.#asking) {
      this.#again = true;
      return;
    }
    this.#asking = true;
    let pauseMs: number | null;
    do {
      this.#again = false;
      pauseMs = await this.#look();
    } while (this.#again);
    this.#asking = false;
    if (pauseMs !== null && !document.hidden) {
      this.#timer = setTimeout(() => void this.#ask(), pauseMs);
    }
  }

  /** @returns when to ask again; null when asking again would not help */
  async #look(): Promise<number | null> {
    try {
      const { known } = this.#window;
      const response = await callApi(`dashboard/data${known === null ? '' : `?after=${known}`}`);
      const data = (await response.json()) as DashboardData;
      if (!this.#window.add(data)) return 0;
      this.#listener.onState(
        data.ready ? { kind: 'ready' } : { kind: 'not-ready', text: data.reason ?? 'not ready' },
      );
      this.#listener.onData(data, this.#window);
      return EVERY_MS;
    } catch (thrown) {
      return this.#failed(thrown);
    }
  }

  #failed(thrown: unknown): number | null {
    const text = describeError(thrown);
    const { status, retryAfterMs } = thrown instanceof ApiError ? thrown : { status: -1, retryAfterMs: null };
    if (status === 401 || status === 403) {
      // Who has another key may not see what this one saw.
      this.#window = new LiveWindow();
      this.#listener.onState({ kind: 'locked', text });
      return null;
    }
    this.#listener.onState(status === 0 ? { kind: 'unreachable', text } : { kind: 'other', text });
    return retryAfterMs ?? RETRY_MS;
  }
}
