/**
 * Makes the pictures of the console from a kept demo: `npm run demo -- --keep`, then
 * `npm run pictures -- <the district's sign-in link>`. Needs a Chromium, as the console's tests do.
 */
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { openBrowser } from '../../test/console/browser';

async function main([link]: string[]): Promise<void> {
  if (!link) throw new Error('Say the sign-in link that the demo printed.');
  const browser = await openBrowser();
  try {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 860 },
      reducedMotion: 'reduce',
      timezoneId: 'America/Chicago',
    });
    const page = await context.newPage();
    const save = (file: string) => page.screenshot({ path: join(__dirname, file) });
    await page.goto(link);
    await page.locator('tr[data-object="Enrollment"]').waitFor();
    await page.getByRole('checkbox', { name: 'Enrollment', exact: true }).check();
    await save('console-batch.png');
    await page.getByRole('button', { name: 'Send Resync' }).click();
    await page.getByRole('dialog').getByText('Needed by them').waitFor();
    await save('console-confirm.png');
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.locator('tr[data-object="Enrollment"] a').first().click();
    await page.locator('.verdict').waitFor();
    await save('console-run.png');
    await page.getByRole('link', { name: 'Causes' }).click();
    await page.locator('.cause').first().waitFor();
    await save('console-causes.png');
    await narrowAndDark(page);
  } finally {
    await browser.close();
  }
}

/** The batch page on a phone, in the dark. */
async function narrowAndDark(page: Page): Promise<void> {
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.setViewportSize({ width: 320, height: 640 });
  await page.goto(new URL('/', page.url()).href);
  await page.locator('tr[data-object="Enrollment"]').waitFor();
  await page.getByRole('checkbox', { name: 'Enrollment', exact: true }).check();
  await page.screenshot({ path: join(__dirname, 'console-narrow.png') });
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
