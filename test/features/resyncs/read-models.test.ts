import type { Knex } from 'knex';
import { asAnyServer } from '../../support/any-server';
import { CursorError } from '../../../src/control/page';
import { finishObject, recountObject } from '../../../src/features/resyncs/object-store';
import { planObjects } from '../../../src/features/resyncs/planned-objects';
import { listErrors } from '../../../src/features/outcomes/list-errors';
import { listResyncs } from '../../../src/features/resyncs/list';
import { listAgentLog } from '../../../src/features/districts/agent-log';
import { readObjectsTable } from '../../../src/features/districts/read-objects-table';
import { readCauses } from '../../../src/features/outcomes/read-causes';
import { readResync, readResyncHead } from '../../../src/features/resyncs/read';
import { reconcile } from '../../../src/features/resyncs/reconcile';
import {
  beginResync,
  finishResync,
  insertResync,
  setResyncStatus,
} from '../../../src/features/resyncs/store';
import { readYearRuns } from '../../../src/features/year-end/read-year-runs';
import { createToken, listTokens, revokeToken, verifyToken } from '../../../src/features/access/token-store';
import {
  controlDatabase,
  district,
  ledgerPage,
  requestOf,
  runningResync,
  schoolYear,
  storedError,
  someCatalog,
} from '../../support/control-database';

const noCatalog = { name: 'none', objects: [] };
let control: Knex;
let close: () => Promise<void>;
beforeAll(async () => ({ control, close } = await controlDatabase()));
afterAll(() => close());

test('while an object runs its counts are those of the pages committed so far', async () => {
  await runningResync(control, 'live', ['School', 'Course']);
  await ledgerPage(control, { resyncId: 'live', object: 'School', read: 7, last: false }, { inserted: 7 });
  const view = await readResync(control, 'live');
  expect(view.objectResults).toMatchObject([
    { object: 'School', color: 'gray', counts: { processed: 7 }, ranges: 1, rangesDone: 0 },
    { object: 'Course', counts: { processed: 0 } },
  ]);
  expect(view.totals.processed).toBe(7);
});

test('110 blocked months go back to 11 excluded calendars', async () => {
  const resyncId = 'causes';
  await runningResync(control, resyncId, []);
  for (let calendar = 0; calendar < 11; calendar++) {
    await storedError(control, {
      resyncId,
      object: 'Calendar',
      key: `${calendar}`,
      outcome: 'excluded',
      code: 'STATE_EXCLUDED_CALENDAR',
    });
    await storedError(control, {
      resyncId,
      object: 'Structure',
      key: `${calendar}`,
      outcome: 'blocked',
      code: 'PARENT_NOT_AT_STATE',
      parent: { object: 'Calendar', key: `${calendar}` },
    });
    for (let month = 0; month < 10; month++) {
      await storedError(control, {
        resyncId,
        object: 'SchoolMonth',
        key: `${calendar}-${month}`,
        outcome: 'blocked',
        code: 'PARENT_NOT_AT_STATE',
        parent: { object: 'Structure', key: `${calendar}` },
      });
    }
  }
  await storedError(control, {
    resyncId,
    object: 'Attendance',
    key: '1',
    outcome: 'blocked',
    code: 'PARENT_NOT_AT_STATE',
    parent: { object: 'Person', key: '77' },
  });
  await storedError(control, { resyncId, object: 'Course', key: '1', code: 'VALUE_TOO_LONG' });
  const causes = await readCauses(control, resyncId);
  expect(causes).toMatchObject([
    {
      object: 'Calendar',
      outcome: 'excluded',
      records: 11,
      errors: 132,
      objects: [
        { object: 'SchoolMonth', errors: 110 },
        { object: 'Calendar', errors: 11 },
        { object: 'Structure', errors: 11 },
      ],
    },
    expect.anything(),
    expect.anything(),
  ]);
  expect(causes).toContainEqual(
    expect.objectContaining({ object: 'Person', outcome: 'missing', records: 1, errors: 1 }),
  );
  expect(causes.reduce((sum, { errors }) => sum + errors, 0)).toBe(134);
});

