import type { Browser, Page } from 'playwright-core';
import type { Cause, Resync } from '../../src/console/api/answers';
import { type Caller, ServiceWorld } from '../service/world';
import { until } from '../support/until';
import { openBrowser, WatchedContext } from './browser';
import { buildConsole, signIn, Wire } from './world';

let world: ServiceWorld;
let browser: Browser;
let north: Caller;
let wire: Wire;
beforeAll(async () => {
  buildConsole();
  [world, browser] = await Promise.all([ServiceWorld.open({ timezone: 'America/Chicago' }), openBrowser()]);
  north = await world.caller('north', ['resyncBatch', 'errorLog']);
  wire = new Wire(new URL(world.url));
  await wire.mend();
});
afterAll(async () => {
  await browser.close();
  await wire.close();
  await world.close();
});

/** Runs steps in a browser of their own, signed in, over the wire that can be cut. */
async function inBrowser(
  caller: Caller,
  steps: (page: Page, watched: WatchedContext) => Promise<void>,
  options: Parameters<typeof WatchedContext.open>[2] = {},
): Promise<void> {
  const watched = await WatchedContext.open(browser, wire.url, options);
  try {
    const page = await watched.context.newPage();
    await signIn(page, caller.token);
    await steps(page, watched);
  } finally {
    await watched.close();
  }
}
async function start(objects: 'all' | string[], caller = north, extra: object = {}): Promise<string> {
  const path = `/districts/${world.ids.north}/resyncs`;
  const { body } = await caller.ask<{ resyncId: string }>('POST', path, { objects, ...extra });
  return body.resyncId;
}
const read = async (resyncId: string) => (await north.ask<Resync>('GET', `/resyncs/${resyncId}`)).body;
const verdict = (page: Page) => page.locator('.verdict');
const row = (page: Page, object: string) =>
  page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: object }) });
/** The persons that are committed, once there are any. */
const persons = (page: Page) =>
  row(page, 'PersonIdentity')
    .getByRole('cell', { name: /^[1-9]\d*$/ })
    .first();
/** Holds the state's enrollments, of which there are none yet: a run stands in its middle. */
const hold = async () => {
  await world.emptyState();
  return world.hold('SELECT * FROM Enrollment FOR UPDATE');
};

test('a run is followed while it runs, paused, resumed, and tells its end', async () => {
  const release = await hold();
  try {
    const id = await start(['Enrollment']);
    await inBrowser(north, async (page) => {
      await page.goto(`/runs/${id}`);
      await persons(page).waitFor();
      await verdict(page)
        .getByText(/^Running \d+ %/)
        .waitFor();
      await page.getByRole('button', { name: 'Pause' }).click();
      await verdict(page)
        .getByText(/^Paused/)
        .waitFor();
      await page.getByRole('button', { name: 'Resume' }).click();
      await verdict(page)
        .getByText(/^Running/)
        .waitFor();
      await release();
      await verdict(page)
        .getByText(/^Green: 0 errors in/)
        .waitFor();
      const { totals } = await read(id);
      await verdict(page).getByText(`in ${totals!.processed} records`).waitFor();
      expect(await page.getByRole('button', { name: /Pause|Cancel/ }).count()).toBe(0);
      await page.getByRole('link', { name: 'Log', exact: true }).click();
      const lines = page.getByRole('main').getByRole('table').getByRole('row');
      await lines.filter({ hasText: 'Asked for a pause' }).getByText('north').waitFor();
      await lines.filter({ hasText: 'Goes on' }).getByText('the service').waitFor();
      await lines.last().getByText('Finished').waitFor();
    });
  } finally {
    await release();
  }
});

test('a page whose server is gone says so, comes back by itself, and ends with the API’s counts', async () => {
  const release = await hold();
  try {
    const id = await start(['Enrollment']);
    await inBrowser(north, async (page, watched) => {
      watched.expect(/ERR_CONNECTION|ERR_EMPTY|ERR_INCOMPLETE|Failed to load/);
      await page.goto(`/runs/${id}`);
      await persons(page).waitFor();
      wire.cut();
      await page.getByText(/^Not connected since \d\d:\d\d:\d\d; trying again/).waitFor();
      await release();
      await until('it has ended', async () => (await read(id)).status === 'finished');
      // Nothing is claimed that nobody heard.
      expect(
        await verdict(page)
          .getByText(/^Green/)
          .count(),
      ).toBe(0);
      await wire.mend();
      await verdict(page)
        .getByText(/^Green: 0 errors in/)
        .waitFor();
      await page.getByText(/^Not connected/).waitFor({ state: 'detached' });
      const { objectResults } = await read(id);
      for (const { object, counts } of objectResults!)
        await row(page, object)
          .getByRole('cell', { name: String(counts.inserted), exact: true })
          .first()
          .waitFor();
    });
  } finally {
    await release();
  }
});

