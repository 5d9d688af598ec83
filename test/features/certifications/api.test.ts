import { temporal } from '@temporalio/proto';
import request from 'supertest';
import { createApp } from '../../../src/app';
import { TemporalCalls } from '../../../src/temporal/calls';
import { findCertification, startCertification } from '../../../src/features/certifications/workflow-client';
import { verifyManifest } from '../../../src/features/certifications/signing';
import { newSigningKey } from '../../../src/config/signing-key';
import { reconcileCertifications } from '../../../src/features/certifications/reconcile';
import type { Manifest } from '../../../src/domain/certification';
import { certificationWorkflowId } from '../../../workflows/messages';
import { until } from '../../support/until';
import { certifiableWorld } from './certifiable-world';
import type { ApiWorld } from '../../support/api-world';
import { testServers } from '../../support/test-servers';

let world: ApiWorld;
let close: () => Promise<void>;
beforeAll(async () => ({ world, close } = await certifiableWorld()));
afterAll(() => close());

type As = keyof ApiWorld['as'];
const get = (path: string, as: As = 'state') =>
  request(world.app).get(`/api/v1${path}`).set('Authorization', world.as[as]);
const post = (path: string, body?: object, as: As = 'state') =>
  request(world.app).post(`/api/v1${path}`).set('Authorization', world.as[as]).send(body);

interface Shown {
  readonly status: string;
  readonly message: string | null;
  readonly requestedBy: string;
  readonly verified: boolean | null;
  readonly problem: string | null;
  readonly kid: string;
  readonly manifest: Manifest;
}
const show = async (id: string, as: As = 'state') => (await get(`/certifications/${id}`, as)).body as Shown;

const asked = () => ({ district: world.here, reportingDate: '2026-10-01', name: 'Fall count' });

async function certify(as: As = 'state'): Promise<string> {
  const answer = await post('/certifications', asked(), as).expect(202);
  const { certificationId } = answer.body as { certificationId: string };
  await until('it is certified', async () => (await show(certificationId)).status === 'certified');
  return certificationId;
}

interface DriftShown {
  readonly status: string;
  readonly message: string | null;
  readonly counts: Record<string, number>;
  readonly items: readonly { object: string; school: string | null; result: string; why: string | null }[];
}

/** What a comparison with today finds but for what is equal. */
async function drift(id: string): Promise<string[]> {
  const { driftId } = (await post(`/certifications/${id}/drift`).expect(202)).body as { driftId: string };
  const read = async () => (await get(`/certifications/${id}/drift/${driftId}`)).body as DriftShown;
  await until('it is compared', async () => ['finished', 'failed'].includes((await read()).status));
  const { items, counts } = await read();
  const first = items.findIndex(({ result }) => result === 'equal');
  expect(items.slice(first < 0 ? items.length : first).every(({ result }) => result === 'equal')).toBe(true);
  expect(Object.values(counts).reduce((a, b) => a + b)).toBe(items.length);
  return items
    .filter(({ result }) => result !== 'equal')
    .map(({ object: name, school, result }) => `${name} ${school} ${result}`);
}

