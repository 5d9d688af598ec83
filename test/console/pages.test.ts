import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { builtinCatalog } from '../../src/catalog/builtin';
import { makeSignInCode } from '../../src/features/access/session-store';
import type { Resync } from '../../src/console/api/answers';
import { ServiceWorld, type Caller } from '../service/world';
import { openBrowser, openContext, WatchedContext } from './browser';
import { Issuer } from './issuer';
import { buildConsole, signIn } from './world';

const ofYear = builtinCatalog.objects.filter(({ schoolYear }) => schoolYear !== null).slice(0, 6);
const enrollmentNeeds = [
  'District',
  'School',
  'Calendar',
  'ScheduleStructure',
  'StructureGradeLevel',
  'PersonIdentity',
];

let world: ServiceWorld;
let browser: Browser;
let north: Caller;
let issuer: Issuer;
beforeAll(async () => {
  buildConsole();
  issuer = await Issuer.listen();
  const ofConsole = { clientId: 'console', name: 'the test’s own' };
  const auth = { oidc: { issuer: issuer.url, audience: 'resync', console: ofConsole } };
  const previousYear = { objects: ofYear.map(({ name }) => name) };
  [world, browser] = await Promise.all([
    ServiceWorld.open({ timezone: 'America/Chicago', previousYear }, { auth }),
    openBrowser(),
  ]);
  north = await world.caller('north', ['resyncBatch', 'errorLog', 'processAlerts', 'verificationSummary']);
});
afterAll(async () => {
  await browser.close();
  issuer.close();
  await world.close();
});

/** Runs steps in a browser of their own, which must complain of nothing. */
async function inBrowser(
  steps: (page: Page, watched: WatchedContext) => Promise<void>,
  options: Parameters<typeof WatchedContext.open>[2] = {},
): Promise<void> {
  const watched = await WatchedContext.open(browser, world.url, options);
  try {
    await steps(await watched.context.newPage(), watched);
  } finally {
    await watched.close();
  }
}
const box = (page: Page, name: string) => page.getByRole('checkbox', { name, exact: true });
const row = (page: Page, object: string) => page.locator(`tr[data-object="${object}"]`);
const idOf = (page: Page) => page.url().split('/').at(-1)!;
const verdict = (page: Page) => page.locator('.verdict').getByText(/^(Green|Yellow|Red): /);
const ended = async (page: Page): Promise<Resync> => {
  await verdict(page).waitFor();
  return (await north.ask<Resync>('GET', `/resyncs/${idOf(page)}`)).body;
};

