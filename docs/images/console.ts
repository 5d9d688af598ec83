/**
 * Makes the pictures of the console from a kept demo: `npm run demo -- --keep`, then
 * `npm run pictures -- <the district's sign-in link> <the state's>`. Needs a Chromium, as the
 * console's tests do.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { openBrowser } from '../../test/console/browser';
import { Wire } from '../../test/console/world';

const screen = { width: 1280, height: 860 };
/** Text stays sharp, and a picture has some 40 kB: they are kept for as long as the project. */
const quality = 75;

async function main([ofDistrict, ofState]: string[]): Promise<void> {
  if (!ofDistrict || !ofState) throw new Error('Say both sign-in links that the demo printed.');
  const browser = await openBrowser();
  const wire = new Wire(new URL(ofDistrict));
  await wire.mend();
  try {
    const through = (link: string) => link.replace(new URL(link).origin, wire.url);
    const district = await signedIn(browser, through(ofDistrict));
    const state = await signedIn(browser, through(ofState));
    await attempt('pages of a district', () => districtPages(district));
    await attempt('the strip', () => strip(district, wire));
    await attempt('narrow and dark', () => narrowAndDark(district));
    await attempt('pages of the state', () => statePages(state));
  } finally {
    await browser.close();
    wire.cut();
  }
}

