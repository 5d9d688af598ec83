import AxeBuilder from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { builtinCatalog } from '../../src/catalog/builtin';
import type { Resync } from '../../src/console/api/answers';
import { type Caller, ServiceWorld } from '../service/world';
import { until } from '../support/until';
import { openBrowser, WatchedContext } from './browser';
import { buildConsole, signIn } from './world';

const rights = [
  ...['resyncBatch', 'selectiveSync', 'verificationSummary', 'processAlerts'],
  ...['fieldSettings', 'errorLog', 'administration'],
] as Parameters<ServiceWorld['caller']>[1];

let world: ServiceWorld;
let browser: Browser;
/** Asks for resyncs; the clerk decides about what these ask. */
let north: Caller;
let clerk: Caller;
beforeAll(async () => {
  buildConsole();
  [world, browser] = await Promise.all([
    ServiceWorld.open(
      { timezone: 'America/Chicago' },
      { notices: { smtp: { url: 'smtp://127.0.0.1:1', from: 'resync@example.org' } } },
    ),
    openBrowser(),
  ]);
  [north, clerk] = [await world.caller('north', rights), await world.caller('north', rights)];
  await send({ objects: 'all' });
  await world.sql('north', 'UPDATE Calendar SET stateExclude = 1 LIMIT 1');
  await send({ objects: ['AttendanceSDMinute'] });
  await world.sql('north', 'UPDATE Calendar SET stateExclude = 0');
});
afterAll(async () => {
  await browser.close();
  await world.close();
});

/** A resync up to its end, or to where it waits for somebody. */
async function send(body: object): Promise<string> {
  const path = `/districts/${world.ids.north}/resyncs`;
  const { status, body: answer } = await north.ask<{ resyncId: string }>('POST', path, body);
  expect([status, answer]).toEqual([202, expect.anything()]);
  const { resyncId } = answer;
  const stops = ['finished', 'failed', 'awaitingApproval'];
  await until(
    'it has ended',
    () => read(resyncId),
    ({ status }) => stops.includes(status),
    120_000,
  );
  return resyncId;
}
const read = async (resyncId: string) => (await north.ask<Resync>('GET', `/resyncs/${resyncId}`)).body;

/** Runs steps in a browser of their own, signed in at a page, which must complain of nothing. */
async function inBrowser(
  caller: Caller,
  path: string,
  steps: (page: Page, watched: WatchedContext) => Promise<void>,
): Promise<void> {
  const watched = await WatchedContext.open(browser, world.url, { reducedMotion: 'reduce' });
  try {
    const page = await watched.context.newPage();
    await signIn(page, caller.token, `/sign-in?next=${encodeURIComponent(path)}`);
    await steps(page, watched);
  } finally {
    await watched.close();
  }
}

/**
 * Nothing to complain of for who can't see or point well, in light and dark, and nothing leaves a
 * narrow page.
 */
async function check(page: Page): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    const axe = new AxeBuilder({ page }).setLegacyMode(true);
    // Of the two only the colors differ.
    if (colorScheme === 'dark') axe.withRules(['color-contrast']);
    else axe.withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']);
    const { violations } = await axe.analyze();
    expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
  }
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize({ width: 320, height: 640 });
  expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
  await page.setViewportSize({ width: 1280, height: 900 });
}
const here = (rest: string) => `/d/${world.ids.north}/${rest}`;
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true });

test('the menu has every tool that the reader may use, in groups, and closes by Escape', () =>
  inBrowser(north, here('history'), async (page) => {
    await button(page, 'All tools').click();
    const group = page.getByRole('region', { name: 'Outcomes' });
    await group.getByRole('link', { name: /^Error Log/ }).waitFor();
    expect(await page.getByRole('region', { name: 'State' }).count()).toBe(0);
    await check(page);
    await page.keyboard.press('Escape');
    await group.waitFor({ state: 'detached' });
    await button(page, 'All tools').click();
    await page.getByRole('link', { name: /^Error Log Records/ }).click();
    await page.getByRole('heading', { name: 'Error Log' }).waitFor();
    await group.waitFor({ state: 'detached' });
  }));

