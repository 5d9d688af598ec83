/** In the serial project: beside other files even a thread's own time is some times as long. */
import type { Browser } from 'playwright-core';
import { ServiceWorld } from '../service/world';
import { openBrowser, WatchedContext } from './browser';
import { buildConsole, signIn } from './world';

jest.setTimeout(90_000);

let world: ServiceWorld;
let browser: Browser;
beforeAll(async () => {
  buildConsole();
  [world, browser] = await Promise.all([ServiceWorld.open(), openBrowser()]);
});
afterAll(async () => {
  await browser.close();
  await world.close();
});

test('a tick costs so little that it is painted within 50 ms on a processor of a quarter of the speed', async () => {
  const { token } = await world.caller('north', ['resyncBatch']);
  const watched = await WatchedContext.open(browser, world.url);
  try {
    const page = await watched.context.newPage();
    await signIn(page, token);
    await page.locator('tr[data-object="District"]').waitFor();
    const devtools = await page.context().newCDPSession(page);
    // The processor's time for the page's own work: a clock would measure what else runs here.
    await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
    const spent = async (): Promise<number> => {
      const { metrics } = await devtools.send('Performance.getMetrics');
      const work = ['ScriptDuration', 'LayoutDuration', 'RecalcStyleDuration'];
      return metrics.reduce((sum, { name, value }) => sum + (work.includes(name) ? value * 1_000 : 0), 0);
    };
    const times: number[] = [];
    for (let n = 0; n < 9; n++) {
      const before = await spent();
      await page.evaluate(`new Promise((resolve) => {
        document.querySelector('tr[data-object="Enrollment"] input').click();
        requestAnimationFrame(() => setTimeout(resolve));
      })`);
      times.push((await spent()) - before);
    }
    expect(times.sort((a, b) => a - b)[4]! * 4).toBeLessThan(50);
  } finally {
    await watched.close();
  }
});