test('a district is certified at a reporting date: signed counts and checksums by object, school and year', async () => {
  const id = await certify();
  const shown = await show(id);
  expect(shown).toMatchObject({ verified: true, problem: null });
  const { manifest } = shown;
  expect(manifest).toMatchObject({
    name: 'Fall count',
    reportingDate: '2026-10-01',
    schoolYear: 2027,
    certifiedBy: 'state',
    records: 6,
    district: { id: world.here, number: 1 },
  });
  expect(
    manifest.objects.map(({ object: name, counts }) => [
      name,
      counts.map(({ school, schoolYear, records }) => [school, schoolYear, records]),
    ]),
  ).toEqual([
    [
      'School',
      [
        ['["1"]', null, 1],
        ['["2"]', null, 1],
      ],
    ],
    [
      'Enrollment',
      [
        ['["1"]', 2027, 2],
        ['["2"]', 2027, 1],
      ],
    ],
    ['Person', [[null, null, 1]]],
  ]);
  // As the state's server names them.
  const [int, smallint] = testServers.state === 'mysql' ? ['int', 'smallint'] : ['int(11)', 'smallint(6)'];
  expect(manifest.objects[1]!.columns).toEqual([
    { name: 'id', type: int },
    { name: 'schoolID', type: int },
    { name: 'endYear', type: smallint },
    { name: 'note', type: 'varchar(40)' },
  ]);

  // What one downloads is verified with nothing but the published keys.
  const { body: keys } = (await get('/certification-keys', 'other').expect(200)) as {
    body: { keys: Record<string, string>[] };
  };
  const jws = await get(`/certifications/${id}/manifest`)
    .buffer(true)
    .expect('Content-Type', /application\/jose/);
  const text = jws.text ?? (jws.body as Buffer).toString();
  expect(await verifyManifest(text, keys.keys)).toMatchObject({
    valid: true,
    manifest: { certificationId: id },
  });
  expect(JSON.stringify(keys)).not.toContain('"d":');

  // The specification's alert, and no student's value anywhere.
  const alerts = (await get('/alerts', 'here')).body as { items: { category: string; name: string }[] };
  expect(alerts.items).toContainEqual(
    expect.objectContaining({
      category: 'Data Certification',
      name: 'The State published a Data Certification Event: Fall count',
    }),
  );
  const history = await world.temporal.workflow.getHandle(certificationWorkflowId(id)).fetchHistory();
  const told = Buffer.from(temporal.api.history.v1.History.encode(history).finish()).toString('utf8');
  expect(told).toContain(id);
  for (const text of [told, JSON.stringify([shown, alerts]), world.logLines.join('')])
    expect(text).not.toContain('Geheimnis');
});

test('drift against what was certified: exactly the object and school that changed, and none once it is put back', async () => {
  const id = await certify('here');
  expect(await drift(id)).toEqual([]);
  await world.control.raw(`UPDATE Enrollment SET note = 'other' WHERE districtID = 1 AND id = 3`);
  expect(await drift(id)).toEqual(['Enrollment ["2"] changed']);
  await world.control.raw(`UPDATE Enrollment SET schoolID = 1 WHERE districtID = 1 AND id = 3`);
  expect(await drift(id)).toEqual(['Enrollment ["1"] changed', 'Enrollment ["2"] gone']);
  await world.control.raw(`UPDATE Enrollment SET schoolID = 2, note = '' WHERE districtID = 1 AND id = 3`);
  expect(await drift(id)).toEqual([]);
  const list = (await get(`/certifications/${id}/drift`)).body as { items: unknown[] };
  expect(list.items).toHaveLength(4);
});

test('a change of the schema is told as that, not as drift', async () => {
  const id = await certify();
  await world.control.raw('ALTER TABLE Person ADD COLUMN middleName VARCHAR(9)');
  expect(await drift(id)).toEqual([]);
  await world.control.raw('ALTER TABLE Person MODIFY id BIGINT UNSIGNED ZEROFILL');
  await world.control.raw('ALTER TABLE Enrollment CHANGE note remark VARCHAR(40)');
  expect(await drift(id)).toEqual(['Enrollment ["1"] incomparable', 'Enrollment ["2"] incomparable']);
  await world.control.raw('ALTER TABLE Person DROP COLUMN middleName, MODIFY id INT');
  await world.control.raw('ALTER TABLE Enrollment CHANGE remark note VARCHAR(40)');
  expect(await drift(id)).toEqual([]);
});

test('while a resync of the district and year is under way nothing is certified; it waits for its end', async () => {
  const row = {
    resyncID: 'r1',
    districtID: world.here,
    schoolYear: 2027,
    objects: '"all"',
    checkDependencies: 1,
  };
  await world.control('resync').insert({
    ...row,
    ...{
      scenario: 'OTHER',
      initiator: 'state',
      mode: 'compare',
      requestedBy: 'x',
      requestHash: 'x',
      status: 'running',
    },
  });
  const { certificationId } = (await post('/certifications', asked()).expect(202)).body as {
    certificationId: string;
  };
  await until('it waits', async () => (await show(certificationId)).status === 'waiting');
  expect((await show(certificationId, 'here')).message).toMatch(/Waits for the end of a resync/);
  expect((await get(`/certifications/${certificationId}/manifest`)).status).toBe(409);
  expect((await post(`/certifications/${certificationId}/drift`)).status).toBe(409);
  await world.control('resync').where({ resyncID: 'r1' }).update({ status: 'finished', endedAt: new Date() });
  await until('it is certified', async () => (await show(certificationId)).status === 'certified');
  const { manifest, message } = await show(certificationId);
  expect([message, manifest.newestResync?.resyncId, manifest.newestResync?.initiator]).toEqual([
    null,
    'r1',
    'state',
  ]);
});

