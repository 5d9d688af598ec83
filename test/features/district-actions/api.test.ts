import request from 'supertest';
import { newSigningKey } from '../../../src/config/signing-key';
import { createToken } from '../../../src/features/access/token-store';
import { insertCertification } from '../../../src/features/certifications/store';
import { reconcileDistrictActions } from '../../../src/features/district-actions/reconcile';
import { finishObject } from '../../../src/features/resyncs/object-store';
import { finishResync } from '../../../src/features/resyncs/store';
import { insertVerification } from '../../../src/features/verifications/store';
import type { DistrictAction } from '../../../src/domain/district-action';
import type { ToolRight } from '../../../src/domain/rights';
import { resync, serve, type Served } from '../../support/command-line';
import { ledgerPage, runningResync, storedError, someCatalog } from '../../support/control-database';
import { apiWorld, type ApiWorld } from '../../support/api-world';
import { keepWorker, withWorker } from '../../support/api-worker';
import { endedVerification } from '../../../src/domain/verification';
import { until } from '../../support/until';

/** What the state does with many districts in one call. */

let world: ApiWorld;
let served: Served;
let endWorker: () => Promise<void>;
/** Ids of the districts, in order; the year of the last ones ended long ago. */
let ids: string[];
const late = 1_000;
beforeAll(async () => {
  world = await apiWorld({
    certification: { privateKey: newSigningKey() },
    more: [
      ...[{}, {}, { objects: { enabled: [], disabled: ['School', 'Course', 'Section', 'Room'] } }],
      ...Array.from({ length: late }, () => ({ schoolYear: 2020 })),
    ],
  });
  ids = world.config.districts.map(({ id }) => id);
  endWorker = await keepWorker(world);
  served = await serve(world.app, world.as.state);
});
afterAll(async () => {
  served.close();
  await endWorker();
  await world.close();
});

interface Item {
  readonly districtId: string;
  readonly resyncId: string | null;
  readonly whyNot: string | null;
  readonly note: string | null;
}
interface Preview {
  readonly previewHash: string;
  readonly count: number;
  readonly districts: number;
  readonly refused: number;
  readonly items: readonly Item[];
}
interface Outcome {
  readonly status: string;
  readonly counts: Record<string, number>;
  readonly items: readonly {
    readonly districtId: string;
    readonly resyncId: string | null;
    readonly status: string;
    readonly startedId: string | null;
    readonly message: string | null;
  }[];
}

const post = (path: string, body: object, { as = world.as.state, key = '' } = {}) => {
  const call = request(world.app).post(`/api/v1/district-actions${path}`).set('Authorization', as);
  return (key === '' ? call : call.set('Idempotency-Key', key)).send(body);
};
const preview = async (action: DistrictAction, districts: readonly string[], more: object = {}) => {
  const answer = await post('/preview', { action, districts, ...more });
  expect([answer.status, answer.body]).toEqual([200, expect.anything()]);
  return answer.body as Preview;
};
/** Shows it, then does it. */
const start = async (
  action: DistrictAction,
  districts: readonly string[],
  { words = {}, key = '' }: { words?: object; key?: string } = {},
): Promise<string> => {
  const { previewHash } = await preview(action, districts);
  const answer = await post('', { action, districts, previewHash, ...words }, { key });
  expect([answer.status, answer.body]).toEqual([202, expect.anything()]);
  return (answer.body as { districtActionId: string }).districtActionId;
};
const show = (id: string, as = world.as.state) =>
  request(world.app).get(`/api/v1/district-actions/${id}`).set('Authorization', as);
const outcomeOf = async (id: string): Promise<Outcome> => {
  const row = () => world.control('districtAction').where({ districtActionID: id, endedAt: null }).first();
  await until('it was done', async () => (await row()) === undefined);
  return (await show(id)).body as Outcome;
};
const bearer = async (rights: readonly ToolRight[], districts: string[] | null = null): Promise<string> =>
  `Bearer ${(await createToken(world.control, { name: 'one', level: 'state', districts, rights })).token}`;

