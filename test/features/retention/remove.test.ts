import { randomUUID } from 'node:crypto';
import request from 'supertest';
import { type ChainedEvent, hashOf, verifyChain } from '../../../src/features/access/audit-chain';
import { recordAudit } from '../../../src/features/access/audit-store';
import { planObjects } from '../../../src/features/resyncs/planned-objects';
import { insertResync } from '../../../src/features/resyncs/store';
import { removeOld } from '../../../src/features/retention/remove-old';
import { type RetainedKind, retainedKinds, type Retention } from '../../../src/domain/retention';
import type { ResyncRequest } from '../../../src/domain/resync';
import { apiWorld, type ApiWorld } from '../../support/api-world';
import { ledgerPage, requestOf, schoolYear, someCatalog } from '../../support/control-database';

let world: ApiWorld;
let district: string;
beforeAll(async () => (world = await apiWorld()));
afterAll(() => world.close());
beforeEach(() => (district = `d-${randomUUID().slice(0, 8)}`));

const forever = Object.fromEntries(retainedKinds.map((kind) => [kind, 'forever'])) as Retention;

/** Everything of these kinds that is older than so many days. */
async function remove(kept: Partial<Retention>, rowsAtOnce = 1_000): Promise<number> {
  const { control } = world;
  const { signal } = new AbortController();
  let rows = 0;
  for (const kind of Object.keys(kept) as RetainedKind[]) {
    let after: string | null = null;
    do {
      const step: Awaited<ReturnType<typeof removeOld>> = await removeOld(
        { control, rowsAtOnce, signal },
        kind,
        { retention: { ...forever, ...kept }, after },
      );
      rows += step.rows;
      ({ after } = step);
    } while (after !== null);
  }
  return rows;
}

const ago = (days: number) => world.control.raw('UTC_TIMESTAMP(3) - INTERVAL ? DAY', [days]);

const details = ['recordError', 'recordMarks', 'rangeLedger', 'resyncCauses'];

/** A run of School that ended so many days ago, with one row of each that is known of it. */
async function run(resyncId: string, days: number, over: Partial<ResyncRequest> = {}): Promise<void> {
  const { control } = world;
  const asked = requestOf(resyncId, { districtId: district, objects: ['School'], ...over });
  const { districtId } = asked;
  await insertResync(control, { catalogHash: someCatalog, request: asked });
  await planObjects(control, {
    ...{ resyncId, districtId, schoolYear: asked.schoolYear, objects: ['School'] },
  });
  const ended = { status: 'finished', color: 'green', startedAt: ago(days), endedAt: ago(days) };
  await control('DISBatchHistory').where({ resyncID: resyncId }).update(ended);
  await control('resync').where({ resyncID: resyncId }).update(ended);
  await ledgerPage(control, { resyncId, object: 'School', read: 1 }, { failed: 1 });
  const page = { resyncID: resyncId, objectName: 'School', rangeNo: 0, pageNo: 0 };
  await control('recordMarks').insert({ ...page, marks: Buffer.from([0]) });
  await control('resyncCauses').insert({ resyncID: resyncId, causes: '[]' });
  await errors(resyncId, districtId, 1);
}

async function errors(resyncId: string, districtId: string, count: number): Promise<void> {
  await world.control('recordError').insert(
    Array.from({ length: count }, (_, n) => ({
      ...{ resyncID: resyncId, districtID: districtId, objectName: 'School', recordKey: `["${n}"]` },
      ...{ outcome: 'failed', code: 'VALUE_TOO_LONG', message: 'A value is too long for the state.' },
    })),
  );
}

/** Which of these runs have rows in a table. */
async function having(table: string, ...runs: readonly string[]): Promise<string[]> {
  const ids = (await world.control(table).whereIn('resyncID', runs).pluck('resyncID')) as string[];
  return [...new Set(ids)].sort();
}