test('an object that can’t be measured fails the certification with the reason', async () => {
  await world.control.raw('RENAME TABLE Person TO PersonAway');
  const { certificationId } = (await post('/certifications', asked()).expect(202)).body as {
    certificationId: string;
  };
  await until('it has failed', async () => (await show(certificationId)).status === 'failed');
  await world.control.raw('RENAME TABLE PersonAway TO Person');
  expect(await show(certificationId)).toMatchObject({
    message: "Person can't be measured: the state has no table Person.",
    verified: null,
    manifest: null,
  });
});

test('what was certified can’t be changed; where somebody manages to, every reading says so', async () => {
  const id = await certify();
  const { control } = world;
  const mine = { certificationID: id };
  const { kid } = await show(id);
  for (const attempt of [
    () => control('certification').where(mine).update({ name: 'x' }),
    () => control('certification').where(mine).del(),
    () => control('certificationManifest').where(mine).update({ jws: 'x' }),
    () => control('certificationManifest').where(mine).del(),
    () => control('certificationKey').where({ kid }).update({ publicKey: '{}' }),
    () => control('certificationKey').where({ kid }).del(),
  ])
    await expect(attempt()).rejects.toThrow('refused a statement');
  expect(await show(id)).toMatchObject({ verified: true });

  const { jws } = (await control<{ certificationID: string; jws: string }>('certificationManifest')
    .where(mine)
    .first())!;
  const [header, payload = '', signature] = jws.split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Manifest;
  const tampered = Buffer.from(JSON.stringify({ ...claims, records: 7 })).toString('base64url');
  await control.raw('DROP TRIGGER certificationManifest_no_update');
  await control('certificationManifest')
    .where(mine)
    .update({ jws: [header, tampered, signature].join('.') });
  const problem = 'INVALID: the signature does not fit. It was changed after it was certified.';
  expect(await show(id)).toMatchObject({ verified: false, problem, manifest: null });
  for (const answer of [
    await get(`/certifications/${id}/manifest`),
    await post(`/certifications/${id}/drift`),
  ])
    expect([answer.status, (answer.body as { detail: string }).detail]).toEqual([409, problem]);

  const other = await certify();
  const genuine = await control<{ certificationID: string; jws: string }>('certificationManifest')
    .where({ certificationID: other })
    .first();
  await control('certificationManifest').where(mine).update({ jws: genuine!.jws });
  expect(await show(id)).toMatchObject({
    verified: false,
    problem: 'INVALID: it is the manifest of another certification than it is stored for.',
  });
  await control.raw('DROP TRIGGER certificationManifest_no_delete');
  await control('certificationManifest').where(mine).del();
  expect(await show(id)).toMatchObject({
    verified: false,
    problem: 'INVALID: the manifest was taken away after it was certified.',
  });
});

test('after a rotation of the key old certifications are verified still, and both keys are published', async () => {
  const id = await certify();
  const { kid } = await show(id);
  const config = {
    ...world.config,
    certification: { ...world.config.certification, privateKey: newSigningKey() },
  };
  const app = createApp({ ...world, config, logger: (await import('pino')).pino({ level: 'silent' }) });
  const ask = (path: string) => request(app).get(`/api/v1${path}`).set('Authorization', world.as.state);
  expect((await ask(`/certifications/${id}`)).body).toMatchObject({ verified: true, kid });
  const { keys } = (await ask('/certification-keys')).body as { keys: { kid: string }[] };
  expect(keys).toHaveLength(2);
  expect(keys[0]!.kid).toBe(kid);
});

test('a district sees what is its own, and not who at the state asked; the list is filtered by district', async () => {
  const id = await certify();
  expect((await show(id, 'here')).requestedBy).toBe('the state');
  const named = { 'X-Request-Id': 'the-same-for-both' };
  const none = (await get(`/certifications/${id}`, 'other').set(named)).body as object;
  expect(none).toEqual((await get('/certifications/nothing', 'other').set(named)).body);
  const items = async (path: string, as: As) =>
    (await get(path, as)).body as { items: { certificationId: string }[] };
  expect((await items('/certifications', 'other')).items).toEqual([]);
  expect(
    (await items(`/certifications?district=${world.here}&limit=1`, 'here')).items.map(
      ({ certificationId }) => certificationId,
    ),
  ).toEqual([id]);
  expect((await get(`/certifications?district=${world.here}`, 'other')).status).toBe(404);
});