/** A full resync that finished with so many of a hundred schools in error. */
async function full(resyncId: string, districtId: string, errors: number): Promise<void> {
  const { control } = world;
  await runningResync(control, resyncId, ['School'], { districtId, objects: 'all' });
  for (let key = 0; key < errors; key++)
    await storedError(control, { resyncId, object: 'School', key: `${key}` });
  await ledgerPage(
    control,
    { resyncId, object: 'School', read: 100 },
    {
      ...{ unchanged: 100 - errors, failed: errors },
    },
  );
  await finishObject(control, { resyncId, object: 'School', status: 'finished' });
  await finishResync(control, { resyncId, status: 'finished' });
}

test('a preview counts what would be done, and says of each other district why not', async () => {
  const { control } = world;
  const [red, green, open, , empty] = ids as [string, string, string, string, string];
  await full('red', red, 5);
  await full('green', green, 0);
  await runningResync(control, 'open', ['School'], { districtId: open, objects: ['School'] });
  await insertVerification(
    control,
    {
      ...{ verificationId: 'compares', districtId: open, schoolYear: 2027, objects: 'all' },
      ...{ checkDependencies: true, initiator: 'state', requestedBy: 'test' },
      ...{ kind: 'verification', resyncId: null },
    },
    { catalogHash: someCatalog },
  );
  await insertCertification(control, {
    certification: {
      ...{ certificationId: 'signs', districtId: open, schoolYear: 2027, reportingDate: '2026-10-01' },
      ...{ name: 'Count', certifiedBy: 'state', requestedBy: 'test' },
    },
    ...{ asked: {}, idempotencyKey: null },
  });
  const four = [red, green, open, empty];
  const found = async (action: DistrictAction, districts = four): Promise<unknown> => {
    const { count, refused, items } = await preview(action, districts);
    return [count, refused, items.map(({ resyncId, whyNot, note }) => whyNot ?? note ?? resyncId)];
  };
  const says = (text: string): unknown => expect.stringContaining(text);
  expect(await found('verify')).toEqual([2, 2, [null, null, says('compares'), says('sends no object')]]);
  expect(await found('certify')).toEqual([3, 1, [null, null, says('signs'), null]]);
  expect(await found('accept')).toEqual([
    ...[1, 3],
    ['red', says('green: it needs no'), says('No full resync'), says('No full resync')],
  ]);
  expect(await found('retry')).toEqual([
    ...[1, 3],
    ['5 record(s)', says('green has no stored error'), says('No resync'), says('No resync')],
  ]);
  expect(await found('cancel')).toEqual([
    1,
    3,
    [...[1, 2].map(() => says('Nothing runs')), 'running', says('Nothing')],
  ]);
  expect(await found('remind', [red, ids[5]!])).toEqual([
    1,
    1,
    [says('No mandatory'), 'end of the year, overdue'],
  ]);
  // The state's own is sent again by who may make such requests.
  await control('resync').where({ resyncID: 'red' }).update({ initiator: 'state' });
  const batch = { as: await bearer(['resyncBatch']) };
  const refused = await post('/preview', { action: 'retry', districts: [red] }, batch);
  expect((refused.body as Preview).items[0]!.whyNot).toContain('stateRequest');
  await control('resync').where({ resyncID: 'red' }).update({ initiator: 'district' });
});

