import request from 'supertest';
import { finishObject } from '../../../src/features/resyncs/object-store';
import { finishResync } from '../../../src/features/resyncs/store';
import { createToken } from '../../../src/features/access/token-store';
import type { ResyncRequest } from '../../../src/domain/resync';
import { ledgerPage, runningResync, storedError } from '../../support/control-database';
import { until } from '../../support/until';
import { apiWorld, type ApiWorld } from '../../support/api-world';
import { keepWorker, withWorker } from '../../support/api-worker';

let world: ApiWorld;
let endWorker: () => Promise<void>;
beforeAll(async () => {
  world = await apiWorld();
  endWorker = await keepWorker(world);
});
afterAll(async () => {
  await endWorker();
  await world.close();
});

type Outcome = 'excluded' | 'blocked' | 'failed';

/** A resync that ended with these errors, one record each, and ten records that are well. */
async function ended(
  resyncId: string,
  errors: readonly (readonly [object: string, outcome: Outcome])[],
  over: Partial<ResyncRequest> = {},
): Promise<string> {
  const { control } = world;
  const objects = [...new Set(errors.map(([object]) => object)), 'Course'];
  await runningResync(control, resyncId, [...new Set(objects)], { districtId: world.here, ...over });
  for (const [n, [object, outcome]] of errors.entries())
    await storedError(control, { resyncId, object, key: String(n), outcome });
  for (const object of new Set(objects)) {
    const own = errors.filter(([name]) => name === object).map(([, outcome]) => outcome);
    const counts = Object.fromEntries(
      (['excluded', 'blocked', 'failed'] as const).map((name) => [
        name,
        own.filter((one) => one === name).length,
      ]),
    );
    await ledgerPage(control, { resyncId, object, read: 10 + own.length }, { ...counts, unchanged: 10 });
    await finishObject(control, { resyncId, object, status: 'finished' });
  }
  await finishResync(control, { resyncId, status: 'finished' });
  return resyncId;
}

const retry = (resyncId: string, body: object = {}, who: string = world.as.here, key?: string) => {
  const call = request(world.app).post(`/api/v1/resyncs/${resyncId}/retry`).set('Authorization', who);
  return (key === undefined ? call : call.set('Idempotency-Key', key)).send(body);
};

interface Answer {
  readonly resyncId: string;
  readonly replayed: boolean;
  readonly detail: string;
}

test('a retry is a resync of the objects with errors, says what it retries, and leaves the old errors as they were', () =>
  withWorker(world, async () => {
    const old = await ended(
      'with-errors',
      [
        ['Section', 'blocked'],
        ['Section', 'failed'],
        ['School', 'excluded'],
        ['ReportingEntity', 'failed'],
      ],
      { scenario: 'GO_LIVE' },
    );
    const errors = await world.control('recordError').where({ resyncID: old }).orderBy('recordErrorID');
    const answer = await retry(old);
    expect([answer.status, answer.body]).toMatchObject([
      202,
      {
        selected: [
          { object: 'School', records: 1 },
          { object: 'Section', records: 2 },
        ],
        omitted: [{ object: 'ReportingEntity', records: 1, why: expect.stringContaining('off') as string }],
      },
    ]);
    const { resyncId } = answer.body as Answer;
    expect(answer.headers['location']).toBe(`/api/v1/resyncs/${resyncId}`);
    const show = async () =>
      (await request(world.app).get(`/api/v1/resyncs/${resyncId}`).set('Authorization', world.as.here))
        .body as Record<string, unknown>;
    await until('it ended', async () => (await show())['status'] === 'finished');
    expect(await show()).toMatchObject({
      objects: ['School', 'Section'],
      checkDependencies: false,
      scenario: 'GO_LIVE',
      initiator: 'district',
      selection: 'retry',
      retryOf: old,
      selected: { outcomes: ['excluded', 'blocked', 'failed'] },
    });
    expect(await world.control('recordError').where({ resyncID: old }).orderBy('recordErrorID')).toEqual(
      errors,
    );
  }));

