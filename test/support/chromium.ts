import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

/** What a test that has no browser says when it skips. */
export const NEEDS_CHROMIUM = 'needs the Debian package chromium (apt-get install chromium)';

/** Debian's browser; null where it is not installed. */
export async function launchChromium(): Promise<Browser | null> {
  const found = await promisify(execFile)('/bin/sh', ['-c', 'command -v chromium']).catch(() => null);
  if (found === null) return null;
  return await chromium.launch({
    executablePath: found.stdout.trim(),
    // Tests run as root in containers, whose shared memory is small.
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  });
}

/** A page, and what it did that nobody may see. */
export interface WatchedPage {
  readonly page: Page;
  /** Errors and warnings of its console, and faults that nothing caught. */
  readonly faults: string[];
  /** Addresses it asked for, all of them. */
  readonly requested: string[];
}

export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const faults: string[] = [];
  const requested: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) faults.push(message.text());
  });
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('request', (request) => requested.push(request.url()));
  await page.goto(url);
  return { page, faults, requested };
}
