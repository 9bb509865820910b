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
/** Load by what the machine can serve at its best, five seconds each: a quiet time, a crowd, a quiet time. */
const LOADS = [0.2, 0.3, 0.5, 0.9, 1.4, 1.1, 0.5, 0.25, 0.3, 0.7, 1.2, 0.9, 0.5, 0.3];
/** While answers are shown. */
const STEADY_LOAD = 0.8;
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
  const load = startLoad(await capacity());
  await new Promise((resolve) => setTimeout(resolve, LOAD_MS));
  await live('live-light.png', 'light', { width: 1280, height: 1000 });
  await live('live-dark.png', 'dark', { width: 1280, height: 1000 });
  await live('live-narrow.png', 'dark', { width: 390, height: 844 });
  load.hold(STEADY_LOAD);
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
  execFileSync('pngquant', ['--force', '--ext', '.png', '--speed', '1', '96', ...files], { cwd: OUTPUT });
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

/** Requests per second that the machine serves when it is never without. */
async function capacity() {
  const startedAt = Date.now();
  await Promise.all(Array.from({ length: 48 }, (_, i) => ask(i)));
  return 48_000 / (Date.now() - startedAt);
}

/** Requests in an open loop, at a load that goes through `LOADS` again and again unless it is held. */
function startLoad(perSecond) {
  const running = new Set();
  let sent = 0;
  let timer;
  let held = null;
  const startedAt = Date.now();
  const next = () => {
    // What breaks off when the server goes is no fault of the pictures.
    const request = ask(sent++)
      .catch(() => {})
      .finally(() => running.delete(request));
    running.add(request);
    const load = held ?? LOADS[Math.floor((Date.now() - startedAt) / 5_000) % LOADS.length];
    timer = setTimeout(next, (1000 / (perSecond * load)) * (0.5 + Math.random()));
  };
  next();
  return {
    hold: (load) => {
      held = load;
    },
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
