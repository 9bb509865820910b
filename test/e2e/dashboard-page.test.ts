import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeFaults } from '../support/axe.ts';
import { launchChromium, NEEDS_CHROMIUM, openPage } from '../support/chromium.ts';
import { DEFAULT_MODEL } from '../support/default-model.ts';
import { type ServerProcess, spawnServer } from '../support/spawn-server.ts';

const STORY = 'Tell me a story about a fox and a red kite.';

let browser: Browser | null = null;
let server: ServerProcess;

beforeAll(async () => {
  browser = await launchChromium();
  if (browser !== null) server = await spawnServer(DEFAULT_MODEL, ['--slots', '4', '--threads', '1']);
});

afterAll(async () => {
  await browser?.close();
  await server?.kill();
});

/** Answers with targets that nobody can meet, so that precision is given up. */
async function load(answers: number): Promise<void> {
  await Promise.all(
    Array.from({ length: answers }, async (_, i) => {
      const response = await fetch(`${server.url}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-slo-tpot-ms': '0.01', 'x-slo-ttft-ms': '1' },
        body: JSON.stringify({
          model: 'default',
          messages: [{ role: 'user', content: STORY }],
          max_tokens: 60,
          ignore_eos: true,
          service_tier: ['priority', 'default', 'flex'][i % 3],
        }),
      });
      await response.text();
    }),
  );
}

/** Tried in the page: a script that is written there, HTML that is made of a text, and a call to elsewhere. */
const ATTEMPTS = `(async () => {
  const succeeds = (attempt) => { try { attempt(); return true; } catch { return false; } };
  const script = document.createElement('script');
  const inserted = succeeds(() => {
    script.textContent = 'window.put = 1';
    document.head.append(script);
  });
  const html = succeeds(() => { document.body.innerHTML = '<b>put</b>'; });
  const called = await fetch('https://example.com/').then(() => true, () => false);
  return { inserted, html, called, ran: 'put' in window };
})()`;

const BACKGROUND = 'getComputedStyle(document.body).backgroundColor';
/** The name of what has the focus. */
const FOCUSED =
  '(({ activeElement: active }) => active.getAttribute("aria-label") ?? active.textContent.trim())(document)';
/** Of the answer in each pane: titles of its runs of tokens, their colour, and that of the legend for this rung. */
const ANSWERS = `[...document.querySelectorAll('.pane')].map((pane) => {
  const runs = [...pane.querySelectorAll('.run')];
  const { rung } = runs[0].dataset;
  const swatch = document.querySelectorAll('.bits-legend .swatch')[rung];
  const [colour, legend] = [runs[0], swatch].map((each) => getComputedStyle(each).getPropertyValue('--rung'));
  return { titles: [...new Set(runs.map(({ title }) => title))], colour, legend };
})`;

/** Counts how often something is added to an answer under way. */
const COUNT_PIECES = `new MutationObserver(() => {
  if (document.querySelector('.answer[aria-busy] .run') !== null) globalThis.pieces = (globalThis.pieces ?? 0) + 1;
}).observe(document.getElementById('playground'), { childList: true, subtree: true, characterData: true })`;
/** Presses Stop as soon as something has been said: from out here it might be too late. */
const STOP_AT_FIRST_PIECE = `new MutationObserver((_, observer) => {
  if (document.querySelector('.run') === null) return;
  observer.disconnect();
  document.getElementById('stop').click();
}).observe(document.getElementById('playground'), { childList: true, subtree: true })`;

const tile = (page: Page, name: string): Locator =>
  page.locator('.tile', { has: page.getByText(name, { exact: true }) }).locator('.tile-value');

/** Resolves when the text of an element is as wanted. */
async function untilText(element: Locator, wanted: (text: string) => boolean): Promise<string> {
  for (let tries = 0; tries < 150; tries++) {
    const text = (await element.textContent()) ?? '';
    if (wanted(text)) return text;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`The text stayed '${await element.textContent()}'.`);
}

interface Data {
  readonly seconds: readonly {
    readonly prompt_tokens: number;
    readonly tokens: Readonly<Record<string, readonly number[]>>;
    readonly switches: readonly { readonly count: number }[];
    readonly ended: { readonly finished: number };
    readonly targets: Readonly<Record<string, { readonly met: number; readonly judged: number }>>;
  }[];
  readonly rungs: readonly string[];
}

/** What the page is told, once it is told of so many tokens: the last of them a second late. */
async function untilTold(tokens: number): Promise<Data> {
  for (let tries = 0; tries < 50; tries++) {
    const data = (await (await fetch(`${server.url}/dashboard/data`)).json()) as Data;
    const told = data.seconds.flatMap((second) => Object.values(second.tokens).flat());
    if (told.reduce((sum, count) => sum + count, 0) >= tokens) return data;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`The page was never told of ${tokens} tokens.`);
}

describe('the live view', () => {
  it('[V1] [V2] moves under load, shows what metrics count, and asks nobody else for anything', async (context) => {
    if (browser === null) return context.skip(NEEDS_CHROMIUM);
    const { page, faults, requested } = await openPage(browser, server.url);
    await untilText(tile(page, 'Waiting'), (text) => text === '0');
    const charts = page.locator('.plot canvas');
    expect(await charts.count()).toBe(7);
    const before = await charts.nth(1).screenshot();
    await load(8);
    await untilText(tile(page, 'Tokens per second'), (text) => Number(text.replaceAll(',', '')) > 10);
    await untilText(tile(page, 'Precision now'), (text) => Number(text) >= 4 && Number(text) <= 8);
    await untilText(tile(page, 'On time'), (text) => text === '0 %');
    expect((await charts.nth(1).screenshot()).equals(before)).toBe(false);
    expect(await page.locator('.ladder-point').count()).toBe(6);

    const { seconds, rungs } = await untilTold(8 * 60);
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    const counted = (series: RegExp): number =>
      metrics
        .split('\n')
        .filter((line) => series.test(line))
        .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
    const sum = (of: (second: Data['seconds'][number]) => number): number =>
      seconds.reduce((total, second) => total + of(second), 0);
    const tiersOf = <T>(byTier: Readonly<Record<string, T>>): T[] => Object.values(byTier);
    for (const [rung, id] of rungs.entries()) {
      const told = sum(({ tokens }) => tiersOf(tokens).reduce((total, each) => total + (each[rung] ?? 0), 0));
      expect([id, told]).toEqual([id, counted(new RegExp(`^quept_tokens_total\\{.*config="${id}"`))]);
    }
    expect(
      sum(({ tokens }) =>
        tiersOf(tokens)
          .flat()
          .reduce((a, b) => a + b, 0),
      ),
    ).toBe(8 * 60);
    expect(sum((each) => each.prompt_tokens)).toBe(counted(/^vllm:prompt_tokens_total/));
    expect(sum(({ switches }) => switches.reduce((total, { count }) => total + count, 0))).toBe(
      counted(/^quept_precision_switches_total/),
    );
    expect(sum(({ ended }) => ended.finished)).toBe(8);
    const judged = sum(({ targets }) => tiersOf(targets).reduce((total, each) => total + each.judged, 0));
    expect(judged).toBe(counted(/^quept_slo_attainment_total\{.*slo="all"/));

    expect(faults).toEqual([]);
    expect(requested.length).toBeGreaterThan(8);
    expect(requested.filter((url) => new URL(url).origin !== server.url)).toEqual([]);
    await page.context().close();
  });

  it('[V1] runs nothing that is put into it', async (context) => {
    if (browser === null) return context.skip(NEEDS_CHROMIUM);
    const { page } = await openPage(browser, server.url);
    const tried = await page.evaluate(ATTEMPTS);
    expect(tried).toEqual({ inserted: false, html: false, called: false, ran: false });
    await page.context().close();
  });
});

describe('the playground', () => {
  it('[V6] streams side by side, each token in the colour of its rung', async (context) => {
    if (browser === null) return context.skip(NEEDS_CHROMIUM);
    const { page, faults } = await openPage(browser, `${server.url}/#playground`);
    await page.getByRole('combobox', { name: 'Precision' }).selectOption('q8');
    await page.getByLabel('Side by side').check();
    await page.getByLabel('Beside it').selectOption('q4');
    await page.getByLabel('Temperature').fill('0');
    await page.getByLabel('Tokens at most').fill('120');
    await page.getByLabel('Message').fill(`${STORY} <img src=x onerror=alert(1)>`);
    await page.evaluate(COUNT_PIECES);
    await page.getByRole('button', { name: 'Send' }).click();
    await page.locator('.pane .answer:not([aria-busy])').nth(1).waitFor();
    // Some of it was there before all of it was.
    expect(await page.evaluate('globalThis.pieces')).toBeGreaterThan(5);
    const [best, least] =
      await page.evaluate<{ titles: string[]; colour: string; legend: string }[]>(ANSWERS);
    expect([best?.titles, least?.titles]).toEqual([['q8, 8.0 bits'], ['q4, 4.0 bits']]);
    expect(best?.colour).not.toBe(least?.colour);
    for (const answer of [best, least]) expect(answer?.colour).toBe(answer?.legend);
    const figures = await page.locator('.figures').allTextContents();
    for (const [i, id] of ['q8', 'q4'].entries()) {
      expect(figures[i]).toContain(`bits${id.slice(1)}.0`);
      expect(figures[i]).toMatch(/first token[\d.,]+ m?s/);
      expect(figures[i]).toContain('switches0');
      expect(figures[i]).toContain(`granted${id}`);
    }
    expect(await page.locator('.question').first().textContent()).toContain('<img');
    expect(await page.locator('.log img').count()).toBe(0);

    // The next turn knows the one before.
    const sent = page.waitForRequest(/chat\/completions/);
    await page.getByLabel('Message').fill('And then?');
    await page.getByLabel('Message').press('Enter');
    const { messages } = JSON.parse((await sent).postData() ?? '{}');
    expect(messages.map(({ role }: { role: string }) => role)).toEqual(['user', 'assistant', 'user']);
    await page.locator('.pane .answer:not([aria-busy])').nth(3).waitFor();
    expect(faults).toEqual([]);
    await page.context().close();
  });

  it('[V6] stops an answer where it is told to, and frees its slot', async (context) => {
    if (browser === null) return context.skip(NEEDS_CHROMIUM);
    const { page } = await openPage(browser, `${server.url}/#playground`);
    await page.getByLabel('Tier').selectOption('flex');
    await page.getByLabel('System prompt').fill('You tell long stories.');
    await page.getByLabel('Message').fill(STORY);
    const sent = page.waitForRequest(/chat\/completions/);
    await page.evaluate(STOP_AT_FIRST_PIECE);
    await page.getByRole('button', { name: 'Send' }).click();
    const body = JSON.parse((await sent).postData() ?? '{}');
    expect(body).toMatchObject({ precision: 'auto', service_tier: 'flex', stream: true });
    expect(body.messages[0]).toEqual({ role: 'system', content: 'You tell long stories.' });
    await page.locator('.figures', { hasText: 'ended byyou' }).waitFor();
    expect((await page.locator('.answer-text').textContent())?.length).toBeGreaterThan(0);
    await page.getByRole('link', { name: 'Live' }).click();
    await untilText(tile(page, 'Running'), (text) => text === '0');
    await page.context().close();
  });

  it('[V7] says what is wrong with a number', async (context) => {
    if (browser === null) return context.skip(NEEDS_CHROMIUM);
    const { page } = await openPage(browser, `${server.url}/#playground`);
    await page.getByLabel('Tokens at most').fill('100000000');
    await page.getByLabel('Message').fill(STORY);
    await page.getByRole('button', { name: 'Send' }).click();
    const fault = await page.locator('.fault').textContent();
    expect(fault).toMatch(/tokens/);
    await page.context().close();
  });
});

describe('[V3] the page', () => {
  it.for(['light', 'dark'] as const)('has no serious fault in %s', async (colorScheme, context) => {
    if (browser === null) return context.skip(NEEDS_CHROMIUM);
    const { page, faults } = await openPage(browser, server.url, { colorScheme });
    await page.locator('.legend').first().waitFor();
    const live = await axeFaults(page);
    await page.getByRole('link', { name: 'Playground' }).click();
    await page.getByLabel('Tokens at most').fill('12');
    await page.getByLabel('Message').fill(STORY);
    await page.getByLabel('Message').press('Enter');
    await page.locator('.answer:not([aria-busy])').waitFor();
    const playground = await axeFaults(page);
    expect([...live.faults, ...playground.faults]).toEqual([]);
    expect(live.kept).toBeGreaterThan(15);
    const background = await page.evaluate(BACKGROUND);
    expect(background).toBe(colorScheme === 'light' ? 'rgb(245, 246, 249)' : 'rgb(14, 18, 24)');
    expect(faults).toEqual([]);
    await page.context().close();
  });

  it('fits a narrow screen, and remembers the theme that was chosen', async (context) => {
    if (browser === null) return context.skip(NEEDS_CHROMIUM);
    const narrow = { viewport: { width: 360, height: 740 }, colorScheme: 'light' as const };
    const { page, faults } = await openPage(browser, server.url, narrow);
    await page.locator('.u-wrap').first().waitFor();
    const overflow = () =>
      page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
    expect(await overflow()).toBe(0);
    await page.getByRole('link', { name: 'Playground' }).click();
    expect(await overflow()).toBe(0);
    const theme = page.getByRole('button', { name: 'Theme' });
    await theme.click();
    await theme.click();
    await page.reload();
    await page.locator('[data-theme="dark"]').first().waitFor();
    expect(await page.evaluate(BACKGROUND)).toBe('rgb(14, 18, 24)');
    expect(faults).toEqual([]);
    await page.context().close();
  });

  it('can be used with the keyboard alone', async (context) => {
    if (browser === null) return context.skip(NEEDS_CHROMIUM);
    const { page } = await openPage(browser, server.url);
    await page.locator('.u-wrap').first().waitFor();
    const { keyboard } = page;
    const focused = () => page.evaluate<string>(FOCUSED);
    /** Goes on with Tab until what has the focus is as wanted. */
    const tabTo = async (wanted: string): Promise<void> => {
      for (let presses = 0; presses < 60; presses++) {
        await keyboard.press('Tab');
        if ((await focused()).startsWith(wanted)) return;
      }
      throw new Error(`Tab does not lead to '${wanted}'.`);
    };
    await tabTo('Skip to content');
    await keyboard.press('Enter');
    await tabTo('Precision, by time');
    await keyboard.press('ArrowLeft');
    await keyboard.press('ArrowLeft');
    const chart = page.getByRole('slider', { name: 'Precision, by time', exact: true });
    expect(await chart.getAttribute('aria-valuetext')).toMatch(/^2 seconds ago: /);
    await keyboard.press('Escape');
    expect(await chart.getAttribute('aria-valuetext')).toMatch(/^now: /);
    await page.reload();
    await page.locator('.u-wrap').first().waitFor();
    await tabTo('Playground');
    await keyboard.press('Enter');
    await tabTo('Message');
    await keyboard.type('What is 2 + 3?');
    await keyboard.press('Enter');
    await page.locator('.answer:not([aria-busy])').waitFor();
    expect(await focused()).toBe('Message');
    expect(await page.getByRole('status').filter({ hasText: 'Answered' }).count()).toBe(1);
    await page.context().close();
  });
});
