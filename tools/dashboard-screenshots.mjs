// Takes the pictures of docs/dashboard: the page of a real server under load, in Debian's chromium (its package
// pngquant makes them small).
//
//   npm run docs:screenshots            # about two minutes
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { ROOT } from './paths.mjs';

const OUTPUT = join(ROOT, 'docs', 'dashboard');
const LOAD_MS = Number(process.env.SCREENSHOT_LOAD_MS ?? 66_000);
/** With gaps between arrivals of this many milliseconds, one after another: a quiet time, a crowd, a quiet time. */
const GAPS_MS = [500, 350, 250, 150, 110, 130, 260, 420, 500, 300, 170, 120, 200, 350];
const TIERS = ['default', 'default', 'priority', 'flex', 'default', 'flex'];
const QUESTIONS = [
  'Tell me a story about a fox and a red kite.',
  'What is 23 + 45?',
  'Write three sentences about the sea.',
  'Tell me a story about a bear who lost a hat.',
  'Which day comes after Tuesday?',
];

const server = await startServer();
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-dev-shm-usage', '--force-color-profile=srgb', '--hide-scrollbars'],
});
try {
  mkdirSync(OUTPUT, { recursive: true });
  const load = startLoad();
  await new Promise((resolve) => setTimeout(resolve, LOAD_MS));
  await live('live-light.png', 'light', { width: 1280, height: 1000 });
  await live('live-dark.png', 'dark', { width: 1280, height: 1000 });
  await live('live-narrow.png', 'dark', { width: 390, height: 844 });
  await playground('playground-light.png', 'light', { width: 1280, height: 860 });
  await playground('playground-dark.png', 'dark', { width: 1280, height: 860 });
  await playground('playground-narrow.png', 'light', { width: 390, height: 844 });
  await load.stop();
  shrink();
} finally {
  await browser.close();
  server.child.kill('SIGTERM');
}

/** To a palette: a fifth of the size, and nobody sees it. */
function shrink() {
  const files = readdirSync(OUTPUT).filter((name) => name.endsWith('.png'));
  execFileSync('pngquant', ['--force', '--ext', '.png', '--speed', '1', '64', ...files], { cwd: OUTPUT });
}

async function live(name, colorScheme, viewport) {
  const page = await open(colorScheme, viewport, '');
  await page.getByText('1 min', { exact: true }).click();
  await page.locator('.u-wrap').first().waitFor();
  await page.waitForTimeout(1_500);
  await page.screenshot({ path: join(OUTPUT, name), fullPage: viewport.width > 600 });
  await page.context().close();
}

async function playground(name, colorScheme, viewport) {
  const page = await open(colorScheme, viewport, '#playground');
  const settings = page.locator('details.settings');
  await settings.waitFor();
  if (!(await settings.evaluate((details) => details.open))) await settings.locator('summary').click();
  await page.getByLabel('Side by side').check();
  await page.getByLabel('Temperature').fill('0.7');
  await page.getByLabel('Seed').fill('7');
  await page.getByLabel('Tokens at most').fill('110');
  if (viewport.width < 600) await settings.locator('summary').click();
  await page.getByLabel('Message').fill(QUESTIONS[0]);
  await page.getByRole('button', { name: 'Send' }).click();
  await page.locator('.answer[aria-busy]').first().waitFor();
  await page.locator('.answer[aria-busy]').first().waitFor({ state: 'detached', timeout: 60_000 });
  await page.waitForTimeout(1_500);
  await page.screenshot({ path: join(OUTPUT, name) });
  await page.context().close();
}

async function open(colorScheme, viewport, hash) {
  const context = await browser.newContext({ colorScheme, viewport });
  const page = await context.newPage();
  await page.goto(`${server.url}/${hash}`);
  return page;
}

/** `quept serve` on a free port. */
function startServer() {
  const args = [join(ROOT, 'dist', 'cli', 'main.js'), 'serve', '--port', '0', '--json', '--threads', '1'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  return new Promise((resolve, reject) => {
    let said = '';
    child.once('exit', (code) => reject(new Error(`serve ended with code ${code}`)));
    child.stdout.setEncoding('utf8').on('data', (text) => {
      said += text;
      if (said.trimEnd().endsWith('}')) resolve({ child, url: JSON.parse(said).url });
    });
  });
}

/** Requests in an open loop, whose gaps go through `GAPS_MS` again and again, five seconds each. */
function startLoad() {
  const running = new Set();
  let sent = 0;
  let timer;
  const startedAt = Date.now();
  const next = () => {
    const request = ask(sent++).finally(() => running.delete(request));
    running.add(request);
    const gap = GAPS_MS[Math.floor((Date.now() - startedAt) / 5_000) % GAPS_MS.length];
    timer = setTimeout(next, gap * (0.5 + Math.random()));
  };
  next();
  return {
    stop: () => {
      clearTimeout(timer);
      return Promise.all(running);
    },
  };
}

async function ask(index) {
  const response = await fetch(`${server.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      model: 'default',
      messages: [{ role: 'user', content: QUESTIONS[index % QUESTIONS.length] }],
      service_tier: TIERS[index % TIERS.length],
      max_tokens: 120,
      temperature: 0.8,
      stream: true,
    }),
  });
  await response.text();
}
