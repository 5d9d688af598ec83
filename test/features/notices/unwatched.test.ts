import type { Knex } from 'knex';
import { noticeEvents, noticeKindOf, type NoticeRules, tellAll } from '../../../src/domain/notices';
import { noRecords } from '../../../src/domain/outcome';
import { nothingCompared } from '../../../src/domain/verification';
import { createToken } from '../../../src/features/access/token-store';
import { listNotices } from '../../../src/features/notices/list-due';
import { noteNoticeOwner } from '../../../src/features/notices/owner-store';
import { addWebhook } from '../../../src/features/notices/webhook-store';
import { failCertification, insertCertification } from '../../../src/features/certifications/store';
import { finishResync } from '../../../src/features/resyncs/store';
import { finishObject } from '../../../src/features/resyncs/object-store';
import { noteFiring } from '../../../src/features/schedules/store';
import {
  type DriftSettings,
  postDriftAlert,
  postIncompleteAlert,
} from '../../../src/features/verifications/drift-alert';
import {
  endVerifiedObject,
  planVerifiedObjects,
  readVerifiedObjects,
  storeVerifiedObject,
} from '../../../src/features/verifications/object-store';
import { finishVerification, insertVerification } from '../../../src/features/verifications/store';
import { postEndOfYearAlerts } from '../../../src/features/year-end/due-alerts';
import {
  controlDatabase,
  district,
  ledgerPage,
  runningResync,
  schoolYear,
  someCatalog,
  storedError,
} from '../../support/control-database';

/** What goes wrong while nobody waits becomes an alert, and a notice for who asked for it. */

const noticed = ['processAlerts', 'resyncBatch', 'verificationSummary'] as const;
let control: Knex;
let close: () => Promise<void>;
beforeEach(async () => {
  ({ control, close } = await controlDatabase());
});
afterEach(() => close());

const alerts = async (): Promise<
  { name: string; text: string; level: string | null; districtID: string | null }[]
> => control('processAlert').select('name', 'text', 'level', 'districtID').orderBy('processAlertID');

interface Verified extends Partial<DriftSettings> {
  readonly scheduled?: boolean;
  readonly initiator?: 'district' | 'state';
}

async function verified(
  verificationId: string,
  missing: number,
  { scheduled = true, initiator = 'district', ...drift }: Verified = {},
): Promise<void> {
  await insertVerification(
    control,
    {
      ...{ verificationId, districtId: district, schoolYear, objects: 'all', checkDependencies: true },
      ...{ initiator, requestedBy: 'schedule nightly', kind: 'verification', resyncId: null },
    },
    { catalogHash: someCatalog },
  );
  await planVerifiedObjects(control, verificationId, [{ name: 'School', cycle: null }]);
  await storeVerifiedObject(control, {
    ...{ verificationId, object: 'School', schools: new Map(), samples: [] },
    counts: { ...nothingCompared, districtRecords: 10, missing },
    predicted: { ...noRecords, inserted: missing },
  });
  await finishVerification(control, { verificationId, status: 'finished', message: null });
  if (scheduled)
    await noteFiring(control, {
      ...{ scheduleId: 's', scheduledFor: new Date(2027, 1, missing, missing).toISOString() },
      ...{ outcome: 'started', verificationId },
    });
  const settings = { leastRecords: 1, onlyOnIncrease: false, ...drift };
  for (const _ of [1, 2]) await postDriftAlert(control, verificationId, settings);
}

test('drift that a schedule finds is told, by its share and on increase where that is chosen', async () => {
  await verified('asked', 5, { scheduled: false });
  await verified('equal', 0);
  expect(await alerts()).toEqual([]);
  await verified('three', 3);
  expect(await alerts()).toEqual([
    {
      name: 'Drift Found',
      text: expect.stringContaining('found 3 record(s) that differ, in 1 object(s)') as string,
      ...{ level: null, districtID: district },
    },
  ]);
  await verified('less', 2, { onlyOnIncrease: true });
  await verified('few', 4, { leastRecords: 5 });
  expect(await alerts()).toHaveLength(1);
  await verified('more', 6, { onlyOnIncrease: true });
  await verified('state', 7, { initiator: 'state' });
  expect((await alerts()).slice(1)).toEqual([
    expect.objectContaining({ districtID: district }),
    // A district doesn't see what the state compares.
    expect.objectContaining({ districtID: null, level: 'state' }),
  ]);
});