test('letters lead from page to page, are listed, do nothing where one types, and can be turned off', () =>
  inBrowser(north, here('batch'), async (page) => {
    await page.getByRole('row', { name: /^Enrollment/ }).waitFor();
    await page.keyboard.press('?');
    const help = page.getByRole('dialog', { name: 'Keys' });
    await help.getByText('Tick all that stands below').waitFor();
    await check(page);
    await page.keyboard.press('Escape');
    await help.waitFor({ state: 'detached' });
    await page.keyboard.press('/');
    await page.keyboard.type('gh?');
    expect(await page.getByRole('searchbox', { name: 'Find' }).inputValue()).toBe('gh?');
    await page.getByRole('searchbox', { name: 'Find' }).fill('');
    // In the tree letters are names of objects.
    await page.getByRole('row', { name: /^District/ }).focus();
    await page.keyboard.type('gh');
    expect(page.url()).toContain('/batch');
    await page.getByRole('heading', { level: 1 }).click();
    await page.keyboard.type('gh');
    await page.waitForURL('**/history');
    await page.keyboard.type('gd');
    await page.getByRole('dialog', { name: 'Go to' }).getByRole('searchbox').fill('your');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/me');
    await page.getByLabel(/^Single letters as keys/).selectOption('off');
    await page.getByRole('heading', { level: 1 }).click();
    await page.keyboard.type('?gh');
    await page.waitForTimeout(300);
    expect([await help.count(), page.url().endsWith('/me')]).toEqual([0, true]);
  }));

test('removals wait for somebody else, who looks at the records and removes them', async () => {
  const { table } = builtinCatalog.objects.find(({ name }) => name === 'Graduation')!;
  await world.sql('north', `DELETE FROM ${table} LIMIT 2`);
  const id = await send({ objects: ['Graduation'], removals: 'apply' });
  await inBrowser(north, '/approvals', async (page) => {
    await page.getByText('approved by someone other than the requester').first().waitFor();
    expect(await button(page, 'Remove them…').getAttribute('aria-disabled')).toBe('true');
    await check(page);
  });
  await inBrowser(clerk, '/approvals', async (page) => {
    await page.getByRole('link', { name: 'look at the records' }).click();
    await page
      .getByRole('row', { name: /Graduation/ })
      .getByText('Awaits approval')
      .waitFor();
    await check(page);
    await button(page, 'Show the records of Graduation').click();
    await page.getByRole('dialog').getByText('only at the state', { exact: true }).first().waitFor();
    await button(page, 'Close').click();
    await button(page, 'Remove them…').click();
    await page.getByRole('dialog', { name: 'Remove these records at the state?' }).waitFor();
    await button(page, 'Remove').click();
    await page
      .getByRole('row', { name: /Graduation/ })
      .getByText('Approved')
      .waitFor();
    await until('it has ended', async () => (await read(id)).status === 'finished');
    await page.goto('/approvals');
    await page.getByText('Nothing waits for an approval.').waitFor();
  });
});

test('the Error Log counts by rule, its filter stands in the address, and a record leads to its history', () =>
  inBrowser(north, here('errors'), async (page) => {
    const { total } = (await north.ask<{ total: number }>('GET', `/districts/${world.ids.north}/errors`))
      .body;
    await page.getByText(`${total} errors`).waitFor();
    const schools = (
      await north.ask<{ items: { school: string[]; name: string }[] }>(
        'GET',
        `/districts/${world.ids.north}/schools`,
      )
    ).body.items;
    const choices = page.getByRole('combobox', { name: 'School', exact: true }).getByRole('option');
    const ofSchools = (await choices.allTextContents()).slice(1);
    expect(ofSchools.length).toBeGreaterThan(0);
    for (const text of ofSchools)
      expect(schools.map(({ school, name }) => `${name} · ${school.join()}`)).toContain(
        text.replace(/ \(\d+\)$/, ''),
      );
    await check(page);
    await page.getByLabel('Rule').selectOption({ value: 'STATE_EXCLUDED_CALENDAR' });
    await page.getByText('1 error.').waitFor();
    expect(page.url()).toContain('code=STATE_EXCLUDED_CALENDAR');
    const file = await page.getByRole('link', { name: 'CSV', exact: true }).getAttribute('href');
    const csv = await page.evaluate<string>(`fetch(${JSON.stringify(file)}).then((found) => found.text())`);
    expect(csv.trim().split('\n')).toHaveLength(2);
    await page.getByRole('table').getByRole('link').first().click();
    await page.getByText('Excluded by the state').waitFor();
    await page.getByText('Inserted').waitFor();
    await check(page);
    await page.goBack();
    await page.getByLabel('Outcome').selectOption('failed');
    await page.getByText('No error has all of this.').waitFor();
    await button(page, 'Clear the filters').click();
    await page.getByText(`${total} errors`).waitFor();
  }));