test('causes account for every error of a run with more parents than fit in memory', async () => {
  const resyncId = 'many';
  const columns =
    '(resyncID, districtID, objectName, recordKey, outcome, code, message, parentObject, parentKey)';
  const insert = (select: string, rows: number) =>
    control.raw(
      asAnyServer(
        `INSERT INTO recordError ${columns} SELECT '${resyncId}', 'd', ${select} FROM seq_1_to_${rows}`,
      ),
    );
  await insert(`'Enrollment', CONCAT('["', seq, '"]'), 'excluded', 'X', 'm', NULL, NULL`, 200);
  await insert(
    `'Roster', CONCAT('["', seq, '"]'), 'blocked', 'P', 'm', 'Enrollment', CONCAT('["', 1 + seq MOD 200, '"]')`,
    20_000,
  );
  await insert(
    `'Attendance', CONCAT('["', seq, '"]'), 'blocked', 'P', 'm', 'Roster', CONCAT('["', 1 + seq MOD 20000, '"]')`,
    40_000,
  );
  const causes = await readCauses(control, resyncId);
  expect(causes).toMatchObject([
    {
      object: 'Enrollment',
      records: 200,
      errors: 60_200,
      objects: [
        { object: 'Attendance', errors: 40_000 },
        { object: 'Roster', errors: 20_000 },
        { object: 'Enrollment', errors: 200 },
      ],
    },
  ]);
});

test('causes are made once when a run has ended, and anew when its errors were counted anew', async () => {
  const resyncId = 'kept';
  await runningResync(control, resyncId, ['School']);
  const errorsOf = async () => (await readCauses(control, resyncId)).map(({ errors }) => errors);
  await ledgerPage(control, { resyncId, object: 'School', read: 2 }, { failed: 2 });
  await storedError(control, { resyncId, object: 'School', key: '1' });
  expect(await errorsOf()).toEqual([1]);
  await storedError(control, { resyncId, object: 'School', key: '2' });
  // While it runs, what is stored by now.
  expect(await errorsOf()).toEqual([2]);
  await finishObject(control, { resyncId, object: 'School', status: 'finished' });
  await finishResync(control, { resyncId, status: 'finished' });
  expect(await Promise.all([errorsOf(), errorsOf()])).toEqual([[2], [2]]);
  await control('recordError').where({ resyncID: resyncId, recordKey: '["2"]' }).del();
  await ledgerPage(control, { resyncId, object: 'School', rangeNo: -1, read: 0 }, { failed: -1, updated: 1 });
  expect(await errorsOf()).toEqual([2]);
  await recountObject(control, { resyncId, object: 'School' });
  expect(await errorsOf()).toEqual([1]);
});

test('records that block each other in a circle are counted once and end', async () => {
  const resyncId = 'circle';
  await runningResync(control, resyncId, []);
  for (const [key, parent] of [
    ['1', '2'],
    ['2', '1'],
  ] as const) {
    await storedError(control, {
      resyncId,
      object: 'Staff',
      key,
      outcome: 'blocked',
      code: 'P',
      parent: { object: 'Staff', key: parent },
    });
  }
  const causes = await readCauses(control, resyncId);
  expect(causes.reduce((sum, { errors }) => sum + errors, 0)).toBe(2);
});

test('pages of errors give each error once, in any filter', async () => {
  const resyncId = 'pages';
  await runningResync(control, resyncId, []);
  for (let i = 0; i < 7; i++) {
    await storedError(control, {
      resyncId,
      object: i % 2 ? 'A' : 'B',
      key: `${i}`,
      outcome: i % 3 ? 'failed' : 'excluded',
    });
  }
  const keys: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await listErrors(control, noCatalog, { resyncId, limit: 2, cursor });
    expect(page.items.length).toBeLessThanOrEqual(2);
    keys.push(...page.items.map(({ key }) => key![0]!));
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  expect([...keys].sort()).toEqual(['0', '1', '2', '3', '4', '5', '6']);
  for (let offset = 0; offset <= 8; offset++) {
    const { items, total } = await listErrors(control, noCatalog, { resyncId, limit: 2, offset });
    expect([items.map(({ key }) => key![0]), total]).toEqual([keys.slice(offset, offset + 2), 7]);
  }
  const filtered = await listErrors(control, noCatalog, { resyncId, object: 'B', outcome: 'excluded' });
  expect(filtered.items.map(({ key }) => key![0])).toEqual(['0', '6']);
  expect(filtered).toMatchObject({ total: 2, totalCapped: false });
  const jumped = await listErrors(control, noCatalog, { resyncId, object: 'B', code: 'NONE', offset: 3 });
  expect(jumped).toEqual({ items: [], nextCursor: null, total: 0, totalCapped: false });
  await expect(listErrors(control, noCatalog, { resyncId, cursor: 'bm9uc2Vuc2U' })).rejects.toThrow(
    CursorError,
  );
});