test('the same idempotency key gives the first certification back, and is refused for another request', async () => {
  const send = (body: object) => post('/certifications', body).set('Idempotency-Key', 'once');
  const first = (await send(asked()).expect(202)).body as { certificationId: string; replayed: boolean };
  const again = (await send(asked()).expect(202)).body as typeof first;
  expect([again.certificationId, first.replayed, again.replayed]).toEqual([
    first.certificationId,
    false,
    true,
  ]);
  expect((await send({ ...asked(), name: 'other' })).status).toBe(409);
  await until('it is certified', async () => (await show(first.certificationId)).status === 'certified');
});

test('what can’t be certified is refused with its field, and stores nothing', async () => {
  const count = () => world.control('certification').count({ n: '*' });
  const before = await count();
  const tomorrow = new Date(Date.now() + 2 * 86_400_000).toISOString().slice(0, 10);
  for (const [change, pointer, status] of [
    [{ district: 'nowhere' }, '#/district', 422],
    [{ reportingDate: tomorrow }, '#/reportingDate', 422],
    [{ reportingDate: '2026-02-30' }, '#/reportingDate', 422],
    [{ schoolYear: 2031 }, '#/schoolYear', 422],
    [{ name: '  ' }, '#/name', 422],
    [{ name: 'a\nb' }, '#/name', 422],
  ] as const) {
    const answer = await post('/certifications', { ...asked(), ...change });
    const { errors } = answer.body as { errors?: { pointer: string }[] };
    expect([answer.status, errors?.[0]?.pointer]).toEqual([status, pointer]);
  }
  expect((await post('/certifications', { ...asked(), district: world.other }, 'here')).status).toBe(422);
  const { privateKey: _, ...certification } = world.config.certification;
  const app = createApp({
    ...world,
    config: { ...world.config, certification },
    logger: (await import('pino')).pino({ level: 'silent' }),
  });
  const refused = await request(app)
    .post('/api/v1/certifications')
    .set('Authorization', world.as.state)
    .send(asked());
  expect([refused.status, (refused.body as { detail: string }).detail]).toEqual([
    409,
    expect.stringContaining('resync certify key'),
  ]);
  expect(await count()).toEqual(before);
});

test('one that was ended in Temporal from outside fails and says so; one Temporal never heard of is started', async () => {
  const { control, temporal: client, config } = world;
  const calls = new TemporalCalls(client, config.temporal.taskQueue);
  const pass = () =>
    reconcileCertifications(control, {
      whereabouts: (work) => findCertification(calls, work),
      start: (work) => startCertification(calls, work),
    });
  // Temporal keeps what an earlier run of the tests started.
  const [unheard, ended, young] = ['unheard', 'ended', 'young'].map((name) => `${name}-${world.here}`) as [
    string,
    string,
    string,
  ];
  const row = (id: string) => ({
    ...{ certificationID: id, districtID: world.here, schoolYear: 2027, reportingDate: '2026-10-01' },
    ...{ name: id, certifiedBy: 'state', requestedBy: 'x', requestHash: 'x', status: 'accepted' },
  });
  const long = control.raw('UTC_TIMESTAMP(3) - INTERVAL 1 HOUR');
  await control('certification').insert([
    { ...row(unheard), requestedAt: long },
    { ...row(ended), requestedAt: long },
    { ...row(young), requestedAt: control.raw('UTC_TIMESTAMP(3)') },
  ]);
  const stopped = await client.workflow.start('certification', {
    workflowId: certificationWorkflowId(ended),
    taskQueue: 'nobody-works-on-it',
    args: [{ certificationId: ended }],
  });
  await stopped.terminate();
  await pass();
  await until('it is certified', async () => (await show(unheard)).status === 'certified');
  expect(await show(ended)).toMatchObject({
    status: 'failed',
    message: expect.stringContaining('request it again') as unknown,
  });
  expect((await show(young)).status).toBe('accepted');
  await pass();
  expect((await show(unheard)).status).toBe('certified');
});
