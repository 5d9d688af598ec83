import { resync, speakAs } from '../support/command-line';
import { until } from '../support/until';
import { type Caller, ServiceWorld } from './world';

let world: ServiceWorld;
beforeAll(async () => {
  world = await ServiceWorld.open();
  process.env['RESYNC_API_URL'] = world.url;
});
afterAll(async () => {
  for (const name of ['RESYNC_API_URL', 'RESYNC_TOKEN']) delete process.env[name];
  await world.close();
});

interface Run {
  readonly resyncId: string;
  readonly status: string;
  readonly color: string;
}

async function send(who: Caller): Promise<Run> {
  const body = { objects: ['TestScore'], scenario: 'OTHER' };
  const { resyncId } = (await who.ask<Run>('POST', `/districts/${world.ids.north}/resyncs`, body)).body;
  const shown = async () => (await who.ask<Run>('GET', `/resyncs/${resyncId}`)).body;
  return until('it has ended', shown, ({ status }) => status === 'finished');
}

test('a renumbered record is shown to the district, carried over by the state on the command line, and green', async () => {
  const north = await world.caller('north', ['resyncBatch', 'errorLog']);
  const state = await world.caller('state', ['stateRequest', 'errorLog', 'administration']);
  const district = ['--district', world.ids.north];
  expect(await send(north)).toMatchObject({ color: 'green' });
  const [score] = await world.sql('north', 'SELECT MIN(testScoreID) AS id FROM TestScore');
  await world.sql(
    'north',
    `UPDATE TestScore SET testScoreID = 900001 WHERE testScoreID = ${String(score!['id'])}`,
  );
  expect((await send(north)).color).not.toBe('green');

  speakAs(`Bearer ${north.token}`);
  const listed = await resync('record', 'conflicts', ...district, '--json');
  const [conflict, ...others] = JSON.parse(listed.stdout) as { id: number; action: string }[];
  expect(others).toEqual([]);
  expect(conflict).toMatchObject({
    object: 'TestScore',
    code: 'RENUMBERED',
    key: ['900001'],
    formerKey: [String(score!['id'])],
    action: 'carryKey',
  });
  const way = ['--action', 'carryKey', '--reason', 'Confirmed by the district.', ...district];
  const refused = await resync('record', 'resolve', String(conflict!.id), ...way);
  expect(refused.code).toBe(7);

  speakAs(`Bearer ${state.token}`);
  const preview = await resync('record', 'resolve', String(conflict!.id), ...way, '--preview');
  expect(preview.stdout).toContain('Would change 1 TestScore.');
  const wrong = ['--action', 'takeGuid', '--reason', 'Confirmed.', ...district];
  expect(await resync('record', 'resolve', String(conflict!.id), ...wrong)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('carryKey') as unknown,
  });
  const [before] = await world.sql('state', 'SELECT COUNT(*) AS n FROM TestScore WHERE testScoreID = 900001');
  expect(Number(before!['n'])).toBe(0);
  const done = await resync('record', 'resolve', String(conflict!.id), ...way);
  expect([done.code, done.stdout]).toEqual([0, 'Changed 1 TestScore.\n']);

  expect((await resync('record', 'conflicts', ...district)).stdout).not.toContain('RENUMBERED');
  expect(await resync('record', 'resolve', String(conflict!.id), ...way)).toMatchObject({ code: 7 });
  const audit = JSON.stringify((await state.ask('GET', '/audit')).body);
  expect(audit).toContain('Confirmed by the district.');
  expect(await send(north)).toMatchObject({ color: 'green' });
});
