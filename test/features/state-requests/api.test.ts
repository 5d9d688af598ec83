import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import request from 'supertest';
import { newSigningKey } from '../../../src/config/signing-key';
import type { StateRequestBoard } from '../../../src/features/state-requests/read-board';
import { createToken } from '../../../src/features/access/token-store';
import { finishObject } from '../../../src/features/resyncs/object-store';
import { finishResync } from '../../../src/features/resyncs/store';
import { ledgerPage, runningResync } from '../../support/control-database';
import { resync, serve, type Served } from '../../support/command-line';
import { until } from '../../support/until';
import { apiWorld, type ApiWorld } from '../../support/api-world';
import { keepWorker, withWorker } from '../../support/api-worker';

let world: ApiWorld;
let served: Served;
let endWorker: () => Promise<void>;
beforeAll(async () => {
  world = await apiWorld({
    certification: { privateKey: newSigningKey() },
    more: [
      { id: 'formula', name: '=HYPERLINK("http://127.0.0.1")' },
      { id: 'no-rooms', objects: { enabled: [], disabled: ['Room'] } },
    ].map((one) => ({ ...one, id: `${one.id}-${Date.now()}` })),
  });
  endWorker = await keepWorker(world);
  served = await serve(world.app, world.as.state);
});
afterAll(async () => {
  served.close();
  await endWorker();
  await world.close();
});

const asked = { districts: 'all', objects: ['School'], reason: 'Count day.' };
const post = (body: object, key?: string) => {
  const call = request(world.app).post('/api/v1/state-requests').set('Authorization', world.as.state);
  return (key === undefined ? call : call.set('Idempotency-Key', key)).send(body);
};
const get = (path: string, as = world.as.state) =>
  request(world.app).get(`/api/v1/state-requests${path}`).set('Authorization', as);
const idOf = ({ body }: { body: unknown }): string => (body as { stateRequestId: string }).stateRequestId;
const ended = (id: string) =>
  until('it ended', async () => ((await get(`/${id}`)).body as StateRequestBoard).endedAt !== null);

test('what can’t be carried out is refused with the field named, and nothing is stored', async () => {
  const hour = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();
  const refused: [object, string][] = [
    [{ objects: ['Nonsense'] }, '#/objects'],
    [{ objects: [] }, '#/objects'],
    [{ objects: ['ReportingEntity'] }, '#/objects'],
    [{ districts: [world.here, 'nowhere'] }, '#/districts/1'],
    [{ districts: [] }, '#/districts'],
    [{ schoolYear: 2020 }, '#/schoolYear'],
    [{ reason: ' ' }, '#/reason'],
    [{ window: { from: hour(2), until: hour(1) } }, '#/window/until'],
    [{ window: { until: hour(-1) } }, '#/window/until'],
    [{ window: { until: 'tomorrow' } }, '#/window/until'],
    [{ waves: {} }, '#/waves/size'],
    [{ waves: { size: 0 } }, '#/waves/size'],
    [{ waves: { groups: [[world.here], [world.other, 'nowhere']] } }, '#/waves/groups/1/1'],
    [{ waves: { groups: [[world.here], [world.here]] } }, '#/waves/groups/1/0'],
    [{ priority: 1 }, '#/priority'],
  ];
  for (const [change, pointer] of refused) {
    const answer = await post({ ...asked, ...change });
    const { errors } = answer.body as { errors: { pointer: string }[] };
    expect([change, answer.status, errors[0]!.pointer]).toEqual([change, 422, pointer]);
  }
  expect(await world.control('stateRequest')).toEqual([]);
});