test('the agent’s log leads from what came and ended to the errors', async () => {
  const agents = await world.caller('north', ['agents', 'resyncBatch', 'errorLog']);
  await inBrowser(agents, here('agent'), async (page) => {
    await page.getByRole('heading', { name: 'Agent Log' }).waitFor();
    await page.getByRole('cell', { name: 'Asked for' }).first().waitFor();
    await check(page);
    await page
      .getByRole('table')
      .getByRole('link', { name: /^[1-9]\d*$/ })
      .first()
      .click();
    await page
      .getByRole('table', { name: 'Records with errors' })
      .or(page.getByText(/^\d+ records?$/))
      .first()
      .waitFor();
    expect(page.url()).toMatch(/\/runs\/.+\/errors$/);
  });
});

test('without the right errorLog the Error Log tells no key', async () => {
  const viewer = await world.caller('north', ['resyncView']);
  await inBrowser(viewer, here('errors'), async (page) => {
    await page.getByText('hidden', { exact: true }).first().waitFor();
    expect(await page.getByRole('table').getByRole('link', { name: /^\d+$/ }).count()).toBe(0);
  });
});

test('alerts are counted in the head, found by filters in the address, and deleted with a way back', () =>
  inBrowser(north, '/alerts', async (page) => {
    const path = '/alerts/count';
    const { unread } = (await north.ask<{ unread: number }>('GET', path)).body;
    expect(unread).toBeGreaterThan(1);
    await page.getByRole('link', { name: `Alerts ${unread} unread` }).waitFor();
    await check(page);
    const messages = page.getByRole('row').filter({ has: page.getByRole('rowheader') });
    const all = await messages.count();
    await page.getByLabel('Find Messages').fill('resync');
    await page.waitForURL(/q=resync/);
    await page.getByLabel('Process').selectOption('Data Certification');
    await page.getByText('Nothing is like this.').waitFor();
    await page.reload();
    await page.getByText('Nothing is like this.').waitFor();
    await button(page, 'Show all').click();
    await messages.nth(all - 1).waitFor();
    // As a keyboard gives it, a digit of the year at a time.
    for (const year of ['0002', '0020', '0209', '2099']) await page.getByLabel(/^From/).fill(`${year}-01-01`);
    await page.getByText('Nothing is like this.').waitFor();
    await button(page, 'Show all').click();
    await page.getByLabel('All messages shown').check();
    await button(page, 'Mark read').click();
    await page.getByText('All read').waitFor();
    await page.getByRole('link', { name: 'Alerts', exact: true }).waitFor();
    await button(page, 'Delete Selected Messages').click();
    await page.getByText(`${all} messages deleted for you.`).waitFor();
    await page.getByText('No message yet.').waitFor();
    await button(page, 'Undo').click();
    await messages.nth(all - 1).waitFor();
  }));