test('outcomes narrow it, and the same Idempotency-Key gives the first retry back, but not for other outcomes', () =>
  withWorker(world, async () => {
    const old = await ended('twice', [
      ['Section', 'blocked'],
      ['School', 'failed'],
    ]);
    const first = await retry(old, { outcomes: ['failed'] }, world.as.here, 'again');
    expect(first.body).toMatchObject({ replayed: false, selected: [{ object: 'School', records: 1 }] });
    const second = await retry(old, { outcomes: ['failed'] }, world.as.here, 'again');
    expect(second.body).toMatchObject({ replayed: true, resyncId: (first.body as Answer).resyncId });
    expect((await retry(old, { outcomes: ['blocked'] }, world.as.here, 'again')).status).toBe(409);
  }));

test('objects and codes narrow it: errors of others stay where they are', () =>
  withWorker(world, async () => {
    const old = await ended('some', [
      ['School', 'failed'],
      ['Section', 'failed'],
      ['Section', 'blocked'],
    ]);
    await world
      .control('recordError')
      .where({ resyncID: old, outcome: 'failed' })
      .update({ code: 'TOO_LONG' });
    const ofObject = await retry(old, { objects: ['Section'] });
    expect(ofObject.body).toMatchObject({ selected: [{ object: 'Section', records: 2 }] });
    const narrow = await retry(old, { objects: ['Section', 'School'], codes: ['TOO_LONG'] });
    expect(narrow.body).toMatchObject({
      selected: [
        { object: 'School', records: 1 },
        { object: 'Section', records: 1 },
      ],
    });
    const { resyncId } = narrow.body as Answer;
    const shown = await request(world.app)
      .get(`/api/v1/resyncs/${resyncId}`)
      .set('Authorization', world.as.here);
    expect((shown.body as { selected: object }).selected).toMatchObject({
      ...{ objects: ['Section', 'School'], codes: ['TOO_LONG'] },
    });
    const none = await retry(old, { objects: ['Room'], outcomes: ['failed'] });
    expect([none.status, (none.body as Answer).detail]).toEqual([
      409,
      expect.stringContaining('failed; Room'),
    ]);
  }));

test('what can’t be retried is refused in words and leaves nothing behind', async () => {
  await runningResync(world.control, 'still-runs', ['School'], { districtId: world.here });
  await ended('well', []);
  await ended('one-failed', [['School', 'failed']]);
  await ended('not-sent', [['ReportingEntity', 'failed']]);
  await ended('last-year', [['School', 'failed']], { schoolYear: 2020 });
  const before = (await world.control('resync')).length;
  const refusals = [
    ['still-runs', {}, 409, 'running'],
    ['well', {}, 409, 'no stored error'],
    ['one-failed', { outcomes: ['excluded', 'blocked'] }, 409, 'no stored error (excluded, blocked)'],
    ['not-sent', {}, 409, 'ReportingEntity: off'],
    ['last-year', {}, 409, '2020'],
    ['nothing', {}, 404, ''],
    ['one-failed', { outcomes: [] }, 422, ''],
    ['one-failed', { outcomes: ['extra'] }, 422, ''],
    ['one-failed', { objects: 'all' }, 422, ''],
  ] as const;
  for (const [resyncId, body, status, words] of refusals) {
    const answer = await retry(resyncId, body);
    expect([resyncId, body, answer.status]).toEqual([resyncId, body, status]);
    expect((answer.body as Answer).detail).toContain(words);
  }
  expect(await world.control('resync')).toHaveLength(before);
});

test('errors of the state’s run are the state’s to retry: the retry is the state’s too', () =>
  withWorker(world, async () => {
    const old = await ended('of-the-state', [['School', 'failed']], {
      initiator: 'state',
      scenario: 'STATE_REQUEST',
    });
    expect((await retry(old)).status).toBe(404);
    expect((await retry(old, {}, world.as.other)).status).toBe(404);
    const { token } = await createToken(world.control, {
      name: 'no requests',
      level: 'state',
      rights: ['resyncBatch'],
    });
    expect((await retry(old, {}, `Bearer ${token}`)).status).toBe(403);
    const answer = await retry(old, {}, world.as.state);
    expect(answer.status).toBe(202);
    const { resyncId } = answer.body as Answer;
    const seen = await request(world.app)
      .get(`/api/v1/resyncs/${resyncId}`)
      .set('Authorization', world.as.here);
    expect(seen.body).toMatchObject({ initiator: 'state', objects: null, objectResults: null });
    expect(seen.text).not.toMatch(/retry|selection|chosen|School/);
  }));