test('it takes the right of the action, is for the preview that was shown, and stores nothing else', async () => {
  const [red, green] = ids as [string, string];
  const rights: [object, ToolRight][] = [
    [{ action: 'verify' }, 'verificationSummary'],
    [{ action: 'certify', name: 'Count', reportingDate: '2026-10-01' }, 'verificationSummary'],
    [{ action: 'accept', reason: 'Known.' }, 'administration'],
    [{ action: 'remind' }, 'resyncBatch'],
    [{ action: 'retry' }, 'resyncBatch'],
    [{ action: 'cancel' }, 'resyncBatch'],
  ];
  const body = { districts: [red], previewHash: 'another' };
  for (const [words, right] of rights) {
    const others = (['resyncBatch', 'verificationSummary', 'administration'] as const).filter(
      (one) => one !== right,
    );
    const without = await post('', { ...words, ...body }, { as: await bearer(others) });
    expect([words, without.status, (without.body as { detail: string }).detail]).toEqual([
      ...[words, 403],
      expect.stringContaining(right),
    ]);
    const changed = await post('', { ...words, ...body }, { as: await bearer([right]) });
    expect([words, changed.status]).toEqual([words, 409]);
  }
  const invalid: [object, string][] = [
    [{ action: 'accept', districts: [red], previewHash: 'x' }, '#/reason'],
    [{ action: 'certify', districts: [red], previewHash: 'x', name: 'Count' }, '#/reportingDate'],
    [{ action: 'verify', districts: [green, 'nowhere'], previewHash: 'x' }, '#/districts/1'],
    [{ action: 'verify', districts: [red] }, '#/previewHash'],
    [{ action: 'delete', districts: [red], previewHash: 'x' }, '#/action'],
  ];
  for (const [wrong, pointer] of invalid) {
    const answer = await post('', wrong);
    const { errors } = answer.body as { errors: { pointer: string }[] };
    expect([wrong, answer.status, errors[0]!.pointer]).toEqual([wrong, 422, pointer]);
  }
  // What was shown before another had it accepted is no longer what would be done.
  const { previewHash } = await preview('cancel', [ids[2]!]);
  await finishResync(world.control, { resyncId: 'open', status: 'failed', message: null });
  expect((await post('', { action: 'cancel', districts: [ids[2]], previewHash })).status).toBe(409);
  const none = await preview('cancel', [ids[2]!]);
  const nothing = await post('', { action: 'cancel', districts: [ids[2]], previewHash: none.previewHash });
  expect((nothing.body as { detail: string }).detail).toContain('Nothing runs');
  expect(await world.control('districtAction')).toEqual([]);
});

test('outcomes are accepted once, whoever repeats it, and each district says what came of it', async () => {
  const [red, green] = ids as [string, string];
  const { previewHash } = await preview('accept', [red, green]);
  const body = { action: 'accept', districts: [red, green], previewHash, reason: 'Known exclusions.' };
  const first = await post('', body, { key: 'one' });
  const { districtActionId: id } = first.body as { districtActionId: string };
  expect(first.body).toMatchObject({ count: 1, refused: 1, replayed: false });
  expect(first.headers['location']).toBe(`/api/v1/district-actions/${id}`);
  expect((await post('', { ...body, reason: 'Another.' }, { key: 'one' })).status).toBe(409);
  expect(await outcomeOf(id)).toMatchObject({
    ...{ status: 'finished', counts: { waiting: 0, done: 1, refused: 1, failed: 0 } },
    items: [
      { districtId: red, resyncId: 'red', status: 'done', startedId: null, message: null },
      { districtId: green, status: 'refused', message: expect.stringContaining('needs no') as unknown },
    ],
  });
  // By now something else would be done: whoever repeats it gets the same all the same.
  const again = await post('', body, { key: 'one' });
  expect(again.body).toMatchObject({ districtActionId: id, count: 1, replayed: true });
  expect(await world.control('resyncAcceptance').select('resyncID', 'reason')).toEqual([
    { resyncID: 'red', reason: 'Known exclusions.' },
  ]);
  expect((await preview('accept', [red])).items[0]!.whyNot).toContain('accepted before');
  const events = await world
    .control<{ action: string; status: number; details: string }>('auditEvent')
    .where({ action: 'POST /district-actions', status: 202 })
    .select('details');
  expect(events.map(({ details }) => details).join()).toContain(id);
  // Who has other districts, or not this right, doesn't find it.
  for (const as of [await bearer(['administration'], [ids[2]!]), await bearer(['resyncBatch'])])
    expect((await show(id, as)).status).toBe(404);
  const own = await show(id, await bearer(['administration'], [red]));
  expect((own.body as Outcome).items.map(({ districtId }) => districtId)).toEqual([red]);
});