test('one record is found by its GUID, previewed with all that goes with it, and sent', async () => {
  const { table } = builtinCatalog.objects.find(({ name }) => name === 'Enrollment')!;
  const { guidColumn, key } = builtinCatalog.objects.find(({ name }) => name === 'Enrollment')!;
  const [row = {}] = await world.sql('north', `SELECT * FROM ${table} LIMIT 1`);
  const sender = await world.caller('north', ['selectiveSync']);
  await inBrowser(sender, here('selective'), async (page) => {
    await page.getByText('No record has been sent by itself yet.').waitFor();
    await page.getByLabel('Object').selectOption('Enrollment');
    await page.getByLabel('Found by').selectOption('guid');
    await page.getByRole('textbox', { name: 'GUID' }).fill('00000000-0000-0000-0000-000000000000');
    await button(page, 'Preview').click();
    await page.getByText('No Enrollment of north has this GUID.').waitFor();
    await page.getByRole('textbox', { name: 'GUID' }).fill(String(row[guidColumn!]));
    await button(page, 'Preview').click();
    await page
      .getByRole('row', { name: /PersonIdentity/ })
      .getByText('1 needed by others')
      .waitFor();
    expect(new URL(page.url()).searchParams.get('key')).toBe(
      JSON.stringify(key.map((part) => String(row[part]))),
    );
    await check(page);
    await button(page, /^Send \d+ records…$/).click();
    await page.getByRole('dialog').getByText('It waits its turn').waitFor();
    await button(page, 'OK').click();
    await page.getByText('Finished').waitFor();
    await check(page);
  });
  await inBrowser(
    north,
    here(`selective?object=School&key=${encodeURIComponent('["nobody"]')}`),
    async (page, watched) => {
      watched.expect(/422/);
      await button(page, 'Preview').click();
      await page.getByText(/^The district has no School of this key/).waitFor();
    },
  );
});

test('a schedule is made, seen in the week, waits for a window, and is changed and deleted', () =>
  inBrowser(north, here('schedules'), async (page) => {
    await page.getByText('Nothing starts by itself yet.').waitFor();
    await button(page, 'New schedule…').click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'Name' }).fill('Nightly');
    await dialog.getByLabel('Times of day').fill('3:30');
    await dialog.getByText('It would fire next:').waitFor();
    await check(page);
    await button(page, 'Save').click();
    await dialog.waitFor({ state: 'detached' });
    await page
      .getByRole('rowheader', { name: /^Nightly/ })
      .getByText('every day at 03:30')
      .waitFor();
    await button(page, 'Week after').click();
    const week = page.getByRole('region', { name: 'The week' });
    await week.getByText('03:30 Nightly (resync)').nth(6).waitFor();
    await button(page, 'New window…').click();
    await dialog.getByLabel('From').fill('22:00');
    await dialog.getByLabel(/^To/).fill('04:00');
    await dialog.getByLabel('Why').fill('Backups');
    await button(page, 'Save').click();
    await week
      .getByText(/Nightly \(resync\), waits until \d{4}-\d\d-\d\d 04:00/)
      .first()
      .waitFor();
    await week.getByText('22:00 to 24:00 blackout: Backups').first().waitFor();
    await check(page);
    await button(page, /^Edit Monday to Friday/).click();
    await dialog.getByLabel(/^To/).fill('02:00');
    await button(page, 'Save').click();
    await page.getByText('Monday to Friday, 22:00 to 02:00 of the next day').waitFor();
    await button(page, 'Edit Nightly').click();
    await dialog.getByRole('textbox', { name: 'Name' }).fill('Early');
    await button(page, 'Save').click();
    await page.getByRole('rowheader', { name: /^Early/ }).waitFor();
    await button(page, 'Pause Early').click();
    await button(page, 'Resume Early').waitFor();
    await button(page, /^Delete Monday to Friday/).click();
    await page.getByText('Resyncs may run at any time.').waitFor();
    await button(page, 'Delete Early').click();
    await button(page, 'Delete').click();
    await page.getByText('Nothing starts by itself yet.').waitFor();
  }));

test('the state says whose a field is; the district sees it, and who changed it when', async () => {
  const state = await world.caller('state', ['fieldSettings']);
  await inBrowser(north, here('fields'), async (page) => {
    await page.getByRole('link', { name: 'School', exact: true }).click();
    await page.getByRole('rowheader', { name: 'School.schoolID' }).waitFor();
    await page.getByText('fixed: records are matched by it').first().waitFor();
    expect(await page.getByRole('combobox', { name: /^Owner of/ }).count()).toBe(0);
    await check(page);
  });
  await inBrowser(state, here('fields?object=School'), async (page) => {
    await page.getByRole('combobox', { name: 'Owner of School.name' }).selectOption('state');
    await page.getByText('1 field to change: School.name').waitFor();
    await check(page);
    await button(page, 'Save').click();
    await page.getByText('Choose whose a field is').waitFor();
    await page.getByLabel('Set otherwise than by default').check();
    await page.waitForURL(/changed=true/);
    await page.getByRole('rowheader').nth(1).waitFor({ state: 'detached' });
    expect(await page.getByRole('rowheader').count()).toBe(1);
  });
  await inBrowser(north, here('fields?view=changes'), async (page) => {
    await page.getByText('the district → the state').waitFor();
    expect(await page.getByRole('row', { name: /School\.name/ }).textContent()).not.toContain('principal');
    await check(page);
  });
});