test('a comparison that a schedule began and that has not compared everything is told, however it ended', async () => {
  const ended = async (id: string, status: 'finished' | 'failed' | 'cancelled', scheduled = true) => {
    const asked = { ...{ verificationId: id, districtId: district, schoolYear, objects: 'all' as const } };
    await insertVerification(
      control,
      {
        ...{ ...asked, checkDependencies: true, initiator: 'district', requestedBy: 'schedule nightly' },
        ...{ kind: 'verification', resyncId: null },
      },
      { catalogHash: someCatalog },
    );
    await planVerifiedObjects(control, id, [{ name: 'School', cycle: null }]);
    const at = { scheduleId: 's', scheduledFor: new Date(Date.UTC(2027, 1, 1, id.length)).toISOString() };
    if (scheduled) await noteFiring(control, { ...at, outcome: 'started', verificationId: id });
    await endVerifiedObject(control, {
      ...{ verificationId: id, object: 'School', status: 'failed', message: 'It does not answer.' },
    });
    await finishVerification(control, { verificationId: id, status, message: null });
    for (const _ of [1, 2]) await postIncompleteAlert(control, id);
  };
  await verified('whole', 3);
  await postIncompleteAlert(control, 'whole');
  await ended('by-hand', 'failed', false);
  await ended('taken-back', 'cancelled');
  const told = async () =>
    (await alerts()).filter(({ name }) => name === 'Scheduled Verification Incomplete');
  expect(await told()).toEqual([]);
  await ended('unread', 'finished');
  await ended('given-up', 'failed');
  expect(await told()).toEqual(
    ['unread', 'given-up'].map((id) => ({
      ...{ name: 'Scheduled Verification Incomplete', level: null, districtID: district },
      text: expect.stringMatching(`1 object.s., School for one, could not be compared.*${id}`) as string,
    })),
  );
});

test('who wants it is told from a number of records on, or only when it got worse; what has no number is always told', async () => {
  const { principalId } = await createToken(control, {
    ...{ name: 'picky', level: 'district', districts: [district], rights: noticed },
  });
  await noteNoticeOwner(control, { principalId, level: 'district', districts: [district], rights: noticed });
  const webhook = (url: string, rules: Partial<NoticeRules>) =>
    addWebhook(control, {
      ...{ principalId, url, secret: 'none', events: noticeEvents },
      rules: { ...tellAll, ...rules },
    });
  const all = await webhook('https://all.example.org', {});
  const many = await webhook('https://many.example.org', { leastRecords: 5 });
  const worse = await webhook('https://worse.example.org', { onlyWorse: true });
  const ran = async (resyncId: string, failed: number): Promise<void> => {
    await runningResync(control, resyncId, ['School']);
    await ledgerPage(control, { resyncId, object: 'School', read: 20 }, { failed, inserted: 20 - failed });
    for (let key = 0; key < failed; key++)
      await storedError(control, { resyncId, object: 'School', key: `${key}` });
    await finishObject(control, { resyncId, object: 'School', status: 'finished' });
    await finishResync(control, { resyncId, status: 'finished' });
    await listNotices(control, { olderThanSeconds: 0 });
  };
  const told = async ({ webhookId }: { webhookId: string }): Promise<string[]> =>
    control('noticeDelivery as d')
      .join('processAlert as a', 'a.processAlertID', 'd.processAlertID')
      .where({ target: webhookId })
      .orderBy('a.processAlertID')
      .pluck('alertKey');
  const runs = [0, 3, 3, 6, 5, 0];
  for (const [at, failed] of runs.entries()) await ran(`run-${at}`, failed);
  const ended = (...numbers: number[]) => numbers.map((at) => `resync-ended:run-${at}`);
  expect(await told(all)).toEqual(ended(0, 1, 2, 3, 4, 5));
  expect(await told(many)).toEqual(ended(3, 4));
  expect(await told(worse)).toEqual(ended(1, 3));

  for (const [id, missing] of [
    ['first', 3],
    ['less', 2],
    ['more', 6],
  ] as const) {
    await verified(id, missing);
    await listNotices(control, { olderThanSeconds: 0 });
  }
  expect((await told(all)).slice(6)).toEqual(['drift:first', 'drift:less', 'drift:more']);
  expect((await told(many)).slice(2)).toEqual(['drift:more']);
  expect((await told(worse)).slice(2)).toEqual(['drift:first', 'drift:more']);

  await runningResync(control, 'lost', ['School']);
  await finishResync(control, { resyncId: 'lost', status: 'failed', message: 'No database.' });
  await listNotices(control, { olderThanSeconds: 0 });
  for (const webhookOf of [all, many, worse])
    expect((await told(webhookOf)).at(-1)).toBe('resync-ended:lost');
});