test('pages of resyncs give each resync once, the newest first', async () => {
  for (let i = 0; i < 5; i++)
    await insertResync(control, {
      catalogHash: someCatalog,
      request: requestOf(`list-${i}`, { districtId: 'list' }),
    });
  const first = await listResyncs(control, { districtId: 'list', limit: 3 });
  const second = await listResyncs(control, { districtId: 'list', limit: 3, cursor: first.nextCursor! });
  const ids = [...first.items, ...second.items].map(({ resyncId }) => resyncId);
  expect(new Set(ids).size).toBe(5);
  expect(second.nextCursor).toBeNull();
});

test('resyncs are found by color, object, reason and time; of the state’s a district finds none by what it may not see', async () => {
  const districtId = 'found';
  const ofState = { initiator: 'state', scenario: 'STATE_REQUEST' } as const;
  await runningResync(control, 'found-1', ['School'], { districtId, scenario: 'GO_LIVE' });
  await runningResync(control, 'found-2', ['School', 'Course'], { districtId, ...ofState });
  await runningResync(control, 'found-3', ['Course'], { districtId });
  for (const [n, color] of ['green', 'red', 'red'].entries())
    await control('resync')
      .where({ resyncID: `found-${n + 1}` })
      .update({ color, status: 'finished', requestedAt: `2026-01-0${n + 1} 12:00:00` });
  const find = async (filter: object, seenBy: 'district' | 'state' = 'state') =>
    (await listResyncs(control, { districtId, seenBy, ...filter })).items.map(({ resyncId }) =>
      resyncId.at(-1),
    );
  expect(await find({ color: 'red' })).toEqual(['3', '2']);
  expect(await find({ color: 'red' }, 'district')).toEqual(['3']);
  expect(await find({ object: 'School' })).toEqual(['2', '1']);
  expect(await find({ object: 'School' }, 'district')).toEqual(['1']);
  expect(await find({ scenario: 'GO_LIVE' }, 'district')).toEqual(['1']);
  expect(await find({ scenario: 'STATE_REQUEST' }, 'district')).toEqual(['2']);
  const [from, to] = ['2026-01-02T00:00:00Z', '2026-01-03T00:00:00Z'].map((text) => new Date(text));
  expect(await find({ from, to }, 'district')).toEqual(['2']);
});

test('of the state’s run the agent’s log tells a district that it began and ended, not that it was paused nor how', async () => {
  const [districtId, resyncId] = ['agent-log', 'agent-log-1'];
  const ofState = { initiator: 'state', scenario: 'STATE_REQUEST', requestedBy: 'D. Kim' } as const;
  await insertResync(control, {
    catalogHash: someCatalog,
    request: requestOf(resyncId, { districtId, ...ofState }),
  });
  await beginResync(control, resyncId);
  for (const [n, status] of (['paused', 'running'] as const).entries())
    await setResyncStatus(control, { resyncId, status, sequence: n + 1 });
  await finishResync(control, { resyncId, status: 'failed', message: 'for the test' });
  const told = async (seenBy: 'district' | 'state') =>
    (await listAgentLog(control, { districtId, seenBy, sort: 'oldest' })).items;
  expect((await told('state')).map(({ kind }) => kind)).toEqual([
    ...['asked', 'running', 'paused', 'running', 'failed'],
  ]);
  expect(await told('district')).toMatchObject([
    { kind: 'asked', by: 'the state' },
    { kind: 'running', by: null },
    { kind: 'ended', color: null, errors: null, message: null },
  ]);
});