test('a full resync: the box at the top left, Send Resync, OK', () =>
  inBrowser(async (page) => {
    await signIn(page, north.token);
    await box(page, 'All objects').check();
    await page.getByRole('button', { name: 'Send Resync' }).click();
    await page
      .getByRole('dialog')
      .getByText(/^Send \d+ objects of 2026-2027 to the state\?$/)
      .waitFor();
    await page.getByRole('button', { name: 'OK', exact: true }).click();
    await page.waitForURL(/\/runs\//);
    const { objects, totals, color } = await ended(page);
    expect([objects, color]).toEqual(['all', 'green']);
    await page.getByText(`Green: 0 errors in ${totals!.processed.toLocaleString('en-US')} records`).waitFor();
    await page.getByRole('link', { name: 'Timeline' }).click();
    await page.getByRole('columnheader', { name: 'Waited' }).waitFor();
    const sent = page.getByRole('row', { name: /^Enrollment [\d.:]+( s)? [\d.:]+( s)? No errors$/ });
    await sent.locator('rect').nth(1).waitFor({ state: 'attached' });
    expect(await sent.locator('rect').count()).toBe(2);
    await page.getByRole('link', { name: 'Batch', exact: true }).click();
    await row(page, 'Enrollment').getByText('No errors').waitFor();
  }));

test('a partial resync: Enrollment ticks the six that it needs, and they say why', () =>
  inBrowser(async (page) => {
    await signIn(page, north.token);
    await box(page, 'Check dependencies').check();
    await box(page, 'Enrollment').check();
    for (const object of enrollmentNeeds) {
      await row(page, object).getByText('needed by Enrollment').waitFor();
      expect(await box(page, `${object}, needed by Enrollment`).isChecked()).toBe(true);
    }
    await page.getByText('7 objects: 1 ticked, 6 needed by them').waitFor();
    // It can't be taken out by itself, and says so.
    await box(page, 'School, needed by Enrollment').click();
    await page.getByText('School is needed by Enrollment: it is sent as long as they are ticked.').waitFor();
    await page.waitForURL(/tick=Enrollment/);
    await page.getByRole('button', { name: 'Send Resync' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Send 7 objects of 2026-2027 to the state?').waitFor();
    await dialog.getByText(enrollmentNeeds.join(', ')).waitFor();
    await page.getByRole('button', { name: 'OK', exact: true }).click();
    await page.waitForURL(/\/runs\//);
    const { objects, objectResults } = await ended(page);
    expect(objects).toEqual(['Enrollment']);
    expect(objectResults!.map(({ object }) => object)).toEqual([...enrollmentNeeds, 'Enrollment']);
  }));

test('without Check dependencies only what is ticked is sent, and its parents show that it is below them', () =>
  inBrowser(async (page) => {
    await signIn(page, north.token);
    await box(page, 'Check dependencies').uncheck();
    await box(page, 'Enrollment').check();
    await page.getByText('1 object: 1 ticked, 0 needed by them').waitFor();
    expect(await box(page, 'School').isChecked()).toBe(false);
    await page.locator('tr[data-object="School"] input:indeterminate').waitFor();
    await box(page, 'PersonIdentity').check();
    await box(page, 'PersonIdentityNoStateIDOnly').check();
    await page
      .getByText(/sends a part of the records of PersonIdentity/)
      .first()
      .waitFor();
    const send = page.getByRole('button', { name: 'Send Resync' });
    expect(await send.getAttribute('aria-disabled')).toBe('true');
  }));

test('another year has its own heading and only its own objects, and is sent as such', () =>
  inBrowser(async (page) => {
    await signIn(page, north.token);
    await page.getByRole('combobox', { name: /^Year/ }).selectOption('2025-2026 (previous)');
    await page.getByText('Resync Data For The Previous School Year (2025-2026)').waitFor();
    const rows = page.locator('tr[data-object]');
    await rows.nth(ofYear.length).waitFor({ state: 'detached' });
    expect(await rows.count()).toBe(ofYear.length);
    await box(page, 'All objects').check();
    await page.getByRole('button', { name: 'Send Resync' }).click();
    await page
      .getByRole('dialog')
      .getByText(/of 2025-2026 to the state/)
      .waitFor();
    await page.getByRole('button', { name: 'OK', exact: true }).click();
    await page.waitForURL(/\/runs\//);
    const { schoolYear, objects } = await ended(page);
    expect([schoolYear, objects]).toEqual([2026, 'all']);
  }));

test('by keys alone: from the sign-in to a resync', () =>
  inBrowser(async (page) => {
    const press = (...keys: string[]) =>
      keys.reduce<Promise<void>>(
        (before, key) => before.then(() => page.keyboard.press(key)),
        Promise.resolve(),
      );
    await page.goto('/');
    await page.getByLabel('Token').waitFor();
    await press('Tab');
    await page.keyboard.insertText(north.token);
    await press('Enter');
    await row(page, 'District').waitFor();
    await row(page, 'District').focus();
    await press('ArrowDown', 's', 'c', 'Space');
    await page.getByText('2 objects: 1 ticked, 1 needed by them').waitFor();
    // Closed, nothing of School is shown; its key opens it again.
    await press('ArrowLeft');
    await row(page, 'Calendar').waitFor({ state: 'detached' });
    await press('ArrowRight');
    await row(page, 'Calendar').waitFor();
    await page.getByRole('button', { name: 'Send Resync' }).focus();
    await press('Enter');
    await page.getByRole('dialog').getByText('Ticked').waitFor();
    await page.getByRole('button', { name: 'OK', exact: true }).focus();
    await press('Enter');
    await page.waitForURL(/\/runs\//);
    expect((await ended(page)).objects).toEqual(['School']);
  }));

test('Results tell more when they are pointed at, and the Legend explains the colors', () =>
  inBrowser(async (page) => {
    await signIn(page, north.token);
    await row(page, 'School')
      .getByRole('button', { name: /^Processed: / })
      .hover();
    await page.getByRole('tooltip').getByText('Unchanged').waitFor();
    await page.getByRole('button', { name: 'Legend' }).click();
    await page.getByText('Color Coding Legend').waitFor();
    await page.getByLabel('Find').fill('roster');
    await page.locator('tr[data-object]').nth(11).waitFor({ state: 'detached' });
    await row(page, 'Roster').waitFor();
  }));

test('the end of a resync is an alert: opened it is read, and it is deleted for oneself only', () =>
  inBrowser(async (page) => {
    await signIn(page, north.token);
    await page.getByRole('link', { name: 'Alerts' }).click();
    const messages = page.getByRole('row').filter({ has: page.getByRole('rowheader') });
    await messages.first().waitFor();
    const before = await messages.count();
    await messages.first().getByText('unread').waitFor();
    await messages.first().getByRole('link').click();
    await verdict(page).waitFor();
    await page.goBack();
    await page
      .getByRole('checkbox', { name: /message \d+$/ })
      .first()
      .check();
    await page.getByRole('button', { name: 'Delete Selected Messages' }).click();
    await messages.nth(before - 1).waitFor({ state: 'detached' });
    await page.getByRole('checkbox', { name: 'Unread only' }).check();
    await page.waitForURL(/unread=true/);
  }));

test('a comparison says whether a resync is necessary, and its objects are ticked and sent', () =>
  inBrowser(async (page) => {
    const { stateTable } = builtinCatalog.objects.find(({ name }) => name === 'Day')!;
    await world.sql('state', `DELETE FROM ${stateTable} LIMIT 3`);
    await signIn(page, north.token);
    await page.getByRole('link', { name: 'Verifications' }).click();
    await page.getByRole('button', { name: 'Compare all of 2026-2027 now' }).click();
    await page.getByText('A resync is necessary').waitFor();
    const found = page
      .getByRole('row')
      .filter({ has: page.getByRole('rowheader', { name: 'Day', exact: true }) });
    await found.getByRole('cell', { name: '3', exact: true }).first().waitFor();
    await page.getByRole('link', { name: 'Tick them on the batch page' }).click();
    await page.getByText('1 object: 1 ticked, 0 needed by them').waitFor();
    await page.getByRole('checkbox', { name: 'Day', exact: true, checked: true }).waitFor();
    await page.getByRole('button', { name: 'Send Resync' }).click();
    await page.getByRole('dialog').getByText('a resync is necessary, of these for Day').waitFor();
    await page.getByRole('button', { name: 'OK', exact: true }).click();
    await page.waitForURL(/\/runs\//);
    expect((await ended(page)).totals!.inserted).toBe(3);
    await page.getByRole('link', { name: 'History' }).click();
    await page.getByRole('cell', { name: 'Day', exact: true }).waitFor();
    await page.getByLabel('Status').selectOption('Failed');
    await page.getByText('No resync is like this.').waitFor();
  }));

test('who may only look at resyncs sees the pages, and can send nothing', async () => {
  const auditor = await world.caller('north', ['resyncView']);
  await inBrowser(async (page) => {
    await signIn(page, auditor.token);
    await box(page, 'School').check();
    await page.getByText('2 objects: 1 ticked, 1 needed by them').waitFor();
    const send = page.getByRole('button', { name: 'Send Resync' });
    expect(await send.getAttribute('aria-disabled')).toBe('true');
    // Who presses it is told why not; without force it would be waited for.
    await send.click({ force: true });
    await page
      .getByRole('status')
      .filter({ hasText: /^Sending needs the tool right resyncBatch\.$/ })
      .waitFor();
    await page.getByRole('link', { name: 'History' }).click();
    await page.getByRole('heading', { name: 'Resync History' }).waitFor();
    expect(await page.getByRole('link', { name: /Verifications|Alerts/ }).count()).toBe(0);
  });
});

test('the code of a link signs in once; a right that is withdrawn is missing at the next step', async () => {
  const short = await world.caller('north', ['resyncBatch']);
  const tokenId = short.token.split('_')[1]!;
  const code = await makeSignInCode(world.control, tokenId);
  await inBrowser(async (page, watched) => {
    watched.expect(/40[13]/);
    await page.goto(`/sign-in?next=//elsewhere.example/#code=${code}`);
    await row(page, 'District').waitFor();
    expect(page.url()).not.toContain(code);
    await world
      .control('principalRight')
      .where({ toolRight: 'resyncBatch' })
      .whereIn('principalID', world.control('apiToken').select('principalID').where({ tokenID: tokenId }))
      .delete();
    await page.reload();
    await page.getByText('This page needs the tool right resyncBatch.').waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.goto(`/sign-in#code=${code}`);
    await page.getByText(/was used before/).waitFor();
  });
});

test('who another issuer vouches for signs in there, with what it says they may, and signs out there', async () => {
  await issuer.open(world.url, {
    ann: { name: 'Ann', resync_districts: [world.ids.north], resync_rights: ['resyncBatch'] },
    bob: { name: 'Bob' },
  });
  const inContext = async (steps: (page: Page) => Promise<void>): Promise<void> => {
    // Not watched: the issuer is another host.
    const context = await openContext(browser, world.url);
    // The provider's own pages ask for a font.
    await context.route(/googleapis/, (route) => route.abort());
    try {
      await steps(await context.newPage());
    } finally {
      await context.close();
    }
  };
  const begin = (page: Page) => page.getByRole('link', { name: 'Sign in with the test’s own' }).click();
  await inContext(async (page) => {
    await page.goto(`/d/${world.ids.north}/history`);
    await begin(page);
    await issuer.signIn(page, 'ann');
    await page.getByRole('heading', { name: 'Resync History' }).waitFor();
    await page.getByRole('link', { name: 'Ann', exact: true }).waitFor();
    const cookies = (await page.context().cookies(world.url)).filter(({ name }) => /resync/.test(name));
    expect(cookies).toMatchObject([{ name: 'resync-session', httpOnly: true, sameSite: 'Strict' }]);
    const asked = await page.evaluate<{ rights: string[]; districts: { id: string }[]; endsAt: string }>(
      `fetch('/api/v1/session').then((found) => found.json())`,
    );
    expect([asked.rights, asked.districts.map(({ id }) => id)]).toEqual([['resyncBatch'], [world.ids.north]]);
    // With the ID token, of an hour, and not after eight.
    expect(Date.parse(asked.endsAt) - Date.now()).toBeLessThan(3_700_000);
    const events = await world.control<{ principalID: string; action: string }>('auditEvent');
    expect(events).toContainEqual(
      expect.objectContaining({ principalID: 'oidc:ann', action: 'POST /session' }),
    );
    // Signed in there still: back at once, and never to another host.
    await page.goto('/api/v1/sign-in/oidc?next=//evil.example/');
    await page.getByRole('button', { name: 'Sign out' }).waitFor();
    expect(new URL(page.url()).origin).toBe(new URL(world.url).origin);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await issuer.signOut(page);
    await page.getByLabel('Token').waitFor();
    await page.goto(`/d/${world.ids.north}/history`);
    await begin(page);
    await page.locator('input[name="login"]').waitFor();
  });
  await inContext(async (page) => {
    for (const query of ['code=x&state=y', 'error=access_denied&state=y', '']) {
      await page.goto(`/api/v1/sign-in/oidc/callback?${query}`);
      await page.getByText('This sign-in was not begun in this browser').waitFor();
    }
    await page.goto('/');
    await begin(page);
    await issuer.signIn(page, 'bob');
    await page.getByText('without a district or a tool right here').waitFor();
    await page.getByLabel('Token').waitFor();
  });
});

test('a session that is over is opened again over the page, and nothing that was ticked is lost', () =>
  inBrowser(async (page, watched) => {
    watched.expect(/401/);
    await signIn(page, north.token);
    await box(page, 'School').check();
    await world.control('consoleSession').delete();
    const dialog = page.getByRole('dialog', { name: 'Your session is over' });
    const sending = page.getByRole('button', { name: 'Send Resync' }).click();
    // What the page asks for by itself may find it out first, and the dialog stand over the button.
    await Promise.race([sending, dialog.waitFor()]).finally(() => sending.catch(() => undefined));
    await dialog.getByLabel('Token').fill(north.token);
    await dialog.getByRole('button', { name: 'Sign in' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(await box(page, 'School').isChecked()).toBe(true);
  }));

test('nothing to complain of for who can’t see or point well, in light and dark', () =>
  inBrowser(
    async (page) => {
      const check = async (): Promise<void> => {
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme });
          const axe = new AxeBuilder({ page }).setLegacyMode(true);
          // Of the two only the colors differ.
          if (colorScheme === 'dark') axe.withRules(['color-contrast']);
          else axe.withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']);
          const { violations } = await axe.analyze();
          expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
        }
      };
      await page.goto('/');
      await page.getByLabel('Token').waitFor();
      await check();
      await signIn(page, north.token);
      await box(page, 'Enrollment').check();
      // Each kind of row is still there, and sixty of them are not.
      await page.getByLabel('Find').fill('enrollment');
      await check();
      await page.getByRole('button', { name: 'Send Resync' }).click();
      await page.getByRole('dialog').getByText('Needed by them').waitFor();
      await check();
      await page.getByRole('button', { name: 'Cancel' }).click();
      await row(page, 'Enrollment').getByRole('link').first().click();
      await verdict(page).waitFor();
      await page.getByRole('link', { name: 'Timeline' }).click();
      await page.getByRole('columnheader', { name: 'Waited' }).waitFor();
      await check();
      await page.getByRole('link', { name: 'Causes' }).click();
      await page.getByText('This resync has no errors.').waitFor();
      await check();
      await page.getByRole('link', { name: /^Errors/ }).click();
      await page.getByText('No record has an error.').waitFor();
      await check();
      await page.getByRole('link', { name: 'Alerts' }).click();
      await page.getByText('Delete Selected Messages').waitFor();
      await check();
      await page.goto(`/d/${world.ids.north}/history`);
      await page.getByRole('rowheader').first().waitFor();
      await check();
      await page.getByRole('link', { name: 'Verifications' }).click();
      await page.getByRole('rowheader').first().getByRole('link').click();
      await page.getByLabel('Differing only').uncheck();
      await page.getByRole('rowheader', { name: 'Day', exact: true }).waitFor();
      await check();
      await page.getByRole('link', { name: 'Records', exact: true }).click();
      await page.getByText('At most 20 records of each object.').waitFor();
      await check();
      await page.getByRole('link', { name: 'Schools', exact: true }).click();
      await page.getByRole('rowheader').first().waitFor();
      await page.goto('/nowhere');
      await page.getByText('There is no such page.').waitFor();
      await check();
    },
    { reducedMotion: 'reduce' },
  ));

test('nothing leaves the side of a page of 320 pixels, nor of one at 400 %', () =>
  inBrowser(
    async (page) => {
      const overflow = () => page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
      await signIn(page, north.token);
      await box(page, 'Enrollment').check();
      expect(await overflow()).toBeLessThanOrEqual(0);
      await page.getByRole('button', { name: 'Send Resync' }).click();
      await page.getByRole('dialog').getByText('Needed by them').waitFor();
      expect(await overflow()).toBeLessThanOrEqual(0);
      await page.getByRole('button', { name: 'Cancel' }).click();
      const { last } = (
        await north.ask<{ items: { last: { resyncId: string } }[] }>(
          'GET',
          `/districts/${world.ids.north}/objects`,
        )
      ).body.items[0]!;
      await page.goto(`/runs/${last.resyncId}`);
      await verdict(page).waitFor();
      expect(await overflow()).toBeLessThanOrEqual(0);
    },
    { viewport: { width: 320, height: 640 }, deviceScaleFactor: 1 },
  ));

test('the first load is small, and holds nothing of the server', () => {
  const folder = join(__dirname, '..', '..', 'dist', 'console');
  interface Output {
    readonly entryPoint?: string;
    readonly imports: readonly { readonly path: string; readonly kind: string }[];
  }
  const meta = JSON.parse(readFileSync(join(folder, 'meta.json'), 'utf8')) as {
    inputs: Record<string, object>;
    outputs: Record<string, Output>;
  };
  const named = new Map(
    Object.entries(meta.outputs).map(([path, output]) => [path.split('/').at(-1)!, output]),
  );
  const first = new Set<string>();
  const load = (name: string): void => {
    if (first.has(name)) return;
    first.add(name);
    for (const { path, kind } of named.get(name)?.imports ?? [])
      if (kind === 'import-statement') load(path.split('/').at(-1)!);
  };
  load(
    [...named].find(([name, { entryPoint }]) => entryPoint?.endsWith('main.tsx') && name.endsWith('.js'))![0],
  );
  const bytes = (name: string) => readFileSync(join(folder, 'assets', `${name}.gz`)).length;
  const scripts = [...first]
    .filter((name) => name.endsWith('.js'))
    .reduce((sum, name) => sum + bytes(name), 0);
  expect(scripts).toBeLessThan(130_000);
  const styles = readdirSync(join(folder, 'assets')).filter((name) => name.endsWith('.css'));
  expect(styles.reduce((sum, name) => sum + bytes(name), 0)).toBeLessThan(12_000);
  const forbidden = Object.keys(meta.inputs).filter(
    (path) => /node_modules\/(knex|zod|express)\//.test(path) || /^src\/(?!console|domain)/.test(path),
  );
  expect(forbidden).toEqual([]);
});