test('what a resync changed, every object beside the resyncs, and one object with its parents and children', () =>
  inBrowser(north, here('history?view=matrix'), async (page) => {
    const calendar = page.getByRole('row', { name: /^Calendar / });
    await calendar
      .getByText(/^Red, finished: |^Yellow, finished: /)
      .first()
      .waitFor();
    await check(page);
    await calendar.getByRole('link', { name: 'Calendar', exact: true }).click();
    await page.getByRole('img', { name: /^Errors of its resyncs/ }).waitFor();
    const facts = page.locator('dl.facts');
    await facts.getByRole('link', { name: 'ScheduleStructure', exact: true }).waitFor();
    await check(page);
    await page.getByRole('rowheader').nth(0).getByRole('link').click();
    await page.getByRole('link', { name: 'Changes', exact: true }).click();
    await page.getByText(/^\d+ errors? new, \d+ resolved/).waitFor();
    await page
      .getByRole('row', { name: /^Calendar / })
      .getByText('STATE_EXCLUDED_CALENDAR')
      .waitFor();
    await check(page);
  }));

test('the school year says what its end needs, and only the state switches without it, with a reason', async () => {
  const path = `/d/${world.ids.south}/year`;
  const south = await world.caller('south', ['resyncBatch', 'administration']);
  await inBrowser(south, path, async (page) => {
    await page.getByText('Its full resync is missing').waitFor();
    const toNext = button(page, 'Switch to 2027-2028…');
    expect(await toNext.getAttribute('aria-disabled')).toBe('true');
    await check(page);
  });
  const state = await world.caller('state', ['resyncBatch', 'administration']);
  await inBrowser(state, path, async (page) => {
    await button(page, 'Switch to 2027-2028…').click();
    const dialog = page.getByRole('dialog', { name: /^Switch south from 2026-2027/ });
    expect(await button(page, 'Switch').getAttribute('aria-disabled')).toBe('true');
    await dialog.getByLabel(/^Why/).fill('A test of the switch.');
    await check(page);
    await button(page, 'Switch').click();
    await page.getByText('2026-2027 → 2027-2028').waitFor();
    await page.getByText('A test of the switch.').waitFor();
  });
});

test('what the state holds is certified, its signature fits, and nothing has changed since', () =>
  inBrowser(north, '/certifications', async (page) => {
    await button(page, 'Certify…').click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel(/^Report/).fill('Fall count');
    await dialog.getByLabel('For the day').fill('2026-10-01');
    await button(page, 'Certify').click();
    await page.getByText('Certified', { exact: true }).waitFor();
    await page.getByText('Fits').waitFor();
    await button(page, 'Compare with now').click();
    await page.getByText('Nothing has changed').waitFor();
    await button(page, 'Show it').click();
    await page.getByRole('cell', { name: 'equal' }).first().waitFor();
    await check(page);
  }));