test('a plan counts who would send what and who can’t, and a request is for the plan that was shown', async () => {
  const plan = (body: object) =>
    request(world.app).post('/api/v1/state-requests/plan').set('Authorization', world.as.state).send(body);
  const what = { districts: 'all', objects: ['Section', 'Room'] };
  const shown = await plan(what);
  expect([shown.status, shown.body]).toEqual([
    200,
    {
      planHash: expect.any(String) as string,
      districts: 4,
      notRun: [],
      objects: [
        { name: 'School', added: true, districts: 4 },
        { name: 'Course', added: true, districts: 4 },
        { name: 'Section', added: false, districts: 4 },
        { name: 'Room', added: false, districts: 3 },
      ],
      waves: [],
      records: { expected: 0, unknownDistricts: 4 },
      time: null,
    },
  ]);
  const rooms = await plan({ ...what, objects: ['Room'] });
  expect(rooms.body).toMatchObject({ districts: 3, notRun: [{ districtId: world.config.districts[3]!.id }] });
  expect((await plan({ ...what, objects: ['ReportingEntity'] })).status).toBe(422);
  expect((await plan({ ...what, districts: [world.here, 'nowhere'] })).status).toBe(422);
  const { planHash } = rooms.body as { planHash: string };
  expect((await post({ ...what, planHash, reason: 'Count day.' })).status).toBe(409);
  expect(await world.control('stateRequest')).toEqual([]);
  const printed = await resync('request', 'plan', '--all-districts', '--objects', 'Room');
  expect(printed.stdout).toContain('3 district(s), about 0 records');
});