async function get(path: string, as: string): Promise<{ status: number; body: unknown }> {
  const answer = await request(world.app).get(`/api/v1${path}`).set('Authorization', as);
  return { status: answer.status, body: answer.body as unknown };
}

test('what is known of records goes before the run, which goes later; the newest two of each object stay whole', async () => {
  district = world.here;
  const runs = ['a-500', 'b-450', 'c-420', 'd-410'] as const;
  for (const id of runs) await run(id, Number(id.slice(2)));
  const [oldest, old, ...newest] = runs;
  expect(await remove({ errors: 400, marks: 400, ledger: 400 })).toBe(2 * details.length);
  for (const table of details) expect([table, await having(table, ...runs)]).toEqual([table, newest]);
  expect(await having('DISBatchHistory', ...runs)).toEqual(runs);
  expect(await remove({ errors: 400, marks: 400, ledger: 400 })).toBe(0);

  const shown = await get(`/resyncs/${old}`, world.as.here);
  expect([shown.status, shown.body]).toMatchObject([200, { errorsRemovedAt: expect.any(String) as string }]);
  for (const part of ['errors', 'causes', 'changes']) {
    const { status, body } = await get(`/resyncs/${old}/${part}`, world.as.here);
    expect([status, body]).toMatchObject([
      410,
      { detail: expect.stringMatching(/errors of this resync were removed on \d{4}-/) as string },
    ]);
  }
  // There is nothing to compare with: that of the run before is gone.
  const { body: changes } = await get(`/resyncs/${newest[0]}/changes`, world.as.here);
  expect(changes).toMatchObject({ items: [{ object: 'School', before: null }] });

  expect(await remove({ runs: 400 })).toBe(2 * 2);
  expect(await having('resync', ...runs)).toEqual(newest);
  const gone = await get(`/resyncs/${oldest}`, world.as.here);
  expect([gone.status, gone.body]).toMatchObject([
    410,
    {
      type: '/api/docs/errors.md#no-longer-kept',
      detail: expect.stringMatching(/^This resync ended on .* and was removed on .*runsDays/) as string,
    },
  ]);
  expect((await get(`/resyncs/${oldest}`, world.as.other)).status).toBe(404);
});

test('nothing that is waited for, decided by, certified or compared with is removed, however old it is', async () => {
  const { control } = world;
  const id = (name: string): string => `${name}-${district}`;
  const uses: Readonly<Record<string, (resyncID: string) => Promise<unknown>>> = {
    plain: () => Promise.resolve(),
    running: (resyncID) => control('resync').where({ resyncID }).update({ status: 'running', endedAt: null }),
    leased: (resyncID) =>
      control('districtLease').insert({ resyncID, districtID: district, schoolYear, epoch: 1 }),
    accepted: (resyncID) => control('resyncAcceptance').insert({ resyncID, acceptedBy: 's', reason: 'r' }),
    switched: (resyncID) =>
      control('scopedYearSwitch').insert({
        ...{ resyncID, districtID: district, fromYear: 2026, toYear: 2027, switchedBy: 's', overridden: 0 },
      }),
    retried: (resyncID) =>
      insertResync(control, {
        catalogHash: someCatalog,
        request: requestOf(id('retry'), { districtId: district, selection: 'retry', retryOf: resyncID }),
      }),
    awaiting: (resyncID) =>
      control('removalObject').insert({
        ...{ resyncID, objectName: 'School', position: 0, records: 9, found: 9 },
        ...{ thresholdPercent: 10, decision: 'awaiting' },
      }),
    requested: async (resyncID) => {
      const stateRequestID = id('request');
      await control('stateRequest').insert({
        ...{ stateRequestID, objects: '"all"', checkDependencies: 1, scenario: 'STATE_REQUEST' },
        ...{ mode: 'compare', reason: 'r', windowFrom: ago(1), windowUntil: ago(0), requestedBy: 's' },
        ...{ requestHash: 'h', status: 'running' },
      });
      await control('stateRequestDistrict').insert({
        ...{ stateRequestID, districtID: district, schoolYear, resyncID, status: 'running' },
      });
    },
    acted: async (resyncID) => {
      const districtActionID = id('action');
      await control('districtAction').insert({
        ...{ districtActionID, action: 'retry', asked: '{}', requestedBy: 's', requestHash: 'h' },
        status: 'accepted',
      });
      await control('districtActionItem').insert({
        ...{ districtActionID, position: 0, districtID: district, schoolYear, resyncID },
        ...{ madeID: id('made'), status: 'waiting' },
      });
    },
    asked: (resyncID) =>
      control('processAlert').insert({
        ...{ alertKey: id('task'), category: 'c', name: 'n', text: 't', districtID: district },
        ...{ toolRight: 'resyncBatch', resyncID, dueAt: ago(300) },
      }),
    full: (resyncID) =>
      control('resync')
        .where({ resyncID })
        .update({ objects: '"all"', endedAt: ago(600) }),
  };
  const runs = Object.keys(uses).map(id);
  for (const [name, use] of Object.entries(uses)) {
    await run(id(name), 700);
    await use(id(name));
  }
  await run(id('newer'), 3);
  await run(id('newest'), 2);
  await remove({ errors: 400, marks: 400, ledger: 400, runs: 400 });
  const left = runs.filter((one) => one !== id('plain')).sort();
  for (const table of ['resync', 'DISBatchHistory', ...details])
    expect([table, await having(table, ...runs)]).toEqual([table, left]);
});