test('of a resync that verifies it is told what still differs, and always what could not be compared', async () => {
  const { principalId } = await createToken(control, {
    ...{ name: 'picky', level: 'district', districts: [district], rights: noticed },
  });
  await noteNoticeOwner(control, { principalId, level: 'district', districts: [district], rights: noticed });
  const webhook = (rules: Partial<NoticeRules>) =>
    addWebhook(control, {
      ...{ principalId, url: 'https://one.example.org', secret: 'none', events: ['completion'] },
      rules: { ...tellAll, ...rules },
    });
  const many = await webhook({ leastRecords: 5 });
  const worse = await webhook({ onlyWorse: true });
  const ran = async (resyncId: string, different: number | null): Promise<void> => {
    await runningResync(control, resyncId, ['School']);
    await ledgerPage(control, { resyncId, object: 'School', read: 10 }, { unchanged: 10 });
    await finishObject(control, { resyncId, object: 'School', status: 'finished' });
    const verificationId = `${resyncId}-after`;
    await insertVerification(
      control,
      {
        ...{ verificationId, districtId: district, schoolYear, objects: 'all', checkDependencies: true },
        ...{ initiator: 'district', requestedBy: 'tester', kind: 'afterResync', resyncId },
      },
      { catalogHash: someCatalog },
    );
    await planVerifiedObjects(control, verificationId, [{ name: 'School', cycle: null }]);
    if (different === null)
      await endVerifiedObject(control, {
        ...{ verificationId, object: 'School', status: 'failed', message: 'No table.' },
      });
    else
      await storeVerifiedObject(control, {
        ...{ verificationId, object: 'School', schools: new Map(), samples: [], predicted: noRecords },
        counts: { ...nothingCompared, districtRecords: 10, different },
      });
    await finishVerification(control, { verificationId, status: 'finished', message: null });
    const objects = await readVerifiedObjects(control, verificationId);
    const { color } = await finishResync(control, {
      ...{ resyncId, status: 'finished', verified: { verificationId, objects } },
    });
    expect(color).toBe(different === 0 ? 'green' : 'red');
    await listNotices(control, { olderThanSeconds: 0 });
  };
  const runs = [0, 7, 7, 4, 6, null];
  for (const [at, different] of runs.entries()) await ran(`run-${at}`, different);
  const told = ({ webhookId }: { webhookId: string }): Promise<string[]> =>
    control('noticeDelivery as d')
      .join('processAlert as a', 'a.processAlertID', 'd.processAlertID')
      .where({ target: webhookId })
      .orderBy('a.processAlertID')
      .pluck('a.resyncID');
  expect(await told(many)).toEqual(['run-1', 'run-2', 'run-4', 'run-5']);
  expect(await told(worse)).toEqual(['run-1', 'run-4', 'run-5']);
});

test('a failed certification and a year that ends without its resync are told', async () => {
  await insertCertification(control, {
    certification: {
      ...{ certificationId: 'c', districtId: district, schoolYear, reportingDate: '2026-10-01' },
      ...{ name: 'Fall count', certifiedBy: 'district', requestedBy: 'test' },
    },
    asked: {},
    idempotencyKey: null,
  });
  for (const _ of [1, 2]) await failCertification(control, 'c', 'No key.');
  expect(await alerts()).toEqual([
    expect.objectContaining({
      name: 'Certification Failed',
      text: expect.stringContaining('No key.') as string,
    }),
  ]);

  const settings = {
    ...{ acceptedColors: ['green'] as const, judgedColor: 'all' as const, schoolYearStart: '07-01' },
    ...{ endOfYearDueDays: 30, startOfYearDueDays: 14 },
  };
  const districts = [{ id: district, name: 'Grand Bend', schoolYear }];
  const at = (day: string) => postEndOfYearAlerts(control, districts, { ...settings, now: new Date(day) });
  expect(await at('2027-05-30T00:00:00Z')).toBe(0);
  expect([await at('2027-06-02T00:00:00Z'), await at('2027-06-20T00:00:00Z')]).toEqual([1, 1]);
  expect([await at('2027-07-02T00:00:00Z'), await at('2027-07-03T00:00:00Z')]).toEqual([1, 1]);
  expect((await alerts()).slice(1).map(({ name, text }) => `${name}: ${text.slice(0, 60)}`)).toEqual([
    expect.stringContaining('End-of-year Resync Due') as string,
    expect.stringContaining('End-of-year Resync Due') as string,
  ]);
  await runningResync(control, 'full', ['School'], { objects: 'all' });
  await ledgerPage(control, { resyncId: 'full', object: 'School', read: 1 }, { unchanged: 1 });
  await finishObject(control, { resyncId: 'full', object: 'School', status: 'finished' });
  await finishResync(control, { resyncId: 'full', status: 'finished' });
  expect(await at('2027-07-20T00:00:00Z')).toBe(0);
});

test('each kind of alert is a notice that can be asked for by itself', () => {
  const names = {
    'Records Missing at the District': 'doubt',
    'Mass Update Held': 'doubt',
    'Records Held by Another District': 'identity',
    'Drift Found': 'drift',
    'Scheduled Resync Refused': 'schedule',
    'Recurring Request Refused': 'schedule',
    'Scheduled Verification Refused': 'schedule',
    'Scheduled Verification Incomplete': 'drift',
    'Sync Event Incomplete': 'syncEvent',
    'Certification Failed': 'certification',
  };
  for (const [name, event] of Object.entries(names)) {
    expect(noticeKindOf({ name, due: false })?.event).toBe(event);
    expect(noticeEvents).toContain(event);
  }
  expect(noticeKindOf({ name: 'End-of-year Resync Due', due: true })?.event).toBe('mandatoryDue');
});