test('what failed is sent again in each district, and what runs and waits is cancelled in each', () =>
  withWorker(world, async (gate) => {
    gate.close();
    const [red, green] = ids as [string, string];
    await full('red-again', green, 2);
    const retried = await outcomeOf(await start('retry', [red, green]));
    expect(retried.counts).toEqual({ waiting: 0, done: 2, refused: 0, failed: 0 });
    const runs = retried.items.map(({ startedId }) => startedId!);
    const rows = (): Promise<{ status: string }[]> =>
      world
        .control<{ resyncID: string; districtID: string; retryOf: string; status: string }>('resync')
        .whereIn('resyncID', runs)
        .orderByRaw('FIELD(resyncID, ?, ?)', runs)
        .select('districtID', 'retryOf', 'selection', 'status');
    expect(await rows()).toMatchObject([
      { districtID: red, retryOf: 'red', selection: 'retry' },
      { districtID: green, retryOf: 'red-again', selection: 'retry' },
    ]);
    // The retry of what is being sent again is no second one.
    expect((await preview('retry', [red])).items[0]!.whyNot).toContain(runs[0]);
    const waiting = await request(world.app)
      .post(`/api/v1/districts/${red}/resyncs`)
      .set('Authorization', world.as.state)
      .send({ objects: ['Room'] });
    expect(waiting.status).toBe(202);
    const { count, districts } = await preview('cancel', [red, green]);
    expect([count, districts]).toEqual([3, 2]);
    const cancelled = await outcomeOf(await start('cancel', [red, green]));
    expect(cancelled.counts).toEqual({ waiting: 0, done: 3, refused: 0, failed: 0 });
    gate.open();
    await until('all have ended', async () => {
      const all = world.control<{ districtID: string; endedAt: string | null }>('resync');
      const open = await all.whereIn('districtID', [red, green]).where({ endedAt: null }).first();
      return open === undefined;
    });
    expect((await rows()).map(({ status }) => status)).toEqual(['cancelled', 'cancelled']);
  }));

test('a thousand districts are reminded in one call that is answered at once, and each once a day', async () => {
  const districts = ids.slice(5);
  // No alert is posted until the answer is there.
  const held = await world.control.transaction();
  await held('processAlert').select('processAlertID').forUpdate();
  const id = await start('remind', districts).finally(() => held.rollback());
  const { counts } = await outcomeOf(id);
  expect(counts).toEqual({ waiting: 0, done: late, refused: 0, failed: 0 });
  const alerts = (await world.control('processAlert').where({ name: 'Reminder of the State' })) as {
    districtID: string;
    level: string;
    text: string;
  }[];
  expect([alerts.length, new Set(alerts.map(({ districtID }) => districtID)).size]).toEqual([late, late]);
  expect(alerts[0]).toMatchObject({
    level: 'district',
    text: expect.stringContaining('2020-07-01') as unknown,
  });
  expect(await preview('remind', districts)).toMatchObject({ count: 0, refused: late });
});