test('the run that a certification names stays, and so does one that ended while it was measured', async () => {
  const { control } = world;
  const ended = { before: 704, named: 703, meanwhile: 702, after: 699, newer: 3, newest: 2 };
  const id = (name: string): string => `${name}-${district}`;
  for (const [name, days] of Object.entries(ended)) await run(id(name), days);
  await control('certification').insert({
    ...{ certificationID: id('c'), districtID: district, schoolYear, reportingDate: '2025-10-01' },
    ...{ name: 'n', certifiedBy: 'district', requestedBy: 'd', requestHash: 'h', status: 'certified' },
    ...{ requestedAt: control.raw('UTC_TIMESTAMP(3) - INTERVAL 16860 HOUR'), endedAt: ago(701) },
  });
  await remove({ errors: 400, marks: 400, ledger: 400, runs: 400 });
  const runs = Object.keys(ended).map(id);
  const left = ['named', 'meanwhile', 'newer', 'newest'].map(id).sort();
  for (const table of ['resync', ...details])
    expect([table, await having(table, ...runs)]).toEqual([table, left]);
});

test('each statement removes so many rows at most', async () => {
  await run(`many-${district}`, 700);
  await world
    .control('recordError')
    .where({ resyncID: `many-${district}` })
    .delete();
  await errors(`many-${district}`, district, 35);
  await run(`newer-${district}`, 3);
  await run(`newest-${district}`, 2);
  const statements: string[] = [];
  const listen = ({ sql, bindings }: { sql: string; bindings: readonly unknown[] }): void => {
    if (/^DELETE/i.test(sql)) statements.push(`${sql} ${String(bindings.at(-1))}`);
  };
  world.control.on('query', listen);
  await remove({ errors: 400 }, 10);
  world.control.off('query', listen);
  expect(statements.filter((sql) => sql.includes('`recordError`'))).toHaveLength(4);
  for (const sql of statements) expect(sql).toMatch(/LIMIT \? 10$/);
  expect(await having('recordError', `many-${district}`)).toEqual([]);
});