test('the objects table has each object’s newest run and what is new since the one before', async () => {
  for (const [resyncId, keys] of [
    ['table-1', ['1', '2']],
    ['table-2', ['2', '3', '4']],
  ] as const) {
    await runningResync(control, resyncId, ['Room']);
    for (const key of keys) await storedError(control, { resyncId, object: 'Room', key });
    await ledgerPage(
      control,
      { resyncId, object: 'Room', read: 10 },
      { unchanged: 10 - keys.length, failed: keys.length },
    );
    await finishObject(control, { resyncId, object: 'Room', status: 'finished' });
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const [row, never] = await readObjectsTable(control, {
    districtId: district,
    schoolYear,
    objects: ['Room', 'Never'],
  });
  expect(row!.last).toMatchObject({
    resyncId: 'table-2',
    color: 'red',
    counts: { errors: 3 },
    sincePreviousRun: { newErrors: 2, resolvedErrors: 1 },
  });
  expect(never!.last).toBeNull();
  const [ofState] = await readObjectsTable(control, {
    districtId: district,
    schoolYear,
    objects: ['Room'],
    initiator: 'state',
  });
  expect(ofState!.last).toBeNull();
});

test('a run of chosen records is not taken for a resync of the object, and expects what is chosen', async () => {
  const page = (resyncId: string, read: number) =>
    ledgerPage(control, { resyncId, object: 'Gym', read }, { unchanged: read });
  await runningResync(control, 'whole', ['Gym']);
  await page('whole', 100);
  await finishObject(control, { resyncId: 'whole', object: 'Gym', status: 'finished' });
  await new Promise((resolve) => setTimeout(resolve, 5));
  await runningResync(control, 'some', ['Gym'], {
    objects: ['Gym'],
    selection: 'retry',
    retryOf: 'whole',
    selected: { outcomes: ['failed'] },
  });
  const selected = new Map([['Gym', 4]]);
  await planObjects(control, {
    resyncId: 'some',
    districtId: district,
    schoolYear,
    objects: ['Gym'],
    selected,
  });
  await ledgerPage(control, { resyncId: 'some', object: 'Gym', read: 3, last: false }, { unchanged: 3 });
  const running = await readResync(control, 'some');
  expect(running.objectResults[0]).toMatchObject({ expected: 4, counts: { processed: 3 } });
  // 3 of 4, and not 3 of 100.
  expect(running.percent).toBeGreaterThan(50);
  expect((await readResyncHead(control, 'some')).percent).toBe(running.percent);
  await ledgerPage(control, { resyncId: 'some', object: 'Gym', pageNo: 1, read: 0 }, {});
  const end = await finishObject(control, { resyncId: 'some', object: 'Gym', status: 'finished' });
  expect(end).toMatchObject({ color: 'green', message: expect.stringMatching(/^1 of 4 chosen/) as string });
  const [row] = await readObjectsTable(control, { districtId: district, schoolYear, objects: ['Gym'] });
  expect(row!.last).toMatchObject({ resyncId: 'whole', sincePreviousRun: null });
  await runningResync(control, 'next', ['Gym']);
  expect((await readResync(control, 'next')).objectResults[0]).toMatchObject({ expected: 100 });
  const runs = (await readYearRuns(control, { schoolYear, districtId: district, judged: 'all' })).get(
    district,
  )!;
  expect(runs.find(({ resyncId }) => resyncId === 'some')).toMatchObject({ full: false });
});

test('a run whose workflow is gone becomes lost, one that never began is to be started', async () => {
  await control('resync').whereIn('status', ['accepted', 'queued', 'running', 'paused', 'preempted']).del();
  await insertResync(control, { catalogHash: someCatalog, request: requestOf('rec-accepted') });
  await runningResync(control, 'rec-gone', ['School']);
  await runningResync(control, 'rec-alive', ['School']);
  const { lost, toStart } = await reconcile(
    control,
    ({ request }) => Promise.resolve(request.resyncId === 'rec-alive' ? 'running' : 'unknown'),
    { leastAge: -1 },
  );
  expect(lost).toEqual(['rec-gone']);
  expect(toStart.map(({ resyncId }) => resyncId)).toEqual(['rec-accepted']);
  const view = await readResync(control, 'rec-gone');
  expect(view).toMatchObject({
    status: 'lost',
    color: 'red',
    objectResults: [{ status: 'failed', color: 'red' }],
  });
});

test('nothing is lost while Temporal does not answer', async () => {
  await runningResync(control, 'rec-unreachable', ['School']);
  await expect(reconcile(control, () => Promise.reject(new Error('away')))).rejects.toThrow('away');
  expect((await readResync(control, 'rec-unreachable')).status).toBe('running');
});

test('a token is usable until it is revoked or expires, and its secret is not stored', async () => {
  const made = await createToken(control, { name: 'office', level: 'district', districts: ['a'] });
  expect(await verifyToken(control, made.token)).toMatchObject({
    tokenId: made.tokenId,
    name: 'office',
    level: 'district',
    districts: ['a'],
  });
  const secret = made.token.split('_').slice(2).join('_');
  expect(JSON.stringify(await control('apiToken'))).not.toContain(secret);
  const wrong = `rsk_${made.tokenId}_${'A'.repeat(43)}`;
  for (const token of ['', 'rsk_x', wrong, `rsk_000000000000_${secret}`]) {
    expect(await verifyToken(control, token)).toBeNull();
  }
  expect((await listTokens(control))[0]!.lastUsedAt).not.toBeNull();
  expect(await revokeToken(control, made.tokenId)).toBe(true);
  expect(await verifyToken(control, made.token)).toBeNull();
  const expired = await createToken(control, { name: 'old', level: 'state', expiresInDays: -1 });
  expect(await verifyToken(control, expired.token)).toBeNull();
  await expect(createToken(control, { name: 'x', level: 'district' })).rejects.toThrow(RangeError);
});
