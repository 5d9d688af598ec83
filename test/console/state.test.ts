import AxeBuilder from '@axe-core/playwright';
import type { Browser, Locator, Page } from 'playwright-core';
import { builtinCatalog } from '../../src/catalog/builtin';
import type { RecurringRequest, RequestHead } from '../../src/console/api/answers';
import { toolRights } from '../../src/domain/rights';
import { insertStateRequest } from '../../src/features/state-requests/store';
import { ServiceWorld, type Caller } from '../service/world';
import { until } from '../support/until';
import { openBrowser, WatchedContext } from './browser';
import { buildConsole, signIn } from './world';

/** The pages of the state, from its list of districts to its audit. */

let world: ServiceWorld;
let browser: Browser;
let state: Caller;
beforeAll(async () => {
  buildConsole();
  [world, browser] = await Promise.all([ServiceWorld.open({ timezone: 'America/Chicago' }), openBrowser()]);
  state = await world.caller('state', [...toolRights]);
});
afterAll(async () => {
  await browser.close();
  await world.close();
});

async function inBrowser(
  steps: (page: Page, watched: WatchedContext) => Promise<void>,
  options: Parameters<typeof WatchedContext.open>[2] = {},
  caller: Caller = state,
): Promise<void> {
  const watched = await WatchedContext.open(browser, world.url, options);
  try {
    const page = await watched.context.newPage();
    await signIn(page, caller.token);
    await steps(page, watched);
  } finally {
    await watched.close();
  }
}

/** Through the menu, as somebody finds it who doesn't know the address. */
async function open(page: Page, tool: string): Promise<void> {
  await page.getByRole('button', { name: 'All tools' }).click();
  await page
    .getByRole('link', { name: new RegExp(`^${tool} `) })
    .last()
    .click();
  await page.getByRole('heading', { level: 1 }).waitFor();
}
const button = (page: Page | Locator, name: string | RegExp) => page.getByRole('button', { name });
const row = (page: Page, name: string) =>
  page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: new RegExp(`^${name}\\b`) }) });
const requests = async () =>
  (await state.ask<{ items: (RequestHead & { waves?: object })[] }>('GET', '/state-requests')).body.items;

test('the state finds its districts by how they stand', () =>
  inBrowser(async (page) => {
    await row(page, 'south').getByText('Never').waitFor();
    await page.getByLabel('Find by number, name or id').fill('north');
    await row(page, 'south').waitFor({ state: 'detached' });
    await page.getByText('1 district of 2').waitFor();
    await page.waitForURL(/q=north/);
    // All of the header in one line, on a screen of 1,280 px.
    expect((await page.getByRole('banner').boundingBox())!.height).toBeLessThan(60);
    await button(page, /^Red/).click();
    await page.getByText('Nothing is like this.').waitFor();
    await button(page, 'Show all').click();
    await row(page, 'south').waitFor();
    await button(page, /^Never sent\s*2$/).click();
    await page.getByRole('link', { name: 'Request a resync of these 2 districts' }).waitFor();
  }));