test('alerts, deliveries, previews, firings, sync events and verifications go when they are old and nobody waits for them', async () => {
  const { control } = world;
  const alert = async (name: string, over: object): Promise<number> => {
    const [alertId] = await control('processAlert').insert({
      ...{ alertKey: `${name}-${district}`, category: 'c', name, text: 't', districtID: district },
      ...{ toolRight: 'processAlerts', postedAt: ago(500), ...over },
    });
    await control('alertState').insert({ processAlertID: alertId, principalID: 'p', readAt: ago(1) });
    return alertId!;
  };
  const told = await alert('told', {});
  const kept = [
    await alert('young', { postedAt: ago(3) }),
    await alert('due', { dueAt: ago(400) }),
    await alert('transfer:a', {}),
    await alert('sending', {}),
  ];
  const settled = await alert('settled', { dueAt: ago(400), closedAt: ago(399) });
  const delivery = (processAlertID: number, status: string) =>
    control('noticeDelivery').insert({
      ...{ messageID: randomUUID(), processAlertID, principalID: 'p', channel: 'email' },
      ...{ target: district, status, createdAt: ago(500) },
    });
  await delivery(told, 'delivered');
  await delivery(kept[3]!, 'pending');
  for (const days of [500, 499, 498])
    await control('scheduleFiring').insert({
      ...{ scheduleID: district, scheduledFor: ago(days), outcome: 'skipped', firedAt: ago(days) },
    });
  for (const [name, days] of [
    ['old', 9],
    ['young', 2],
  ] as const) {
    await control('selectivePreview').insert({
      ...{ previewID: `${name}-${district}`, districtID: district, schoolYear, objectName: 'School' },
      ...{ recordKey: '["1"]', level: 'district', requestedBy: 'd', requestedAt: ago(days) },
    });
    const chosen = {
      resyncID: `${name}-${district}`,
      objectName: 'School',
      recordKey: '["1"]',
      why: 'asked',
    };
    await control('resyncSelection').insert(chosen);
  }
  const imported = { dryRun: false, requestedBy: district, status: 'finished' };
  for (const [name, days] of [
    ['old', 9],
    ['young', 2],
  ] as const) {
    const importID = `${name}-${district}`;
    await control('districtImport').insert({
      importID,
      ...imported,
      requestedAt: ago(9),
      endedAt: ago(days),
    });
    await control('districtImportLine').insert({ importID, lineNo: 2, mode: 'either', status: 'changed' });
  }
  for (const [name, endedAt] of [
    ['ended', ago(500)],
    ['open', null],
  ] as const) {
    const syncEventID = `${name}-${district}`;
    await control('syncEvent').insert({
      ...{ syncEventID, districtID: district, objectName: 'School', requestedBy: 's' },
      ...{ status: endedAt === null ? 'running' : 'finished', requestedAt: ago(500), endedAt },
    });
    await control('syncEventRecord').insert({ syncEventID, recordKey: '["1"]', code: 'c', message: 'm' });
  }
  for (const days of [503, 502, 501]) {
    const verificationID = `v-${days}-${district}`;
    await control('verification').insert({
      ...{ verificationID, districtID: district, schoolYear, objects: '"all"', checkDependencies: 1 },
      ...{ initiator: 'district', requestedBy: 'd', kind: 'verification', requestHash: 'h' },
      ...{ status: 'finished', requestedAt: ago(days), endedAt: ago(days) },
    });
    await control('verificationObject').insert({
      ...{ verificationID, objectName: 'School', position: 0, status: 'finished' },
    });
  }

  const all = { alerts: 400, deliveries: 90, previews: 7, firings: 400, syncEvents: 400, verifications: 400 };
  expect(await remove(all)).toBeGreaterThan(0);
  expect(await remove(all)).toBe(0);
  const of = (table: string, column: string, where: object) =>
    control(table).where(where).orderBy(column).pluck(column);
  expect(await of('processAlert', 'processAlertID', { districtID: district })).toEqual(kept);
  expect(await control('alertState').whereIn('processAlertID', [told, settled])).toEqual([]);
  expect(await of('noticeDelivery', 'status', { target: district })).toEqual(['pending']);
  expect(await of('scheduleFiring', 'scheduleID', { scheduleID: district })).toEqual([district]);
  expect(await of('selectivePreview', 'previewID', { districtID: district })).toEqual([`young-${district}`]);
  expect(await having('resyncSelection', `old-${district}`, `young-${district}`)).toEqual([
    `young-${district}`,
  ]);
  expect(await of('districtImport', 'importID', { requestedBy: district })).toEqual([`young-${district}`]);
  expect(await of('districtImportLine', 'lineNo', { importID: `old-${district}` })).toEqual([]);
  expect(await of('syncEvent', 'syncEventID', { districtID: district })).toEqual([`open-${district}`]);
  expect(await of('syncEventRecord', 'syncEventID', { syncEventID: `ended-${district}` })).toEqual([]);
  const verifications = await of('verification', 'verificationID', { districtID: district });
  expect(verifications.sort()).toEqual([`v-501-${district}`, `v-502-${district}`]);
  expect(await of('verificationObject', 'verificationID', { verificationID: `v-503-${district}` })).toEqual(
    [],
  );
});