test('one that Temporal never heard of is started, and one that was ended there says so of each district', async () => {
  const { control } = world;
  await full('to-accept', ids[2]!, 50);
  const id = await start('accept', [ids[2]!], { words: { reason: 'Known.' } });
  await outcomeOf(id);
  const reopen = async () => {
    const of = { districtActionID: id };
    await control('districtAction')
      .where(of)
      .update({ status: 'accepted', requestedAt: new Date(0) });
    await control('districtActionItem').where(of).update({ status: 'waiting' });
  };
  await reopen();
  const started: string[] = [];
  const temporal = { start: (one: string) => started.push(one) };
  await reconcileDistrictActions(control, { ...temporal, whereabouts: () => Promise.resolve('unknown') });
  expect(started).toEqual([id]);
  await reconcileDistrictActions(control, { ...temporal, whereabouts: () => Promise.resolve('ended') });
  expect(await outcomeOf(id)).toMatchObject({
    status: 'failed',
    items: [{ status: 'failed', message: expect.stringContaining('ask for it again') as unknown }],
  });
});

test('what was done is listed, newest first, to who has the right of it and of its districts', async () => {
  const [first, second] = ids as [string, string];
  // A district that is being compared can't be asked again, until any moment from now.
  const compared = () =>
    until('comparisons have ended', async () => {
      const comparisons = world.control('verification').whereIn('districtID', [first, second]);
      return (await comparisons.whereNotIn('status', endedVerification).first()) === undefined;
    });
  await compared();
  const older = await start('verify', [first, second]);
  await outcomeOf(older);
  await compared();
  const newer = await start('verify', [second], { key: 'newer' });
  for (const id of [older, newer]) await outcomeOf(id);
  const list = async (as = world.as.state, query = '') => {
    const answer = await request(world.app)
      .get(`/api/v1/district-actions${query}`)
      .set('Authorization', as)
      .expect(200);
    return (answer.body as { items: { districtActionId: string; counts: Record<string, number> }[] }).items;
  };
  const [top, next] = await list();
  expect([top!.districtActionId, next!.districtActionId]).toEqual([newer, older]);
  expect(next).toMatchObject({ action: 'verify', status: 'finished', counts: { done: 2, waiting: 0 } });
  expect((await list(world.as.state, '?action=verify&limit=1')).map((one) => one.districtActionId)).toEqual([
    newer,
  ]);
  expect(await list(world.as.state, '?action=cancel&limit=500')).toEqual(
    (await list(world.as.state, '?limit=500')).filter((one) => 'action' in one && one.action === 'cancel'),
  );
  // Of one district only that is counted; without the right of the action there is none.
  const mine = await list(await bearer(['verificationSummary'], [first]));
  expect(mine.map(({ districtActionId }) => districtActionId)).not.toContain(newer);
  expect(mine.find((one) => one.districtActionId === older)!.counts).toMatchObject({ done: 1 });
  const others = await list(await bearer(['administration']));
  expect(others.map(({ districtActionId }) => districtActionId)).not.toContain(older);
  const shown = await resync('district', 'actions');
  expect(shown.stdout).toContain(older);
  expect((await resync('district', 'actions', older)).stdout).toContain(first);
});

test('the command line shows what would be done, does it, and says where it wasn’t', async () => {
  const [red, , other] = ids as [string, string, string];
  await full('of-cli', other, 60);
  const shown = await resync(
    'district',
    'accept',
    '--districts',
    `${red},${other}`,
    '--reason',
    'x',
    '--preview',
  );
  expect(shown.stdout).toMatch(new RegExp(`${other} +yes +of-cli +red`));
  expect([shown.code, shown.stderr]).toEqual([0, '1 in 1 district(s), not in 1.\n']);
  const done = await resync('district', 'accept', '--districts', `${red},${other}`, '--reason', 'Known.');
  expect([done.code, done.stdout]).toEqual([0, expect.stringMatching(new RegExp(`${other} +done +of-cli`))]);
  expect(done.stderr).toMatch(/1 done, 1 refused, 0 failed/);
  const nothing = await resync('district', 'cancel', '--all-districts', '--json');
  expect([nothing.code, nothing.stderr]).toEqual([7, expect.stringContaining('Nothing runs')]);
  expect((await resync('district', 'remind')).code).toBe(2);
});