test('one object can be stopped while it runs, and seven tabs with the same run all hear its end', async () => {
  const release = await hold();
  try {
    const id = await start(['Graduation']);
    await inBrowser(north, async (page, { context }) => {
      const tabs = [page, ...(await Promise.all(Array.from({ length: 6 }, () => context.newPage())))];
      for (const tab of tabs) await tab.goto(`/runs/${id}`);
      for (const tab of tabs)
        await verdict(tab)
          .getByText(/^Running/)
          .waitFor();
      const told = page.waitForResponse((answer) => answer.url().endsWith('/objects/Enrollment/cancel'));
      await row(page, 'Enrollment').getByRole('button', { name: /^Stop/ }).click();
      expect((await told).status()).toBe(200);
      await release();
      await until('it has ended', async () =>
        ['finished', 'failed', 'cancelled'].includes((await read(id)).status),
      );
      const { totals } = await read(id);
      for (const tab of tabs) await verdict(tab).getByText(` in ${totals!.processed} records`).waitFor();
    });
  } finally {
    await release();
  }
});

test('Cancel asks first and says what stays', async () => {
  const release = await hold();
  try {
    const id = await start(['Enrollment']);
    await inBrowser(north, async (page) => {
      await page.goto(`/runs/${id}`);
      await verdict(page)
        .getByText(/^Running/)
        .waitFor();
      await page.getByRole('button', { name: 'Cancel…' }).click();
      const dialog = page.getByRole('dialog', { name: 'Cancel this resync?' });
      await dialog.getByText('What is committed at the state stays').waitFor();
      await dialog.getByRole('button', { name: 'Cancel the resync' }).click();
      await dialog.waitFor({ state: 'detached' });
      await release();
      await verdict(page)
        .getByText(/^Cancelled: 0 errors in/)
        .waitFor();
    });
  } finally {
    await release();
  }
});

test('from a red status to the record: the errors of an object, their cause, and sending them again', async () => {
  await world.sql('north', 'UPDATE Calendar SET stateExclude = 1 LIMIT 1');
  const id = await start(['Enrollment']);
  await until('it has ended', async () => (await read(id)).status === 'finished');
  const { totals } = await read(id);
  const { items } = (await north.ask<{ items: Cause[] }>('GET', `/resyncs/${id}/causes`)).body;
  expect(totals!.errors).toBeGreaterThan(1);
  await inBrowser(north, async (page) => {
    await page.goto(`/d/${world.ids.north}/batch`);
    await page
      .locator('tr[data-object="Enrollment"]')
      .getByRole('link', { name: /^Errors: / })
      .click();
    await page.getByRole('cell', { name: 'blocked' }).first().waitFor();
    expect(page.url()).toContain('object=Enrollment');
    await page.getByRole('link', { name: 'Causes' }).last().click();
    await page.getByText(items[0]!.message!).waitFor();
    await page.getByRole('link', { name: 'Show these Calendar records' }).click();
    await page.getByText('1 record', { exact: true }).waitFor();
    const [{ key }] = (
      await north.ask<{ items: [{ key: string[] }] }>('GET', `/resyncs/${id}/errors?object=Calendar`)
    ).body.items;
    const search = page.getByRole('searchbox', { name: 'Key begins with' });
    await search.fill('none like this');
    await page.getByText('No error has all of this.').waitFor();
    await search.fill(key[0]!);
    await page.getByText('1 record', { exact: true }).waitFor();
    await page.getByRole('link', { name: 'Causes' }).first().click();
    await page.getByRole('button', { name: 'Retry 1 record…' }).click();
    const some = page.getByRole('dialog', { name: 'Send 1 record with errors again?' });
    await some.getByText(/^Only these: Calendar, /).waitFor();
    await some.getByRole('button', { name: 'Not now' }).click();
    await world.sql('north', 'UPDATE Calendar SET stateExclude = 0');
    await page.getByRole('button', { name: 'Retry errors…' }).click();
    await page.getByRole('dialog').getByText(`Send ${totals!.errors} records with errors again?`).waitFor();
    await page.getByRole('button', { name: 'OK', exact: true }).click();
    await page.getByRole('heading', { name: /^Retry/ }).waitFor();
    await verdict(page)
      .getByText(/^Green: 0 errors in/)
      .waitFor();
  });
});

test('of what the state asked for a district sees that it is, and no object of it anywhere', async () => {
  const state = await world.caller('state', ['resyncBatch', 'stateRequest']);
  const id = await start(['Graduation'], state, { scenario: 'STATE_REQUEST' });
  await until(
    'it has ended',
    async () => (await state.ask<Resync>('GET', `/resyncs/${id}`)).body.status === 'finished',
  );
  await inBrowser(north, async (page) => {
    const heard: string[] = [];
    page.on('response', (response) => {
      if (response.url().includes(id))
        void response.text().then(
          (text) => heard.push(text),
          () => undefined,
        );
    });
    await page.goto(`/runs/${id}`);
    await page.getByText('The state asked for this resync.').waitFor();
    expect(await page.getByRole('button', { name: /Pause|Cancel|Retry/ }).count()).toBe(0);
    expect(await page.content()).not.toContain('Graduation');
    await until('its answer is read', () => heard.join('').includes(id));
    expect(heard.join('')).not.toContain('Graduation');
  });
});
