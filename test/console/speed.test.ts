/** In the serial project: beside other files even a thread's own time is some times as long. */
import type { Browser, Page } from 'playwright-core';
import { finishResync } from '../../src/features/resyncs/store';
import { runningResync } from '../support/control-database';
import { ServiceWorld } from '../service/world';
import { until } from '../support/until';
import { openBrowser, WatchedContext } from './browser';
import { buildConsole, signIn } from './world';

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

async function inBrowser(token: string, steps: (page: Page) => Promise<void>): Promise<void> {
  const watched = await WatchedContext.open(browser, world.url);
  try {
    const page = await watched.context.newPage();
    await signIn(page, token);
    await steps(page);
  } finally {
    await watched.close();
  }
}

test('a tick costs so little that it is painted within 50 ms on a processor of a quarter of the speed', async () => {
  const { token } = await world.caller('north', ['resyncBatch']);
  await inBrowser(token, async (page) => {
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
  });
});

test('the tree can be used within 1.5 s on a line of 1.6 Mbit/s and 150 ms, and within 0.5 s when its scripts are kept', async () => {
  const { token } = await world.caller('north', ['resyncBatch']);
  await inBrowser(token, async (page) => {
    const devtools = await page.context().newCDPSession(page);
    await devtools.send('Network.enable');
    const bytesPerSecond = 1_600_000 / 8;
    await devtools.send('Network.emulateNetworkConditions', {
      ...{ offline: false, latency: 150 },
      ...{ downloadThroughput: bytesPerSecond, uploadThroughput: bytesPerSecond },
    });
    await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
    // Of this document.
    const worked = async (): Promise<number> => {
      const { metrics } = await devtools.send('Performance.getMetrics');
      return metrics.find(({ name }) => name === 'TaskDuration')!.value * 1_000;
    };
    /**
     * Until Enrollment's box can be ticked, ms: all that it takes has come over the line, and then
     * all of the page's work, as if none of it were done meanwhile. A clock would measure what else
     * this machine does.
     */
    const usable = async (cacheDisabled: boolean): Promise<number> => {
      await devtools.send('Network.setCacheDisabled', { cacheDisabled });
      await page.reload({ waitUntil: 'commit' });
      await page.getByRole('checkbox', { name: 'Enrollment', exact: true, disabled: false }).waitFor();
      const came = await page.evaluate<number>(`Math.max(
        ...performance.getEntriesByType('resource')
          .filter(({ name }) => /\\/assets\\/|\\/(session|districts|objects)$/.test(name))
          .map(({ responseEnd }) => responseEnd))`);
      return came + (await worked());
    };
    // The best of some: the server that answers may have to wait for a processor.
    const best = async (cacheDisabled: boolean, enough: number): Promise<number> => {
      let least = await usable(cacheDisabled);
      for (let more = 4; more > 0 && least >= enough; more -= 1)
        least = Math.min(least, await usable(cacheDisabled));
      return least;
    };
    expect(await best(true, 1_500)).toBeLessThan(1_500);
    expect(await best(false, 500)).toBeLessThan(500);
  });
});

describe('a hundred thousand errors', () => {
  const resyncId = 'a-hundred-thousand-errors';
  const rows = 100_000;
  const at = 5_000;
  let token: string;
  beforeAll(async () => {
    ({ token } = await world.caller('north', ['resyncBatch', 'errorLog']));
    const { control, ids } = world;
    await runningResync(control, resyncId, [], { districtId: ids.north });
    for (let from = 1; from <= rows; from += at)
      await control('recordError').insert(
        Array.from({ length: at }, (_, n) => ({
          ...{ resyncID: resyncId, districtID: ids.north, objectName: 'Enrollment', outcome: 'failed' },
          ...{ recordKey: `["${from + n}"]`, code: (from + n) % 10 ? 'VALUE_TOO_LONG' : 'NOT_A_CODE' },
          ...{ field: 'comments', message: 'The value is longer than the state takes.' },
        })),
      );
    await finishResync(control, { resyncId, status: 'finished', message: null });
  });
  const path = `/runs/${resyncId}/errors`;
  const cell = (page: Page, key: number) =>
    page.getByRole('cell').getByRole('link', { name: String(key), exact: true });

  test('are there within a second, any row can be gone to, and the way back leads to the same place', () =>
    inBrowser(token, async (page) => {
      const shown = async (): Promise<number> => {
        const from = performance.now();
        await page.goto(path);
        await cell(page, 1).waitFor();
        return performance.now() - from;
      };
      // The best of some: others may have the processors meanwhile.
      await until('it is there at once', shown, (ms) => ms < 1_000, 20_000);
      await page.getByText('100,000 records').waitFor();
      await page.getByLabel('Go to row').fill('87654');
      await page.keyboard.press('Enter');
      await cell(page, 87_654).waitFor();
      expect(await page.getByRole('row').count()).toBeLessThan(60);
      await page.waitForURL(/at=87654/);
      await cell(page, 87_654).click();
      await page.waitForURL(/\/records\/Enrollment\//);
      await page.goBack();
      await cell(page, 87_654).waitFor();
      await page.goto(`${path}?code=NOT_A_CODE`);
      await page.getByText('10,000 records', { exact: true }).waitFor();
      await cell(page, 10).waitFor();
    }));

  test('are scrolled at 50 frames a second', () =>
    inBrowser(token, async (page) => {
      await page.goto(path);
      await cell(page, 1).waitFor();
      const frames = () =>
        page.evaluate<number>(`new Promise((resolve) => {
        const list = document.querySelector('.list');
        const from = performance.now();
        let frames = 0;
        const step = (now) => {
          if (now - from >= 2000) return resolve(frames / 2);
          frames += 1;
          list.scrollBy({ top: 90 });
          requestAnimationFrame(step);
        };
        requestAnimationFrame(step);
      })`);
      await until('it is scrolled so', frames, (each) => each >= 50, 20_000);
      const shown = await page.getByRole('row').nth(20).getAttribute('aria-rowindex');
      await cell(page, Number(shown) - 1).waitFor();
    }));
});