test('the board shows every district while they run, and the report closes it', () =>
  withWorker(world, async (gate) => {
    gate.close();
    const answer = await post({ ...asked, objects: ['Room'], checkDependencies: false }, 'one-key');
    const id = idOf(answer);
    const noRooms = world.config.districts[3]!.id;
    expect(answer.body).toMatchObject({
      replayed: false,
      districts: 4,
      notRun: [{ districtId: noRooms, why: expect.stringContaining('Room: switched off') as unknown }],
    });
    const again = await post({ ...asked, objects: ['Room'], checkDependencies: false }, 'one-key');
    expect([idOf(again), (again.body as { replayed: boolean }).replayed]).toEqual([id, true]);
    expect((await post(asked, 'one-key')).status).toBe(409);

    await until('three move', () => gate.waiting.length === 3);
    const running = await until(
      'three run',
      async () => (await get(`/${id}`)).body as StateRequestBoard,
      ({ counts }) => counts.running === 3,
    );
    expect(running).toMatchObject({
      status: 'running',
      counts: { running: 3, notRun: 1, waiting: 0 },
      percent: 25,
      forecastEnd: null,
    });
    const [mine] = running.districts.filter(({ districtId }) => districtId === world.here);
    expect(mine).toMatchObject({ status: 'running', percent: 0, color: 'gray', message: null });
    const one = await get(`/${id}/districts/${world.here}`);
    expect(one.body).toMatchObject({
      resyncId: mine!.resyncId,
      resync: { initiator: 'state', objectResults: [{ object: 'Room' }] },
    });
    expect((await get(`/${id}/districts/nowhere`)).status).toBe(404);
    expect((await get('/nothing')).status).toBe(404);

    gate.open();
    await ended(id);
    const report = await get(`/${id}/report`);
    expect(report.body).toMatchObject({
      closed: true,
      status: 'finished',
      message: '3 of 4 districts done, 1 not done.',
      percent: 100,
    });
    const csv = (await get(`/${id}/report?format=csv`)).text.split('\r\n');
    expect(csv[0]).toMatch(/^district,districtId,schoolYear,status,color,processed,errors/);
    expect(csv.find((line) => line.includes(world.here))).toMatch(/,2027,done,green,10,0,0,/);
    expect(csv.find((line) => line.includes('formula'))).toMatch(/^"'=HYPERLINK\(""http/);
    const list = await get('?limit=1');
    expect(list.body).toMatchObject({ items: [{ stateRequestId: id, counts: { done: 3, notRun: 1 } }] });
  }));

test('a state principal of some districts asks, sees and takes back only there', () =>
  withWorker(world, async (gate) => {
    gate.close();
    const { token } = await createToken(world.control, {
      name: 'region',
      level: 'state',
      districts: [world.here],
    });
    const region = `Bearer ${token}`;
    const all = idOf(await post(asked));
    const others = idOf(await post({ ...asked, districts: [world.other] }));
    const board = (await get(`/${all}`, region)).body as StateRequestBoard;
    expect(board.districts.map(({ districtId }) => districtId)).toEqual([world.here]);
    expect((await get(`/${others}`, region)).status).toBe(404);
    const cancel = await request(world.app)
      .post(`/api/v1/state-requests/${all}/cancel`)
      .set('Authorization', region);
    expect(cancel.status).toBe(403);
    const own = await request(world.app)
      .post('/api/v1/state-requests')
      .set('Authorization', region)
      .send(asked);
    expect(own.body).toMatchObject({ districts: 1 });
    const listed = (await get('', region)).body as { items: { stateRequestId: string }[] };
    expect(listed.items.map(({ stateRequestId }) => stateRequestId)).not.toContain(others);
    gate.open();
    for (const id of [all, others, idOf(own)]) await ended(id);
  }));

test('the command line asks, follows, shows, reports and takes back', () =>
  withWorker(world, async (gate) => {
    const districts = ['--districts', `${world.here},${world.other}`];
    const made = await resync(
      'request',
      'create',
      ...districts,
      '--all',
      '--reason',
      'Count day.',
      '--watch',
    );
    expect([made.code, made.stderr]).toEqual([0, expect.stringContaining('2 of 2 districts done')]);
    const [, id] = /^Request (\S+):/m.exec(made.stdout)!;
    expect((await resync('request', 'list')).stdout).toContain(id);
    expect((await resync('request', 'show', id!)).stdout).toMatch(/● done +100 %/);
    expect((await resync('request', 'report', id!)).stdout).toMatch(/^district,districtId/);
    expect(JSON.parse((await resync('request', 'report', id!, '--json')).stdout)).toMatchObject({
      closed: true,
    });

    gate.close();
    const second = (
      await resync('request', 'create', ...districts, '--all', '--reason', 'Again.')
    ).stdout.trim();
    await until('both run', () => gate.waiting.length === 2);
    expect((await resync('request', 'cancel', second, '--running')).code).toBe(0);
    await until('they are told', async () => {
      const open = (await world.control('resync').whereNull('endedAt')) as object[];
      gate.open();
      return open.length === 0;
    });
    expect((await resync('request', 'watch', second)).code).toBe(6);
    expect((await resync('request', 'cancel', second)).code).toBe(7);
    expect((await resync('request', 'create', '--all', '--reason', 'x')).code).toBe(2);
    expect((await resync('request', 'show', 'nothing')).code).toBe(7);
  }));

test('one district is taken out, tried again alone after the request has ended, and given more time', () =>
  withWorker(world, async (gate) => {
    gate.close();
    const of = (path: string, body: object) =>
      request(world.app)
        .post(`/api/v1/state-requests${path}`)
        .set('Authorization', world.as.state)
        .send(body);
    const id = idOf(await post({ ...asked, districts: [world.here, world.other] }));
    await until('both run', () => gate.waiting.length === 2);
    const path = `/${id}/districts/${world.here}`;
    expect((await of(`${path}/cancel`, {})).status).toBe(409);
    expect((await of(`${path}/retry`, {})).status).toBe(409);
    expect((await of(`${path}/cancel`, { running: 'cancel' })).status).toBe(200);
    expect((await of(`/${id}/districts/nowhere/cancel`, {})).status).toBe(404);
    const { windowUntil } = (await get(`/${id}`)).body as StateRequestBoard;
    const later = (hours: number) => new Date(Date.parse(windowUntil) + hours * 3_600_000).toISOString();
    for (const [until, status] of [
      [later(-1), 422],
      [later(24 * 100), 422],
      [later(5), 200],
    ] as const)
      expect([until, (await of(`/${id}/extend`, { until })).status]).toEqual([until, status]);
    expect((await get(`/${id}`)).body).toMatchObject({ windowUntil: later(5) });
    gate.open();
    await ended(id);
    expect((await of(`/${id}/extend`, { until: later(6) })).status).toBe(409);
    const before = (await get(`/${id}`)).body as StateRequestBoard;
    const first = before.districts.find(({ districtId }) => districtId === world.here)!;
    expect([before.counts.done, before.counts.notRun, first.status]).toEqual([1, 1, 'notRun']);
    // The window is over: until when has to be said.
    await world
      .control('stateRequest')
      .where({ stateRequestID: id })
      .update({ windowUntil: new Date(0) });
    expect((await of(`${path}/retry`, {})).status).toBe(409);
    const again = await resync('request', 'retry', id, '--district', world.here, '--until', later(1));
    expect([again.code, again.stdout]).toEqual([0, expect.stringMatching(/waiting|queued|running|done/)]);
    await until('it is done', async () => {
      const { counts, status } = (await get(`/${id}`)).body as StateRequestBoard;
      return status === 'finished' && counts.done === 2;
    });
    const after = (await get(path)).body as { resyncId: string; color: string };
    expect([after.resyncId === first.resyncId, after.color]).toEqual([false, 'green']);
    const told = () =>
      world.control('processAlert').where({ linkID: id, name: 'State Resync Request Ended' }).select();
    await until('each end is told', async () => (await told()).length === 2);
    expect((await of(`${path}/retry`, {})).status).toBe(409);
    // What has not begun is withdrawn without a word more.
    const window = { from: later(1), until: later(2) };
    const waits = idOf(await post({ ...asked, districts: [world.here, world.other], window }));
    const out = await resync('request', 'cancel', waits, '--district', world.here);
    expect([out.code, out.stdout]).toEqual([0, expect.stringMatching(/notRun.*Withdrawn by state/)]);
    expect((await get(`/${waits}`)).body).toMatchObject({ counts: { waiting: 1, notRun: 1 } });
    expect((await of(`/${waits}/cancel`, {})).status).toBe(200);
  }));

test('the closing report is signed with the key of certifications, and whoever has it verifies it alone', () =>
  withWorker(world, async (gate) => {
    gate.close();
    const id = idOf(await post({ ...asked, districts: [world.here, world.other] }));
    await until('both run', () => gate.waiting.length === 2);
    expect((await get(`/${id}/report?format=jws`)).status).toBe(409);
    gate.open();
    await ended(id);
    const folder = mkdtempSync(join(tmpdir(), 'report-'));
    try {
      const [file, keys] = [join(folder, 'report.jws'), join(folder, 'keys.json')];
      const saved = await resync('request', 'report', id, '--signed', '--output', file);
      expect(saved.code).toBe(0);
      const published = await request(world.app)
        .get('/api/v1/certification-keys')
        .set('Authorization', world.as.state);
      writeFileSync(keys, JSON.stringify(published.body));
      const verify = () => resync('request', 'report', file, '--verify', '--keys', keys);
      expect((await verify()).stdout).toMatch(new RegExp(`^Valid: request ${id}, .*2 of 2 districts done`));
      // Asked for again it is the same, and no certification.
      const jws = readFileSync(file, 'utf8');
      expect((await get(`/${id}/report?format=jws`)).text).toBe(jws);
      expect((await resync('certification', 'show', file, '--verify', '--keys', keys)).stderr).toMatch(
        /not a certification/,
      );
      const [head, payload = '', signature] = jws.split('.');
      const report = Buffer.from(payload, 'base64url').toString('utf8');
      const better = Buffer.from(report.replace('"green"', '"white"')).toString('base64url');
      expect(better).not.toBe(payload);
      writeFileSync(file, [head, better, signature].join('.'));
      expect(await verify()).toMatchObject({
        code: 4,
        stderr: expect.stringContaining('changed') as unknown,
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
    const { token } = await createToken(world.control, {
      name: 'region',
      level: 'state',
      districts: [world.here],
    });
    expect((await get(`/${id}/report?format=jws`, `Bearer ${token}`)).status).toBe(403);
  }));

test('a plan names its waves; they go one after the other with a pause, and the board says which', () =>
  withWorker(world, async (gate) => {
    gate.close();
    const waves = { groups: [[world.other]], size: 2, pauseMinutes: 5 };
    const body = { ...asked, objects: ['Room'], checkDependencies: false, waves };
    const plan = await resync(
      ...['request', 'plan', '--all-districts', '--objects', 'Room', '--no-check-dependencies'],
      ...['--wave', world.other, '--waves-of', '2', '--pause-minutes', '5', '--json'],
    );
    const { planHash, waves: planned } = JSON.parse(plan.stdout) as { planHash: string; waves: unknown };
    expect(planned).toEqual([
      { wave: 1, districts: 1 },
      { wave: 2, districts: 2 },
    ]);
    expect((await post({ ...body, waves: { size: 2 }, planHash })).status).toBe(409);
    const id = idOf(await post({ ...body, planHash }));
    const board = async () => (await get(`/${id}`)).body as StateRequestBoard;
    await until('the first moves', () => gate.waiting.length === 1);
    const running = await until('the first runs', board, ({ counts }) => counts.running === 1);
    expect(running).toMatchObject({ counts: { waiting: 2, running: 1, notRun: 1 }, nextWaveAt: null });
    gate.open();
    const between = await until('the first has ended', board, ({ nextWaveAt }) => nextWaveAt !== null);
    const first = between.districts.find(({ wave }) => wave === 1)!;
    expect(first).toMatchObject({ districtId: world.other, status: 'done' });
    expect(Date.parse(between.nextWaveAt!) - Date.parse(first.endedAt!)).toBe(5 * 60_000);
    expect(between.counts).toMatchObject({ waiting: 2, running: 0, queued: 0, done: 1 });
    expect((await resync('request', 'show', id)).stdout).toContain(
      `The next wave begins at ${between.nextWaveAt!}`,
    );
    // The pause is over: its last end was six minutes ago.
    await world
      .control('stateRequestDistrict')
      .where({ stateRequestID: id, wave: 1 })
      .update({ endedAt: new Date(Date.now() - 6 * 60_000) });
    await request(world.app)
      .post(`/api/v1/state-requests/${id}/cancel`)
      .set('Authorization', world.as.state)
      .send({});
    await ended(id);
  }));

test('a plan’s time is that of its waves one after the other with their pauses, and no less than the budget gives', async () => {
  const { control } = world;
  const noRooms = world.config.districts[3]!.id;
  for (const [districtId, seconds] of [
    [world.here, 600],
    [world.other, 300],
  ] as const) {
    const resyncId = `past-${districtId}`;
    await runningResync(control, resyncId, ['Room'], { districtId, objects: 'all' });
    await ledgerPage(control, { resyncId, object: 'Room', read: 90_000 }, { unchanged: 90_000 });
    await finishObject(control, { resyncId, object: 'Room', status: 'finished' });
    await finishResync(control, { resyncId, status: 'finished' });
    const startedAt = new Date(Date.now() - seconds * 1_000);
    await control('resync').where({ resyncID: resyncId }).update({ startedAt, endedAt: new Date() });
  }
  const planned = async (over: object) => {
    const answer = await request(world.app)
      .post('/api/v1/state-requests/plan')
      .set('Authorization', world.as.state)
      .send({ districts: 'all', objects: ['Room'], checkDependencies: false, ...over });
    const { waves, time } = answer.body as { waves: object[]; time: { seconds: number } };
    // By the clock of the run: to the second it may be one more.
    return { waves, minutes: Math.floor(time.seconds / 60) };
  };
  const groups = [[noRooms], [world.here]];
  // Who can't be asked takes no place in a wave.
  expect(await planned({ waves: { groups, size: 9, pauseMinutes: 5 } })).toEqual({
    waves: [
      { wave: 1, districts: 1 },
      { wave: 2, districts: 2 },
    ],
    minutes: 10 + 5 + 5,
  });
  expect(await planned({})).toEqual({ waves: [], minutes: 10 });
  expect(await planned({ recordsPerSecond: 100 })).toEqual({ waves: [], minutes: 30 });
});
