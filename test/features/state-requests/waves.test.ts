import type { Knex } from 'knex';
import { insertStateRequest, resyncIdOf } from '../../../src/features/state-requests/store';
import { readTurn } from '../../../src/features/state-requests/wave-store';
import { finishResync } from '../../../src/features/resyncs/store';
import { controlDatabase, runningResync } from '../../support/control-database';

let control: Knex;
let close: () => Promise<void>;
beforeAll(async () => ({ control, close } = await controlDatabase()));
afterAll(() => close());

/** How a district of the first wave stands; of its run, the color. */
type Stands = readonly [status: string, color?: string];

/** A request to two waves; those of the first stand as is said, the one of the second waits. */
async function inWaves(id: string, first: readonly Stands[]): Promise<string> {
  const names = [...first.map((_, at) => `district-${at}`), 'the-next'];
  await insertStateRequest(control, {
    request: {
      ...{ stateRequestId: id, objects: 'all', checkDependencies: true, schoolYear: 2027 },
      ...{ scenario: 'STATE_REQUEST', mode: 'compare', reason: 'Count day.', requestedBy: 'test' },
      waves: { size: first.length, groups: [], pauseMinutes: 10, stopAbovePercent: 40 },
    },
    window: { from: new Date(), until: new Date(Date.now() + 3_600_000) },
    districts: names.map((districtId, at) => ({
      ...{ districtId, schoolYear: 2027, problem: null, wave: at < first.length ? 1 : 2 },
    })),
    asked: { id },
  });
  for (const [at, [status, color]] of first.entries()) {
    const districtId = names[at]!;
    const resyncId = resyncIdOf(id, districtId);
    const endedAt = status === 'done' || status === 'failed' ? new Date(Date.now() - 3_600_000) : null;
    await control('stateRequestDistrict').where({ resyncID: resyncId }).update({ status, endedAt });
    if (color === undefined) continue;
    await runningResync(control, resyncId, ['School'], { districtId, initiator: 'state' });
    await finishResync(control, { resyncId, status: 'finished' });
    await control('resync').where({ resyncID: resyncId }).update({ color });
  }
  return id;
}

const tooMany = { stopped: expect.stringContaining('1 of its 2') as string };
test.each<[string, readonly Stands[], object]>([
  [
    'goes on',
    [
      ['done', 'green'],
      ['done', 'yellow'],
    ],
    { wave: 2, stopped: null },
  ],
  [
    'stops',
    [
      ['done', 'green'],
      ['done', 'red'],
    ],
    tooMany,
  ],
  ['stops', [['done', 'green'], ['failed']], tooMany],
  ['waits', [['done', 'green'], ['queued']], { wave: 1, stopped: null }],
  ['waits', [['done', 'green'], ['running']], { wave: 1, stopped: null }],
  ['waits', [['waiting'], ['running']], { wave: 1, stopped: null }],
  ['goes on', [['done', 'green'], ['notRun']], { wave: 2, stopped: null }],
])('the next wave %s when those before it are %j', async (_, first, expected) => {
  const id = await inWaves(`of ${JSON.stringify(first)}`.replace(/\W/g, '').slice(0, 30), first);
  expect(await readTurn(control, id)).toMatchObject(expected);
});

test('the pause counts from the end of the last of a wave, by the database’s clock', async () => {
  const id = await inWaves('pause', [
    ['done', 'green'],
    ['done', 'green'],
  ]);
  await control('stateRequestDistrict')
    .where({ resyncID: resyncIdOf(id, 'district-0') })
    .update({ endedAt: control.raw('UTC_TIMESTAMP(3) - INTERVAL 9 MINUTE') });
  const { wave, beginsAt } = await readTurn(control, id);
  expect(wave).toBeNull();
  const [[{ endedAt }]] = (await control.raw(
    'SELECT MAX(endedAt) AS endedAt FROM stateRequestDistrict WHERE stateRequestID = ?',
    [id],
  )) as [[{ endedAt: string | Date }]];
  expect(beginsAt).toBe(new Date(`${String(endedAt).replace(' ', 'T')}Z`).getTime() + 10 * 60_000);
});

test('who is tried again alone is in no wave, and neither stops nor holds up the next', async () => {
  const id = await inWaves('alone', [
    ['done', 'green'],
    ['done', 'green'],
    ['done', 'green'],
  ]);
  await control('stateRequestDistrict')
    .where({ stateRequestID: id, districtID: 'district-1' })
    .update({ status: 'running', wave: null, endedAt: null });
  await control('stateRequestDistrict')
    .where({ stateRequestID: id, districtID: 'district-2' })
    .update({ status: 'failed', wave: null });
  expect(await readTurn(control, id)).toMatchObject({ wave: 2, stopped: null });
});
