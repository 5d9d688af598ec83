import type { Knex } from 'knex';
import { readDriftFound } from '../../../src/features/year-end/read-drift';
import { lookAtLedger } from '../../../src/features/verifications/ledger-watch';
import { reconcileVerifications } from '../../../src/features/verifications/reconcile';
import { finishResync } from '../../../src/features/resyncs/store';
import { finishVerification, insertVerification } from '../../../src/features/verifications/store';
import { planVerifiedObjects, storeVerifiedObject } from '../../../src/features/verifications/object-store';
import { noRecords } from '../../../src/domain/outcome';
import { nothingCompared } from '../../../src/domain/verification';
import {
  controlDatabase,
  district,
  ledgerPage,
  runningResync,
  schoolYear,
  someCatalog,
} from '../../support/control-database';

let control: Knex;
let close: () => Promise<void>;
beforeEach(async () => {
  ({ control, close } = await controlDatabase());
});
afterEach(() => close());

const of = { districtId: district, schoolYear };
const look = (over: Partial<Parameters<typeof lookAtLedger>[1]> = {}) =>
  lookAtLedger(control, {
    ...of,
    objects: ['School'],
    exceptResync: null,
    initiator: 'district',
    since: null,
    ...over,
  });
const stand = (resyncId: string, fields: object) =>
  control('resync').where({ resyncID: resyncId }).update(fields);

test('a resync is in the middle of an object while it moves it, or has half a range of it; not otherwise', async () => {
  expect((await look()).busy).toBeNull();
  await runningResync(control, 'r', ['School', 'Course']);
  expect((await look()).busy).toEqual({ resyncId: 'r', hidden: false });
  expect((await look({ objects: ['Room'] })).busy).toBeNull();
  expect((await look({ exceptResync: 'r' })).busy).toBeNull();
  expect((await look({ schoolYear: 2026 })).busy).toBeNull();
  // Paused, or held by a blackout: nothing moves, and what is whole may be compared.
  for (const still of [{ status: 'paused' }, { status: 'running', heldUntil: '2099-01-01 00:00:00' }]) {
    await stand('r', { heldUntil: null, ...still });
    expect((await look()).busy).toBeNull();
  }
  await ledgerPage(control, { resyncId: 'r', object: 'School', read: 1, last: false }, { inserted: 1 });
  expect((await look()).busy).toEqual({ resyncId: 'r', hidden: false });
  expect((await look({ objects: ['Course'] })).busy).toBeNull();
  await ledgerPage(control, { resyncId: 'r', object: 'School', pageNo: 1, read: 1 }, { inserted: 1 });
  expect((await look()).busy).toBeNull();
});

test('half a range of a resync that has ended is how things stand', async () => {
  await runningResync(control, 'r', ['School']);
  await ledgerPage(control, { resyncId: 'r', object: 'School', read: 1, last: false }, { inserted: 1 });
  await finishResync(control, { resyncId: 'r', status: 'cancelled' });
  expect((await look()).busy).toBeNull();
});

test('pages written between two looks are seen, also of a resync that began and ended in between', async () => {
  const before = await look();
  await runningResync(control, 'r', ['School']);
  await ledgerPage(control, { resyncId: 'r', object: 'School', read: 1 }, { unchanged: 1 });
  await finishResync(control, { resyncId: 'r', status: 'cancelled' });
  const after = await look({ since: before.at });
  expect(after.busy).toBeNull();
  expect(after.stamp).not.toBe(before.stamp);
  expect((await look({ since: before.at, objects: ['Course'] })).stamp).toBe(before.stamp);
});

test('which objects the state asked for can’t be told by what a district’s verification waits for', async () => {
  await runningResync(control, 'states', ['School'], { initiator: 'state' });
  for (const objects of [['School'], ['Course']])
    expect((await look({ objects })).busy).toEqual({ resyncId: 'states', hidden: true });
  await stand('states', { status: 'paused' });
  await ledgerPage(control, { resyncId: 'states', object: 'School', read: 1, last: false }, { inserted: 1 });
  for (const objects of [['School'], ['Course']])
    expect((await look({ objects })).busy).toEqual({ resyncId: 'states', hidden: true });
  // The state itself may know.
  expect((await look({ objects: ['Course'], initiator: 'state' })).busy).toBeNull();
});

test('none stays open for ever: started when it never was, failed when it was ended from outside', async () => {
  const request = {
    ...of,
    objects: 'all',
    checkDependencies: true,
    initiator: 'district',
    requestedBy: 'test',
  } as const;
  const insert = (verificationId: string, resyncId: string | null = null) =>
    insertVerification(
      control,
      {
        ...request,
        verificationId,
        resyncId,
        kind: resyncId === null ? 'verification' : 'beforeResync',
      },
      { catalogHash: someCatalog },
    );
  await runningResync(control, 'open', ['School']);
  await runningResync(control, 'over', ['School']);
  await finishResync(control, { resyncId: 'over', status: 'cancelled' });
  for (const id of ['new', 'never', 'runs', 'killed']) await insert(id);
  await insert('beforeAndAfter', 'open');
  await insert('loopOver', 'over');
  await control('verification')
    .whereNot({ verificationID: 'new' })
    .update({ requestedAt: control.raw('UTC_TIMESTAMP(3) - INTERVAL 1 HOUR') });
  const at = { runs: 'running', killed: 'ended' } as const;
  const started: string[] = [];
  await reconcileVerifications(control, {
    whereabouts: (id) => Promise.resolve(id in at ? at[id as keyof typeof at] : 'unknown'),
    start: ({ verificationId }) => Promise.resolve(void started.push(verificationId)),
  });
  expect(started).toEqual(['never']);
  const failed = (await control('verification')
    .where({ status: 'failed' })
    .pluck('verificationID')) as string[];
  expect(failed.toSorted()).toEqual(['killed', 'loopOver']);
});

test('drift that was found is known until a comparison of all objects finds none', async () => {
  let n = 0;
  const ended = async (
    objects: 'all' | string[],
    missing: number,
    initiator: 'district' | 'state' = 'district',
  ) => {
    const verificationId = `v${(n += 1)}`;
    const request = {
      ...of,
      checkDependencies: true,
      requestedBy: 'test',
      kind: 'verification',
      resyncId: null,
    } as const;
    await insertVerification(
      control,
      { ...request, verificationId, objects, initiator },
      { catalogHash: someCatalog },
    );
    await planVerifiedObjects(control, verificationId, [{ name: 'School', cycle: null }]);
    await storeVerifiedObject(control, {
      verificationId,
      object: 'School',
      counts: { ...nothingCompared, missing },
      predicted: { ...noRecords, inserted: missing },
      schools: new Map(),
      samples: [],
    });
    await finishVerification(control, { verificationId, status: 'finished', message: null });
    await control('verification')
      .where({ verificationID: verificationId })
      .update({ endedAt: `2027-06-0${n} 08:00:00` });
  };
  const whys = async (): Promise<string[]> =>
    ((await readDriftFound(control, { schoolYear })).get(district) ?? []).map(({ why }) => why);
  await ended('all', 1);
  expect(await whys()).toEqual(['A later verification, v1, found records the state lacks.']);
  await ended(['School'], 0);
  expect(await whys()).toHaveLength(1);
  await ended('all', 0);
  expect(await whys()).toEqual([]);
  await ended('all', 1, 'state');
  expect(await whys()).toEqual(['A later verification by the state found records the state lacks.']);
});