test('the audit’s chain is provable after old events were removed; young ones can’t be, not even past the application', async () => {
  const { control } = world;
  // The chain begins with events of years ago.
  await control.raw('TRUNCATE TABLE auditEvent');
  let head = '';
  const hashes: string[] = [];
  for (const days of [3000, 2900, 2800, 2700, 2600]) {
    const happenedAt = new Date(Date.now() - days * 86_400_000)
      .toISOString()
      .replace('T', ' ')
      .replace('Z', '');
    const event: ChainedEvent = {
      ...{ happenedAt, principalID: 'p', principalName: 'P', level: 'state', districts: null },
      ...{ action: 'a', target: `t-${days}`, address: '::1', status: 200, details: '{}' },
    };
    head = hashOf(head, event);
    hashes.push(head);
    await control('auditEvent').insert({ ...event, hash: head });
  }
  const who = { principalId: 'p', name: 'P', level: 'state', districts: null } as const;
  const young = { who, action: 'young', target: 't', address: '::1', status: 200, details: {} };
  for (let n = 0; n < 2; n += 1) await recordAudit(control, young);
  expect(await verifyChain(control, null)).toMatchObject({ events: 7, brokenAt: null, anchor: null });

  expect(await remove({ audit: 2_555 }, 10)).toBe(5);
  const { body: chain } = await get(`/audit/chain?expect=${hashes[4]}`, world.as.state);
  // Two young ones, and the one that tells of what was removed.
  expect(chain).toMatchObject({
    ...{ events: 3, brokenAt: null, hasExpected: true },
    anchor: { events: 5, hash: hashes[4] },
  });
  expect(await verifyChain(control, hashes[1]!)).toMatchObject({ hasExpected: false, brokenAt: null });
  const told = (await control('auditEvent').where({ action: 'retention' }).first()) as { details: string };
  expect(JSON.parse(told.details)).toMatchObject({ events: 5, hash: hashes[4] });
  expect(await remove({ audit: 2_555 }, 10)).toBe(0);

  const first = (await control('auditEvent').where({ action: 'young' }).first()) as {
    auditEventID: number;
    hash: string;
  };
  const refused = { name: 'ControlError' };
  await expect(control('auditEvent').where({ action: 'young' }).delete()).rejects.toMatchObject(refused);
  const anchor = { upToEventID: first.auditEventID, hash: first.hash, events: 6 };
  await expect(control('auditAnchor').insert(anchor)).rejects.toMatchObject(refused);
  await expect(control('auditAnchor').delete()).rejects.toMatchObject(refused);
  await expect(control('auditAnchor').update({ events: 4 })).rejects.toMatchObject(refused);
  // Only who owns the tables can do this.
  await control.raw('DROP TRIGGER auditEvent_no_delete');
  await control('auditEvent').where({ auditEventID: first.auditEventID }).delete();
  expect((await verifyChain(control, null)).brokenAt).toBe(first.auditEventID + 1);
});
