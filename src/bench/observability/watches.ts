/** How a server is watched. */
export interface Watch {
  /** Scraped every second, as often as anyone would. */
  readonly metrics: boolean;
  /** Lines of every request go to whoever started the server. */
  readonly logs: boolean;
  /** Every request is traced. */
  readonly traces: boolean;
}

export const WATCHES = {
  off: { metrics: false, logs: false, traces: false },
  metrics: { metrics: true, logs: false, traces: false },
  logs: { metrics: false, logs: true, traces: false },
  traces: { metrics: false, logs: false, traces: true },
  on: { metrics: true, logs: true, traces: true },
} as const satisfies Record<string, Watch>;

export type WatchName = keyof typeof WATCHES;
