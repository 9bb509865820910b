import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newKey } from '../support/api-key.ts';
import { axeFaults } from '../support/axe.ts';
import { isAlive } from '../support/child-processes.ts';
import { launchChromium, NEEDS_CHROMIUM, openPage } from '../support/chromium.ts';
import { type ServerProcess, spawnServer } from '../support/spawn-server.ts';
import { type TinyArtefact, writeTinyArtefact } from '../support/tiny-artefact.ts';
import { until } from '../support/until.ts';

const app = newKey('app', {});
const once = newKey('once', { requestsPerMinute: 1 });
const watcher = newKey('watcher', { scopes: ['metrics'] });
const ENTRIES = JSON.stringify([app, once, watcher].map(({ entry }) => entry));

let browser: Browser | null = null;
let artefact: TinyArtefact;
let server: ServerProcess;

beforeAll(async () => {
  browser = await launchChromium();
  if (browser === null) return;
  artefact = await writeTinyArtefact({ contextLength: 256 });
  server = await spawnServer(artefact.directory, ['--key-entries', ENTRIES, '--drain-delay-ms', '1500']);
});

afterAll(async () => {
  await browser?.close();
  await server?.kill();
  await artefact?.remove();
});

describe('where there are keys', () => {
  it('[V4] the page asks for one, says when it is wrong, and keeps it in its tab', async (context) => {
    if (browser === null) return context.skip(NEEDS_CHROMIUM);
    const { page, requested } = await openPage(browser, server.url);
    const dialog = page.getByRole('dialog');
    await dialog.waitFor();
    expect(await dialog.textContent()).toContain('asks for an API key');
    expect((await axeFaults(page)).faults).toEqual([]);
    expect(await page.locator('.tile').count()).toBe(0);
    // Until there is a key nothing is asked for again and again.
    const asked = requested.length;
    for (const secret of ['sk-wrong', watcher.secret]) {
      await page.getByLabel('Key', { exact: true }).fill(secret);
      await page.keyboard.press('Enter');
      await dialog.filter({ hasText: secret === 'sk-wrong' ? 'Key refused' : 'Not allowed' }).waitFor();
    }
    expect(requested.length - asked).toBe(2);
    await page.getByLabel('Key', { exact: true }).fill(app.secret);
    await page.getByRole('button', { name: 'Use key' }).click();
    await page.locator('.tile').first().waitFor();
    await page.getByRole('button', { name: 'Key: app' }).waitFor();
    const kept = await page.evaluate(
      '({ session: Object.values(sessionStorage), local: Object.values(localStorage), cookies: document.cookie, address: location.href })',
    );
    expect(kept).toEqual({ session: [app.secret], local: [], cookies: '', address: `${server.url}/` });
    expect(requested.filter((url) => url.includes(app.secret))).toEqual([]);
    await page.reload();
    await page.locator('.tile').first().waitFor();

    await page.getByRole('button', { name: 'Key: app' }).click();
    await page.getByRole('button', { name: 'Forget key' }).click();
    await dialog.filter({ hasText: 'asks for an API key' }).waitFor();
    expect(await page.evaluate('sessionStorage.length')).toBe(0);
    await page.context().close();
  });

  it('[V7] the playground says when a limit is reached, and when there will be room', async (context) => {
    if (browser === null) return context.skip(NEEDS_CHROMIUM);
    const { page } = await openPage(browser, `${server.url}/#playground`);
    await page.getByLabel('Key', { exact: true }).fill(once.secret);
    await page.keyboard.press('Enter');
    await page.getByLabel('Tokens at most').fill('5');
    for (let i = 0; i < 2; i++) {
      await page.getByLabel('Message').fill('the cat');
      await page.getByLabel('Message').press('Enter');
      await page.locator('.answer:not([aria-busy])').nth(i).waitFor();
    }
    expect(await page.locator('.fault').textContent()).toMatch(
      /^Limit reached: .*1 requests a minute\. Try again in [\d.]+ s\.$/,
    );
    await page.context().close();
  });

  it('[V7] the page says that the engine restarts, that the server drains, and that it is gone', async (context) => {
    if (browser === null) return context.skip(NEEDS_CHROMIUM);
    const { page } = await openPage(browser, server.url);
    await page.getByLabel('Key', { exact: true }).fill(app.secret);
    await page.keyboard.press('Enter');
    await page.locator('.tile').first().waitFor();
    const banner = page.locator('#banner');
    const state = page.locator('#state');
    expect(await banner.isVisible()).toBe(false);
    // This engine is back sooner than the page asks again; each further loss keeps it away for twice as long.
    const lost = banner.filter({ hasText: 'takes no requests now' });
    await until(async () => {
      if (isAlive(server.enginePid())) process.kill(server.enginePid(), 'SIGKILL');
      return lost.isVisible();
    }, 'the page saying that the engine restarts');
    await state.filter({ hasText: /^ready$/ }).waitFor();
    expect(await banner.isVisible()).toBe(false);
    server.child.kill('SIGTERM');
    await banner.filter({ hasText: 'shutting down' }).waitFor();
    await banner.filter({ hasText: 'does not answer' }).waitFor();
    // An open page did not hold up the end.
    expect(await server.exited).toEqual({ code: 0, signal: null });
    await page.context().close();
  });
});
