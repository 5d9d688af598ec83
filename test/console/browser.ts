/** A real browser, and pages that must not complain. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

/** Without windows a page takes a third of the processor time; it draws the same pages. */
const windowless = 'chromium-headless-shell';
const names = [windowless, 'chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/**
 * A Chromium of this machine: CHROMIUM, else the windowless one of the system's packages, where
 * root may install it, else any on the PATH.
 */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? onPath([windowless]) ?? installed() ?? anyOther(),
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-dev-shm-usage'],
  });
}

function onPath(programs: readonly string[]): string | null {
  const folders = (process.env['PATH'] ?? '').split(':');
  const files = programs.flatMap((name) => folders.map((folder) => `${folder}/${name}`));
  return files.find((file) => existsSync(file)) ?? null;
}

/** Several test files may want it at once: one installs, the others wait and find it. */
function installed(): string | null {
  if (process.getuid?.() !== 0 || onPath(['apt-get']) === null) return null;
  const install = (name: string) => `apt-get install -y -qq --no-install-recommends ${name}`;
  const script = `command -v ${windowless} || { apt-get update -qq; ${install(windowless)} || command -v chromium || ${install('chromium')}; }`;
  const lock = join(tmpdir(), 'resync-tests-chromium.lock');
  try {
    execFileSync('flock', [lock, 'sh', '-c', script], { stdio: 'ignore', timeout: 240_000 });
  } catch {
    // No package of that name, or no network: what there is has to do.
  }
  return onPath([windowless]);
}

function anyOther(): string {
  const found = onPath(names);
  if (found === null)
    throw new Error('The browser tests need Chromium: install it, or name one in CHROMIUM.');
  return found;
}

/** A machine that is slow, or stands still for some seconds, is no fault of a page. */
const patienceMs = 60_000;

/** A profile of its own at a service, with patience. */
export async function openContext(
  browser: Browser,
  url: string,
  options: Parameters<Browser['newContext']>[0] = {},
): Promise<BrowserContext> {
  const context = await browser.newContext({ baseURL: url, ...options });
  context.setDefaultTimeout(patienceMs);
  return context;
}

/** What the pages of a browser's profile did that they must not. */
export class WatchedContext {
  private readonly faults: string[] = [];
  /** Statuses of answers that a test expects; the browser writes each to its console. */
  private expected: RegExp | null = null;

  private constructor(
    readonly context: BrowserContext,
    private readonly host: string,
  ) {}

  static async open(
    browser: Browser,
    url: string,
    options: Parameters<Browser['newContext']>[0] = {},
  ): Promise<WatchedContext> {
    const context = await openContext(browser, url, {
      ...{ viewport: { width: 1280, height: 900 }, timezoneId: 'America/Chicago' },
      ...options,
    });
    const watched = new WatchedContext(context, new URL(url).host);
    context.on('page', (page) => watched.watch(page));
    // Text, not a function: the types of tests are Node's.
    await context.addInitScript(`document.addEventListener('securitypolicyviolation', (event) =>
      console.error('content security policy: ' + event.violatedDirective + ' ' + event.blockedURI))`);
    return watched;
  }

  /** Lines of the console that the next steps may cause, e.g. of a server that was stopped. */
  expect(lines: RegExp): void {
    this.expected = lines;
  }

  /** @throws Error naming what the pages complained of, or asked of another host */
  async close(): Promise<void> {
    await this.context.close();
    if (this.faults.length > 0) throw new Error(this.faults.join('\n'));
  }

  private watch(page: Page): void {
    page.on('pageerror', (error) => this.faults.push(`${page.url()}: ${error.message}`));
    page.on('console', (message) => {
      const text = message.text();
      if (!['error', 'warning'].includes(message.type()) || this.expected?.test(text)) return;
      this.faults.push(`${page.url()}: ${text}`);
    });
    page.on('request', (request) => {
      const { host, protocol } = new URL(request.url());
      if (protocol !== 'data:' && host !== this.host) this.faults.push(`${page.url()} asked ${host}`);
    });
  }
}
