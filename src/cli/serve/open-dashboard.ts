import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import type { ServeConfig } from '../../config/index.ts';
import type { LiveFigures } from '../../core/index.ts';
import type { Dashboard, PageFile } from '../../server/index.ts';
import { packageVersion } from '../package-version.ts';

/** Where the build puts the page. */
const PAGE = new URL('../../web/', import.meta.url);

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** The page at `/`, kept in memory. */
export function openDashboard(
  { policy, slots, maxWaiting }: Pick<ServeConfig, 'policy' | 'slots' | 'maxWaiting'>,
  figures: LiveFigures,
): Dashboard {
  const boot = randomUUID();
  return {
    files: readPage(),
    figures,
    setup: { boot, version: packageVersion(), policy, slots, maxWaiting },
  };
}

function readPage(): ReadonlyMap<string, PageFile> {
  const files = readdirSync(PAGE).flatMap((name): [string, PageFile][] => {
    const contentType = CONTENT_TYPES[extname(name)];
    return contentType === undefined
      ? []
      : [[name, { contentType, text: readFileSync(new URL(name, PAGE), 'utf8') }]];
  });
  return new Map(files);
}