/** One picture that can't be made keeps no other from being made. */
async function attempt(what: string, make: () => Promise<void>): Promise<void> {
  try {
    await make();
  } catch (error) {
    process.stderr.write(`${what}: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}

async function signedIn(browser: Browser, link: string): Promise<Page> {
  const context = await browser.newContext({
    ...{ viewport: screen, reducedMotion: 'reduce', timezoneId: 'America/Chicago' },
  });
  const page = await context.newPage();
  await page.goto(link);
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
  return page;
}

async function shot(page: Page): Promise<Buffer> {
  const devtools = await page.context().newCDPSession(page);
  const { data } = await devtools.send('Page.captureScreenshot', { format: 'webp', quality });
  await devtools.detach();
  return Buffer.from(data, 'base64');
}

/** @param name of the file, without console- and its ending */
async function save(page: Page, name: string): Promise<void> {
  writeFileSync(join(__dirname, `console-${name}.webp`), await shot(page));
}

/** Opens a tool by the menu, and takes its picture. */
async function tool(page: Page, label: string, name: string): Promise<void> {
  const before = page.url();
  await page.getByRole('button', { name: 'All tools' }).click();
  await page
    .getByRole('link', { name: new RegExp(`^${label} `) })
    .last()
    .click();
  await page.waitForURL((url) => url.href !== before);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.mouse.move(0, 0);
  // What the page asks for has come, on this very machine.
  await page.waitForTimeout(1_500);
  await save(page, name);
}

async function districtPages(page: Page): Promise<void> {
  await page.locator('tr[data-object="Enrollment"]').waitFor();
  await page.getByRole('checkbox', { name: 'Enrollment', exact: true }).check();
  await save(page, 'batch');
  await page.getByRole('button', { name: 'Send Resync' }).click();
  await page.getByRole('dialog').getByText('Needed by them').waitFor();
  await save(page, 'confirm');
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.locator('tr[data-object="Enrollment"] a').first().click();
  await page.locator('.verdict').waitFor();
  await save(page, 'run');
  await page.getByRole('link', { name: 'Timeline' }).click();
  await page.getByRole('columnheader', { name: 'Waited' }).waitFor();
  await save(page, 'timeline');
  await page.getByRole('link', { name: 'Causes' }).click();
  await page.locator('.cause').first().waitFor();
  await save(page, 'causes');
  await page.getByRole('link', { name: 'Log', exact: true }).click();
  await page.getByRole('cell', { name: 'Asked for' }).waitFor();
  await save(page, 'log');
  await page.getByRole('link', { name: /^Errors/ }).click();
  await page.getByRole('table').first().waitFor();
  await page.waitForTimeout(500);
  await save(page, 'errors');
  const tools = {
    'Error Log': 'error-log',
    'Selective Sync': 'selective',
    Schedules: 'schedules',
    'Field Settings': 'fields',
    'School Year': 'year',
    Verifications: 'verifications',
    Alerts: 'alerts',
  };
  for (const [label, name] of Object.entries(tools)) await attempt(label, () => tool(page, label, name));
  await page.goto(new URL('/', page.url()).href);
  await page.getByRole('link', { name: 'History' }).click();
  await page.getByRole('link', { name: 'Matrix' }).click();
  await page.getByRole('table').waitFor();
  await save(page, 'matrix');
}

async function statePages(page: Page): Promise<void> {
  // The strip has cut its server off meanwhile.
  await page.reload();
  await page.getByRole('table').waitFor();
  await save(page, 'districts');
  const tools = {
    Compliance: 'compliance',
    'Tool Rights': 'rights',
    Audit: 'audit',
    Agents: 'agents',
    About: 'about',
  };
  for (const [label, name] of Object.entries(tools)) await attempt(label, () => tool(page, label, name));
}

/** A run in progress, its server lost, and what becomes of both: six pictures in one. */
async function strip(page: Page, wire: Wire): Promise<void> {
  const district = await page.evaluate<string>(
    `fetch('/api/v1/session').then((found) => found.json()).then(({ districts }) => districts[0].id)`,
  );
  const started = await page.evaluate<{ resyncId: string }>(`(async () => {
    const { csrf } = await (await fetch('/api/v1/session')).json();
    const answer = await fetch('/api/v1/districts/${district}/resyncs', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-CSRF': csrf },
      body: JSON.stringify({ objects: 'all', mode: 'everything' }),
    });
    return answer.json();
  })()`);
  await page.setViewportSize({ width: 900, height: 560 });
  await page.goto(new URL(`/runs/${started.resyncId}`, page.url()).href);
  const pictures: (readonly [string, Buffer])[] = [];
  const take = async (caption: string): Promise<void> => void pictures.push([caption, await shot(page)]);
  await page.getByText(/Running [1-9]\d? %|^\s*[1-9]\d? %/).first().waitFor();
  await take('1. Sent: objects start as their parents are complete');
  await page.waitForTimeout(700);
  await take('2. Only committed records are counted');
  wire.cut();
  await page.getByText('Not connected since').waitFor();
  await take('3. The server is gone: since when, and that figures are of then');
  await page.waitForTimeout(2_000);
  await take('4. It goes on trying; the resync goes on without it');
  await wire.mend();
  await page.getByText('Not connected since').waitFor({ state: 'detached' });
  await take('5. It is back: the page has caught up by itself');
  await page.locator('.verdict').getByText(/^(Green|Yellow|Red): /).waitFor({ timeout: 120_000 });
  await take('6. The verdict is the one that the API has');
  const sheet = await page.context().newPage();
  await sheet.setViewportSize({ width: 1380, height: 990 });
  const cells = pictures.map(
    ([caption, picture]) =>
      `<figure><img src="data:image/webp;base64,${picture.toString('base64')}"><figcaption>${caption}</figcaption></figure>`,
  );
  await sheet.setContent(`<style>
    body { margin: 0; padding: 10px; display: grid; grid-template-columns: 1fr 1fr; gap: 10px; font: 15px system-ui; width: 1360px; }
    figure { margin: 0; } img { width: 100%; border: 1px solid #d0d7de; display: block; } figcaption { padding: 4px 2px; }
  </style>${cells.join('')}`);
  await sheet.setViewportSize({ width: 1380, height: 1390 });
  await save(sheet, 'strip');
  await sheet.close();
  await page.setViewportSize(screen);
}

/** The batch page on a phone, in the dark. */
async function narrowAndDark(page: Page): Promise<void> {
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.setViewportSize({ width: 320, height: 640 });
  await page.goto(new URL('/', page.url()).href);
  await page.locator('tr[data-object="Enrollment"]').waitFor();
  await page.getByRole('checkbox', { name: 'Enrollment', exact: true }).check();
  await save(page, 'narrow');
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