test('e-mail is asked for on one’s own page: of what, once a day, and only when it got worse', () =>
  inBrowser(north, '/me', async (page) => {
    const mail = page.getByRole('region', { name: 'Alerts by e-mail' });
    await mail.getByRole('checkbox', { name: 'Send me alerts by e-mail' }).check();
    expect(await mail.getByRole('button', { name: 'Save' }).getAttribute('aria-disabled')).toBe('true');
    await mail.getByLabel('Address').fill('north@example.org');
    await mail.getByRole('checkbox', { name: 'a resync has ended' }).uncheck();
    await mail.getByRole('checkbox', { name: 'All of a day in one e-mail' }).check();
    await mail.getByLabel(/^At/).fill('06:30');
    await mail.getByRole('checkbox', { name: /^Only when there are more errors/ }).check();
    await mail.getByLabel(/^Only from so many/).fill('5');
    await check(page);
    await mail.getByRole('button', { name: 'Save' }).click();
    await mail.getByText('Saved.').waitFor();
    await page.reload();
    await mail.getByLabel('Address').waitFor();
    expect(await mail.getByLabel(/^At/).inputValue()).toBe('06:30');
    expect(await mail.getByRole('checkbox', { name: 'a resync has ended' }).isChecked()).toBe(false);
    const { body } = await north.ask<{ email: { rules: object } }>('GET', '/notice-preferences');
    expect(body.email.rules).toMatchObject({ onlyWorse: true, leastRecords: 5, digest: { at: '06:30' } });
    await mail.getByRole('checkbox', { name: 'Send me alerts by e-mail' }).uncheck();
    await mail.getByRole('button', { name: 'Save' }).click();
    await mail.getByText('Saved.').waitFor();
  }));

test('a webhook is made, changed in place and deleted on one’s own page', () =>
  inBrowser(north, '/me', async (page) => {
    const webhooks = page.getByRole('region', { name: 'Webhooks' });
    await webhooks.getByText('You have none.').waitFor();
    await button(page, 'New webhook…').click();
    const made = page.getByRole('dialog', { name: 'New webhook' });
    await made.getByLabel('Address').fill('https://example.org/resync');
    await check(page);
    await made.getByRole('button', { name: 'Save' }).click();
    await webhooks.getByText(/^whsec_/).waitFor();
    await webhooks.getByText('all alerts, each at once').waitFor();
    await check(page);
    await button(page, 'Edit https://example.org/resync').click();
    const changed = page.getByRole('dialog', { name: 'Change the webhook' });
    await changed.getByRole('checkbox', { name: /^Only when there are more errors/ }).check();
    await changed.getByRole('button', { name: 'Save' }).click();
    await webhooks.getByText('all alerts, each at once, only when it got worse').waitFor();
    await button(page, 'New secret for https://example.org/resync').click();
    const asked = page.getByRole('dialog', { name: 'Make a new secret?' });
    await check(page);
    await asked.getByRole('button', { name: 'New secret' }).click();
    await webhooks.getByText(/^whsec_/).waitFor();
    await button(page, 'Delete https://example.org/resync').click();
    const sure = page.getByRole('dialog', { name: 'Delete the webhook?' });
    await sure.getByRole('button', { name: 'Leave it' }).click();
    await button(page, 'Delete https://example.org/resync').click();
    await sure.getByRole('button', { name: 'Delete' }).click();
    await webhooks.getByText('You have none.').waitFor();
  }));

test('one’s own settings: colors, rows and tokens; About has the version, and for the state’s administrators the doctor', async () => {
  await inBrowser(north, '/about', async (page) => {
    await page.getByText('62 objects').waitFor();
    expect(await page.getByRole('region', { name: 'Is it well?' }).count()).toBe(0);
    await check(page);
    await page.getByRole('link', { name: 'north', exact: true }).click();
    await page.getByRole('heading', { name: 'Your settings' }).waitFor();
    await page.getByText('Valid', { exact: true }).waitFor();
    await check(page);
    await page.getByLabel('Rows').selectOption('compact');
    await page.getByLabel('Colors').selectOption('dark');
    await page.reload();
    await page.getByRole('heading', { name: 'Your settings' }).waitFor();
    const look = await page.evaluate<string>('JSON.stringify({ ...document.documentElement.dataset })');
    expect(JSON.parse(look)).toEqual({ theme: 'dark', density: 'compact' });
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(15, 20, 25)');
  });
  const spare = await world.caller('north', ['resyncBatch']);
  await inBrowser(spare, '/me', async (page, watched) => {
    watched.expect(/401/);
    await button(page, /^Revoke/).click();
    await page.getByRole('dialog', { name: 'Your session is over' }).waitFor();
  });
  const state = await world.caller('state', ['administration']);
  await inBrowser(state, '/about', async (page) => {
    await page.getByRole('region', { name: 'Is it well?' }).getByRole('rowheader').first().waitFor();
    await check(page);
  });
});
