import type { LiveFigures } from '../../../core/index.ts';

/** The file that stands at `/`. */
export const INDEX_FILE = 'index.html';

/** A file of the page. */
export interface PageFile {
  readonly contentType: string;
  readonly text: string;
}

/** The page at `/`, and what it shows. */
export interface Dashboard {
  /** By name: `INDEX_FILE` stands at `/`, all others below `/dashboard/`. */
  readonly files: ReadonlyMap<string, PageFile>;
  readonly figures: LiveFigures;
  /** What does not change while the server runs. */
  readonly setup: {
    /** Unlike that of any other start. */
    readonly boot: string;
    readonly version: string;
    readonly policy: string;
    readonly slots: number;
    readonly maxWaiting: number;
  };
}

/** Where the files of the page stand; none without a page. */
export function pagePaths(dashboard: Dashboard | undefined): string[] {
  return [...(dashboard?.files.keys() ?? [])]
    .filter((name) => name !== INDEX_FILE)
    .map((name) => `/dashboard/${name}`);
}