test('another district, a page or a resync is gone to by its name, and the page stays the same one', () =>
  inBrowser(async (page) => {
    await page.goto(`/d/${world.ids.north}/history`);
    await button(page, 'north').click();
    const dialog = page.getByRole('dialog', { name: 'Go to' });
    await dialog.getByRole('searchbox').fill('nothing of this name');
    await dialog.getByText('Nothing is called this.').waitFor();
    await dialog.getByRole('searchbox').fill('south');
    await dialog.getByRole('link', { name: /^south/ }).waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/d/${world.ids.south}/history`);
    await dialog.waitFor({ state: 'detached' });
    await button(page, 'south').click();
    await dialog.getByRole('searchbox').fill('20261128-1f0c9a3e7b');
    await dialog.getByRole('link', { name: 'Resync 20261128-1f0c9a3e7b' }).waitFor();
    await dialog.getByRole('searchbox').fill('Compliance');
    await dialog.getByRole('link', { name: /^Compliance/ }).click();
    await page.waitForURL('**/compliance');
  }));

test('ticked districts are verified together, as the window has shown, and what of one can’t be is said', () =>
  inBrowser(async (page) => {
    await row(page, 'south').waitFor();
    await page.getByRole('checkbox', { name: 'All districts shown' }).check();
    await page.getByText('2 districts ticked').waitFor();
    await page.getByLabel('With those ticked').selectOption('Certify');
    await button(page, 'Certify…').click();
    const certify = page.getByRole('dialog', { name: 'Certify 2 districts?' });
    expect(await button(certify, 'Certify 2 districts').getAttribute('aria-disabled')).toBe('true');
    await button(certify, 'Leave it').click();
    await page.getByLabel('With those ticked').selectOption('Verify');
    await button(page, 'Verify…').click();
    const dialog = page.getByRole('dialog', { name: 'Verify 2 districts?' });
    await button(dialog, 'Verify 2 districts').click();
    await dialog.getByText('2 done, 0 refused, 0 failed.').waitFor();
    await button(dialog, 'Close').click();
    const past = page.getByRole('region', { name: 'Done to many districts' });
    await past.getByRole('row').filter({ hasText: 'Verify' }).getByText('2 districts done').waitFor();
    await row(page, 'north').getByText('Drifted').waitFor();
    await page.getByRole('checkbox', { name: 'south', exact: true }).uncheck();
    await page.getByText('1 district ticked').waitFor();
    await page.getByLabel('With those ticked').selectOption('Cancel');
    await button(page, 'Cancel…').click();
    const cancel = page.getByRole('dialog', { name: 'Cancel 0 districts?' });
    await cancel.getByText('north: Nothing runs and nothing waits.').waitFor();
    expect(await button(cancel, 'Cancel 0 districts').getAttribute('aria-disabled')).toBe('true');
  }));

test('districts are asked for what the plan showed, and the board follows them to their end', () =>
  inBrowser(async (page) => {
    await page.getByRole('link', { name: 'Requests', exact: true }).click();
    await page.getByText('The state has asked for nothing yet.').waitFor();
    await page.getByRole('link', { name: 'New request' }).click();
    await page.getByText('Tick at least one district.').first().waitFor();
    await button(page, '+ Never sent').click();
    await page.getByText('2 districts ticked').waitFor();
    await page.getByRole('checkbox', { name: 'All that each district sends' }).uncheck();
    await page.getByLabel('Find an object').fill('cal');
    await page.getByRole('checkbox', { name: 'Calendar', exact: true }).check();
    await page.getByText('2 districts would be asked for 3 objects').waitFor();
    await page.getByText('needed by others: District, School').waitFor();
    await button(page, 'Request Resync…').click();
    const dialog = page.getByRole('dialog', { name: 'Ask 2 districts for a resync of 3 objects?' });
    expect(await button(dialog, 'OK').getAttribute('aria-disabled')).toBe('true');
    await dialog.getByLabel('Why, for people of the state').fill('Count day');
    await button(dialog, 'OK').click();
    await page.getByRole('heading', { name: 'Count day' }).waitFor();
    await page.getByText('Finished, 100 %').waitFor();
    await button(page, /^Green\s*2$/).waitFor();
    await button(page, /^south 2: Green$/).click();
    await page.getByRole('region', { name: 'south' }).getByRole('link').click();
    await page.waitForURL(/\/runs\//);
    const [{ objects, counts } = {} as RequestHead] = await requests();
    expect([objects, counts.done]).toEqual([['Calendar'], 2]);
  }));

test('what is asked again and again is made from the plan, started now, paused and deleted', () =>
  inBrowser(async (page) => {
    await page.goto('/requests/new');
    await page.getByRole('checkbox', { name: 'All 2 districts' }).check();
    await page.getByRole('checkbox', { name: 'All that each district sends' }).uncheck();
    await page.getByLabel('Find an object').fill('cal');
    await page.getByRole('checkbox', { name: 'Calendar', exact: true }).check();
    await page.getByText('2 districts would be asked for 3 objects').waitFor();
    await button(page, 'Ask again and again…').click();
    const dialog = page.getByRole('dialog', { name: 'Ask again and again' });
    expect(await button(dialog, 'Save').getAttribute('aria-disabled')).toBe('true');
    await dialog.getByRole('textbox', { name: 'Name' }).fill('Sundays');
    await dialog.getByLabel('Why, for people of the state').fill('Weekly counts');
    await dialog.getByText('It would fire next:').waitFor();
    await button(dialog, 'Save').click();
    const recurring = page.getByRole('region', { name: 'Recurring requests' });
    await recurring.getByText('every day at 02:00 (America/Chicago)').waitFor();
    await button(page, 'Pause Sundays').click();
    await recurring.getByText('Paused').waitFor();
    await button(page, 'Start now Sundays').click();
    await recurring.getByRole('link').first().waitFor();
    await recurring.getByRole('link').first().click();
    await page.getByRole('heading', { name: 'Weekly counts' }).waitFor();
    await page.getByText('Finished, 100 %').waitFor();
    await page.goBack();
    await button(page, 'Edit Sundays').click();
    const changed = page.getByRole('dialog', { name: 'Change the recurring request Sundays' });
    await changed.getByRole('textbox', { name: 'Name' }).fill('Every morning');
    await changed.getByLabel(/^Times of day/).fill('05:30');
    await button(changed, 'Save').click();
    await recurring.getByText('every day at 05:30 (America/Chicago)').waitFor();
    // Whom it asks for what is changed by the same page that made it.
    await button(page, 'Edit Every morning').click();
    await page.getByRole('dialog').getByRole('link', { name: 'apart' }).click();
    await page.getByText('2 districts would be asked for 3 objects').waitFor();
    await page.getByRole('checkbox', { name: 'All 2 districts' }).uncheck();
    await page.getByRole('checkbox', { name: /^north/ }).check();
    await page.getByLabel('Find an object').fill('school');
    await page.getByRole('checkbox', { name: 'School', exact: true }).check();
    await page.getByLabel('Find an object').fill('cal');
    await page.getByRole('checkbox', { name: 'Calendar', exact: true }).uncheck();
    await page.getByText('1 district would be asked for 2 objects').waitFor();
    await button(page, 'Save…').click();
    await page.getByLabel('Begin no resync later than').selectOption('4 hours after it fires');
    await button(page.getByRole('dialog'), 'Save').click();
    await recurring.getByText('1 district, 1 object, every day at 05:30').waitFor();
    const { items } = (await state.ask<{ items: RecurringRequest[] }>('GET', '/recurring-requests')).body;
    expect(items).toMatchObject([
      { paused: true, request: { districts: [world.ids.north], objects: ['School'], windowHours: 4 } },
    ]);
    await button(page, 'Resume Every morning').click();
    await button(page, 'Delete Every morning').click();
    await button(page, 'Delete').last().click();
    await recurring.waitFor({ state: 'detached' });
  }));

test('what another person or the service changes shows on districts, requests and schedules without a reload', () =>
  inBrowser(async (districts) => {
    const north = world.ids.north;
    const open = async (path: string): Promise<Page> => {
      const page = await districts.context().newPage();
      await page.goto(path);
      return page;
    };
    await districts.getByText('2 districts of 2').waitFor();
    const [requested, scheduled] = [await open('/requests'), await open(`/d/${north}/schedules`)];
    await requested.getByRole('link', { name: 'New request' }).waitFor();
    await scheduled.getByText('Nothing starts by itself yet.').waitFor();
    await scheduled.getByText('Resyncs may run at any time.').waitFor();
    // What is read by now is older than what the stream tells from now on.
    await scheduled.waitForTimeout(1_200);
    const times = { cron: '0 2 * * *', timezone: 'UTC', objects: ['School'] };
    const ask = async (path: string, body: object): Promise<unknown> => {
      const { status, body: answer } = await state.ask('POST', path, body);
      expect([path, status < 300]).toEqual([path, true]);
      return answer;
    };
    await ask('/recurring-requests', { ...times, districts: 'all', name: 'By another', reason: 'Counts.' });
    await ask(`/districts/${north}/schedules`, { ...times, name: 'Of another' });
    const rule = { kind: 'dated', startsAt: '2099-01-01T00:00:00Z', endsAt: '2099-01-02T00:00:00Z' };
    await ask(`/districts/${north}/blackouts`, { rule, note: 'New building' });
    const asked = { district: world.ids.south, objects: ['School'] };
    const { verificationId } = (await ask('/verifications', asked)) as { verificationId: string };
    await requested.getByRole('rowheader', { name: /^By another/ }).waitFor();
    await scheduled.getByRole('rowheader', { name: /^Of another/ }).waitFor();
    await scheduled.getByText('New building').waitFor();
    await row(districts, 'south').locator(`a[href="/verifications/${verificationId}"]`).waitFor();
    for (const page of [requested, scheduled]) await page.close();
    const people = await open('/admin/rights');
    await people.getByRole('columnheader').first().waitFor();
    const audit = await open('/admin/audit');
    await audit.getByRole('cell', { name: 'POST /verifications' }).first().waitFor();
    await audit.waitForTimeout(1_200);
    await ask('/principals', { name: 'Somebody new', level: 'state', rights: ['errorLog'] });
    await people.getByRole('rowheader', { name: /^Somebody new/ }).waitFor();
    await audit.getByRole('cell', { name: 'POST /principals' }).first().waitFor();
    for (const page of [people, audit]) await page.close();
  }));

test('a request in waves says so in its plan and on its board', () =>
  inBrowser(async (page) => {
    await page.goto('/requests/new');
    await page.getByRole('checkbox', { name: 'All 2 districts' }).check();
    await page.getByRole('checkbox', { name: 'All that each district sends' }).uncheck();
    await page.getByLabel('Find an object').fill('cal');
    await page.getByRole('checkbox', { name: 'Calendar', exact: true }).check();
    await page.getByRole('checkbox', { name: 'One wave of districts after the other' }).check();
    await page.getByLabel('Districts of a wave').fill('1');
    await page.getByLabel('Minutes between two waves').fill('0');
    await page.getByText('1, 1 districts, one after the other').waitFor();
    await button(page, 'Request Resync…').click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Why, for people of the state').fill('In two waves');
    await button(dialog, 'OK').click();
    await page.getByRole('heading', { name: 'In two waves' }).waitFor();
    const waves = page.getByRole('region', { name: 'Waves' });
    await waves.getByText('2 waves').waitFor();
    await page.getByText('Finished, 100 %').waitFor();
    await waves.getByText('Wave 2: 1 of 1 done').waitFor();
    const [{ waves: asked } = {} as RequestHead & { waves?: object }] = await requests();
    expect(asked).toMatchObject({ size: 1, pauseMinutes: 0 });
  }));

describe('a board of a thousand districts', () => {
  const stateRequestId = 'a-thousand-districts';
  beforeAll(async () => {
    await insertStateRequest(world.control, {
      request: {
        ...{ stateRequestId, objects: 'all', checkDependencies: true, schoolYear: 2027 },
        ...{ scenario: 'STATE_REQUEST', mode: 'compare', reason: 'All of them', requestedBy: 'D. Kim' },
      },
      window: { from: new Date(), until: new Date(Date.now() + 3_600_000) },
      districts: Array.from({ length: 1000 }, (_, index) => ({
        districtId: `valley-${index}`,
        schoolYear: 2027,
        problem: index % 25 === 0 ? 'It sends none of these objects.' : null,
      })),
      asked: {},
    });
    await world
      .control('stateRequest')
      .where({ stateRequestID: stateRequestId })
      .update({ status: 'finished', endedAt: new Date(), message: '960 waiting.' });
  });

  test('is painted within a second, and walked by keys', () =>
    inBrowser(async (page) => {
      await page.goto('/requests');
      const link = page.getByRole('link', { name: 'All of them' });
      await link.waitFor();
      const devtools = await page.context().newCDPSession(page);
      // The processor's time for the page's own work: a clock would measure what else runs here.
      await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
      const spent = async (): Promise<number> => {
        const { metrics } = await devtools.send('Performance.getMetrics');
        const work = ['ScriptDuration', 'LayoutDuration', 'RecalcStyleDuration'];
        return metrics.reduce((sum, { name, value }) => sum + (work.includes(name) ? value * 1_000 : 0), 0);
      };
      const before = await spent();
      await link.click();
      await page.locator('.board__cell').nth(999).waitFor();
      await page.evaluate('new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)))');
      expect((await spent()) - before).toBeLessThan(1_000);
      await page.locator('.board__cell').first().focus();
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('ArrowDown');
      const at = await page.evaluate<number>(
        '[...document.activeElement.parentElement.children].indexOf(document.activeElement)',
      );
      expect(at).toBeGreaterThan(20);
      await button(page, /^Not done\s*40$/).click();
      await page.getByText('40 districts of 1000').waitFor();
      await page.locator('.board__cell').nth(40).waitFor({ state: 'detached' });
      expect(await page.locator('.board__cell').count()).toBe(40);
      await page.locator('.board__cell').first().click();
      await page.getByText('It sends none of these objects.').first().waitFor();
      await page.reload();
      await page.getByText('40 districts of 1000').waitFor();
      const link2 = page.getByRole('link', { name: /^Report as CSV/ });
      const csv = await page.request.get((await link2.getAttribute('href'))!);
      expect([csv.status(), (await csv.text()).split('\r\n').length]).toEqual([200, 1002]);
    }));

  test('can be withdrawn after it was asked whether to, from one district or all, and one is tried again', async () => {
    // Of this world: Temporal knows those of earlier runs of this test.
    const id = `withdrawn-${world.ids.north}`;
    await insertStateRequest(world.control, {
      request: {
        ...{ stateRequestId: id, objects: ['School'], checkDependencies: true, schoolYear: 2027 },
        ...{ scenario: 'STATE_REQUEST', mode: 'compare', reason: 'By mistake', requestedBy: 'D. Kim' },
      },
      window: { from: new Date(Date.now() + 1_800_000), until: new Date(Date.now() + 3_600_000) },
      districts: [world.ids.north, world.ids.south].map((districtId) => ({
        ...{ districtId, schoolYear: 2027, problem: null },
      })),
      asked: {},
    });
    await inBrowser(async (page) => {
      await page.goto(`/requests/${id}`);
      const end = page
        .getByText(/No run begins after/)
        .locator('time')
        .last();
      const before = Date.parse((await end.getAttribute('datetime'))!);
      await button(page, 'More time…').click();
      const longer = page.getByRole('dialog', { name: 'Give it more time?' });
      await longer.getByLabel('Longer by').selectOption('4 hours');
      await button(longer, 'Give more time').click();
      await longer.waitFor({ state: 'detached' });
      const after = new Date(before + 4 * 3_600_000).toISOString();
      await page.locator(`main time[datetime="${after}"]`).waitFor();
      await button(page, /^north 1: Waiting/).click();
      await button(page, 'Take it out').click();
      await button(page, /^Not done\s*1$/).waitFor();
      await button(page, 'Withdraw…').click();
      await page.getByRole('dialog', { name: 'Withdraw from 1 district?' }).waitFor();
      await button(page, 'Withdraw').last().click();
      await page.getByText(/^Withdrawn, /).waitFor();
      await button(page, /^Not done\s*2$/).waitFor();
      await page.getByRole('link', { name: /^Ask 2 districts again/ }).click();
      await page.getByText('2 districts ticked').waitFor();
      await page.getByRole('checkbox', { name: 'School', exact: true, checked: true }).waitFor();
      await page.goBack();
      await button(page, /^north 1: Not done/).click();
      await button(page, 'Try it again').click();
      await button(page, /^Waiting\s*1$/).waitFor();
    });
  });
});

test('compliance says whose year has no resync at its end, and is a file', () =>
  inBrowser(async (page) => {
    await page.getByRole('link', { name: 'Compliance' }).click();
    await row(page, 'north').getByText('Missing').waitFor();
    await button(page, /^End of year missing\s*2$/).click();
    await button(page, /^Start of year overdue\s*0$/).click();
    await page.getByText('No district is like this.').waitFor();
    await button(page, 'Show all').click();
    const href = await page.getByRole('link', { name: 'CSV', exact: true }).getAttribute('href');
    const csv = await page.request.get(href!);
    expect((await csv.text()).split('\r\n').filter((line) => line.includes('missing'))).toHaveLength(2);
  }));

test('agents show what runs and what waits; a resync is paused and goes on', async () => {
  // The state has no enrollment of south yet: a run stands in its middle.
  const release = await world.hold('SELECT * FROM Enrollment FOR UPDATE');
  try {
    const path = `/districts/${world.ids.south}/resyncs`;
    for (const objects of [['Enrollment'], ['School']]) await state.ask('POST', path, { objects });
    await inBrowser(async (page) => {
      await open(page, 'Agents');
      const queue = page.getByRole('region', { name: 'south, 2026-2027' });
      await queue.getByText(/^Running/).waitFor();
      await queue.getByText('2. in the queue').waitFor();
      await page.getByText('1 agent at work, 1 resync waiting').waitFor();
      await button(queue, 'Pause').click();
      await queue.getByText(/^Paused/).waitFor();
      await button(queue, 'Resume').click();
      await queue.getByText(/^Running/).waitFor();
      await release();
      await page.getByText('Nothing runs and nothing waits.').waitFor();
    });
  } finally {
    await release();
  }
});

test('a record that was renumbered is carried over once the state has seen what that changes', async () => {
  const { table } = builtinCatalog.objects.find(({ name }) => name === 'TestScore')!;
  const path = `/districts/${world.ids.north}/resyncs`;
  const ended = async (): Promise<void> => {
    const { body } = await state.ask<{ resyncId: string }>('POST', path, { objects: ['TestScore'] });
    const run = () => state.ask<{ endedAt: string | null }>('GET', `/resyncs/${body.resyncId}`);
    await until('it has ended', async () => (await run()).body.endedAt !== null);
  };
  await ended();
  await world.sql(
    'north',
    `UPDATE ${table} SET testScoreID = testScoreID + 900000 ORDER BY testScoreID LIMIT 1`,
  );
  await ended();
  await inBrowser(async (page) => {
    await page.goto(`/d/${world.ids.north}/conflicts`);
    const conflict = row(page, 'TestScore');
    await conflict.getByText('The state has it under another key').waitFor();
    await button(conflict, 'Carry the key over…').click();
    const dialog = page.getByRole('dialog', { name: 'Carry the key over for a record of TestScore?' });
    await dialog.getByText('TestScore: 1').waitFor();
    await dialog.getByLabel(/^Why/).fill('Confirmed by the district.');
    await button(dialog, 'Carry the key over').click();
    await page.getByText('No record’s identity is in doubt.').waitFor();
  });
});

test('a person is made, given a right and a token, and refused once disabled; the audit has it all', () =>
  inBrowser(async (page, watched) => {
    watched.expect(/401/);
    await open(page, 'Tool Rights');
    await button(page, 'New person or service…').click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('Clerk of north');
    await dialog.getByRole('combobox').last().selectOption('north');
    await button(dialog, 'Make').click();
    await page.getByRole('heading', { name: 'Clerk of north' }).waitFor();
    await page.getByRole('checkbox', { name: 'Batch' }).click();
    await page.getByRole('checkbox', { name: 'Batch', checked: true }).waitFor();
    await page.getByPlaceholder('what it is for').fill('laptop');
    await button(page, 'Make a token').click();
    const token = (await page.locator('.banner .code').textContent())!;
    await row(page, 'laptop').getByText('Valid').waitFor();
    const asked = () =>
      fetch(`${world.url}/api/v1/districts`, { headers: { Authorization: `Bearer ${token}` } });
    expect((await asked()).status).toBe(200);
    await button(page, 'Disable…').click();
    await button(page.getByRole('dialog'), 'Disable').click();
    await button(page, 'Enable').waitFor();
    expect((await asked()).status).toBe(401);
    await open(page, 'Tool Rights');
    const box = page.getByRole('checkbox', { name: 'Clerk of north: Batch' });
    await box.click();
    await page.getByRole('checkbox', { name: 'Clerk of north: Batch', checked: false }).waitFor();
    // Nobody takes their own administration away, and the page says why.
    await page.getByRole('checkbox', { name: 'state: Administration' }).first().waitFor();

    await open(page, 'Audit');
    await page.getByText('DELETE /principals/{principal}/rights/{tool}').first().waitFor();
    await button(page, 'Check the chain').click();
    await page.getByText(/events, each follows the one before$/).waitFor();
    await page.getByRole('combobox', { name: /^Who/ }).selectOption('Clerk of north');
    await page.getByText('Nothing is like this.').waitFor();
    await button(page, 'Show all').click();
    const href = await page.getByRole('link', { name: 'NDJSON' }).getAttribute('href');
    const lines = (await (await page.request.get(href!)).text()).trim().split('\n');
    expect(lines.length).toBeGreaterThan(4);
  }));

test('without its right a page says what is missing, and a district finds none of the state’s', async () => {
  const agentsOnly = await world.caller('state', ['agents']);
  await inBrowser(
    async (page) => {
      for (const [path, right] of [
        ['/requests', 'stateRequest'],
        ['/compliance', 'resyncBatch or resyncView'],
        ['/admin/rights', 'administration'],
        ['/admin/audit', 'administration'],
        ['/certifications', 'verificationSummary'],
      ] as const) {
        await page.goto(path);
        await page.getByText(`This page needs the tool right ${right}.`).waitFor();
      }
    },
    {},
    agentsOnly,
  );
  const district = await world.caller('south', ['resyncBatch', 'processAlerts']);
  await inBrowser(
    async (page) => {
      await button(page, 'All tools').click();
      expect(await page.getByRole('link', { name: /Requests|Compliance|Audit|Tool Rights/ }).count()).toBe(0);
      await page.goto('/requests/a-thousand-districts');
      await page.getByText('Only people of the state use this page.').waitFor();
    },
    {},
    district,
  );
});

test('districts are registered, imported and retired in the browser, and what of a file can’t be is said', () =>
  inBrowser(async (page, watched) => {
    // The one of the wrong database.
    watched.expect(/422/);
    process.env['DISTRICT_OF_CONSOLE'] = world.config.districts[0]!.databaseUrl;
    await open(page, 'Registration');
    await button(page, 'Register a district…').click();
    const dialog = page.getByRole('dialog', { name: 'Register a district' });
    expect(await button(dialog, 'Test and register').getAttribute('aria-disabled')).toBe('true');
    await dialog.getByLabel('Id').fill('east');
    await dialog.getByLabel('Number at the state').fill('33');
    await dialog.getByLabel('Name').fill('East');
    await dialog.getByLabel('School year').fill('2027');
    await dialog.getByLabel('Where its database is').selectOption('a variable of the worker');
    await dialog.getByLabel(/^Database/).fill('DISTRICT_NONE');
    await button(dialog, 'Test and register').click();
    await dialog.getByText('The variable DISTRICT_NONE is not set').waitFor();
    await dialog.getByLabel(/^Database/).fill('DISTRICT_OF_CONSOLE');
    await button(dialog, 'Test and register').click();
    await row(page, 'East').getByText('Variable DISTRICT_OF_CONSOLE').waitFor();

    await button(page, 'Import a file…').click();
    const file = page.getByRole('dialog', { name: 'Import districts' });
    const lines = [
      'id,number,name,schoolYear,databaseVariable',
      'west,34,West,2027,DISTRICT_OF_CONSOLE',
      'far-west,34,Far west,2027,DISTRICT_OF_CONSOLE',
    ];
    const buffer = Buffer.from(lines.join('\n'));
    await file.getByLabel('CSV file').setInputFiles({ name: 'd.csv', mimeType: 'text/csv', buffer });
    await button(file, 'Look first').click();
    await file.getByText('2 lines would be: 1 registered, 0 changed, 0 unchanged, 1 refused.').waitFor();
    await file.getByText('Line 3, far-west: Line 2 has the same id, number or code.').waitFor();
    await button(file, 'Import').click();
    await file.getByText('2 lines: 1 registered,').waitFor();
    await button(file, 'Close').click();

    for (const name of ['East', 'West']) {
      await button(row(page, name), 'Retire…').click();
      await button(page.getByRole('dialog', { name: `Retire ${name}?` }), 'Retire').click();
      await row(page, name).getByText('Retired').waitFor();
    }
    await page.goto('/');
    await page.getByText('2 districts of 2').waitFor();
  }));

/** Each page, and what shows that it is there. */
const pages: readonly (readonly [string, string | RegExp])[] = [
  ['/', /^2 districts of 2$/],
  ['/requests', 'All of them'],
  ['/requests/new?color=none', /ticked/],
  ['/requests/a-thousand-districts?show=notRun', '40 districts of 1000'],
  ['/compliance', /districts of 2$/],
  ['/agents', 'Nothing runs and nothing waits.'],
  ['/admin/rights', 'Clerk of north'],
  ['/admin/audit', 'POST /principals'],
  ['/admin/districts', 'Variable DISTRICT_OF_CONSOLE'],
  ['/certifications', 'Nothing has been certified yet.'],
  ['/requests/nothing', 'Try again'],
];

test('nothing to complain of for who can’t see or point well, nor at 320 pixels', () =>
  inBrowser(
    async (page, watched) => {
      watched.expect(/404/);
      for (const [path, text] of pages) {
        await page.goto(path);
        await page.getByText(text).first().waitFor();
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme });
          const axe = new AxeBuilder({ page }).setLegacyMode(true);
          // Of the two only the colors differ.
          if (colorScheme === 'dark') axe.withRules(['color-contrast']);
          else axe.withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']);
          const { violations } = await axe.analyze();
          expect([path, violations.map(({ id, nodes }) => [id, nodes[0]?.html])]).toEqual([path, []]);
        }
        await page.setViewportSize({ width: 320, height: 640 });
        const overflow = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
        expect([path, overflow]).toEqual([path, 0]);
        await page.setViewportSize({ width: 1280, height: 900 });
      }
    },
    { reducedMotion: 'reduce' },
  ));
