import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import request from 'supertest';
import { probeDatabase } from '../../../src/doctor/probe-database';
import { whyNoDistrict } from '../../../src/doctor/test-district';
import { createToken } from '../../../src/features/access/token-store';
import { toStored, urlOf } from '../../../src/features/registrations/account';
import { reconcileImports } from '../../../src/features/registrations/reconcile';
import { districtImportWorkflowId } from '../../../workflows/messages';
import { resync, serve } from '../../support/command-line';
import { keepWorker, withWorker } from '../../support/api-worker';
import { apiWorld, type ApiWorld } from '../../support/api-world';
import { finishResync } from '../../../src/features/resyncs/store';
import { runningResync } from '../../support/control-database';
import { type DistrictDatabase, districtDatabase } from '../../support/district-database';
import { until } from '../../support/until';

/** Districts that are registered, changed, retired and imported while API and worker run. */

const secretKey = randomBytes(32).toString('base64');
const filesFolder = mkdtempSync(join(tmpdir(), 'accounts-'));

let world: ApiWorld;
let database: DistrictDatabase;
let endWorker: () => Promise<void>;
beforeAll(async () => {
  world = await apiWorld({ registration: { secretKey, filesFolder } });
  database = await districtDatabase();
  endWorker = await keepWorker(world);
});
afterAll(async () => {
  await endWorker();
  await world.close();
  rmSync(filesFolder, { recursive: true });
});

const call = (method: 'get' | 'post' | 'put', path: string, body?: object, as = world.as.state) =>
  request(world.app)[method](`/api/v1${path}`).set('Authorization', as).send(body);

let numbers = 100;
/** A district that no other test has. */
const fresh = (more: object = {}) => {
  numbers += 1;
  return {
    id: `d-${numbers}-${randomUUID().slice(0, 6)}`,
    number: numbers,
    name: `D ${numbers}`,
    schoolYear: 2027,
    ...more,
  };
};
type Fresh = ReturnType<typeof fresh>;

const register = async (district: Fresh, database_: object): Promise<request.Response> =>
  call('post', '/districts', { ...district, database: database_ });

async function registered(more: object = {}): Promise<Fresh> {
  const district = fresh(more);
  const answer = await register(district, { url: database.url });
  expect([answer.status, answer.body]).toEqual([201, expect.anything()]);
  return district;
}

async function listed(): Promise<string[]> {
  const answer = await call('get', '/districts');
  return (answer.body as { items: { id: string }[] }).items.map(({ id }) => id);
}

const detailOf = ({ body }: request.Response): string => (body as { detail: string }).detail;

test('a district is registered once its database was tested, and is there at once', async () => {
  const district = fresh({ state: 'ND', timezone: 'America/Chicago', code: 'N-1' });
  const answer = await register(district, { url: database.url });
  expect([answer.status, answer.body]).toEqual([
    201,
    expect.objectContaining({ ...district, origin: 'registered', retiredAt: null }),
  ]);
  expect(answer.get('Location')).toBe(`/api/v1/registrations/${district.id}`);
  expect(await listed()).toContain(district.id);
  const plan = await call('post', `/districts/${district.id}/plan`, { objects: ['School'] });
  expect(plan.status).toBe(200);
  // Those of the configuration are there beside it, and say so.
  const own = await call('get', `/registrations/${world.here}`);
  expect(own.body).toMatchObject({ origin: 'configuration', database: { kind: 'configuration' } });
});

test('its password is shown to nobody, and stands in no row, log line, audit event or history', async () => {
  const password = `pw-${randomUUID()}`;
  const url = await database.account(`u_${randomBytes(4).toString('hex')}`, password);
  const district = fresh();
  const answers = [
    await register(district, { url }),
    await call('put', `/registrations/${district.id}`, {
      ...district,
      id: undefined,
      name: 'Renamed',
      database: { url },
    }),
    await register(fresh(), { url: url.replace(password, `${password}-wrong`) }),
    await call('get', '/registrations'),
    await call('get', '/audit'),
    await importOf([`id,number,name,schoolYear,databaseUrl`, `not an id ${password},1,N,2027,${url}`]),
  ];
  expect(answers.map(({ status }) => status)).toEqual([201, 200, 422, 200, 200, 200]);
  const everything = [
    ...answers.map(({ text }) => text),
    ...world.logLines,
    JSON.stringify(await world.control('registeredDistrict').select()),
    JSON.stringify(await world.control('districtImportLine').select()),
    JSON.stringify(await world.control('auditEvent').select()),
    ...(await historiesOfImports()),
  ].join('\n');
  expect(everything).toContain(district.id);
  expect(everything).not.toContain(password);
});

/** Of all workflows that this world's imports had. */
async function historiesOfImports(): Promise<string[]> {
  const query = `TaskQueue = '${world.config.temporal.taskQueue}' AND WorkflowType = 'districtImport'`;
  return until(
    'Temporal lists them',
    async () => {
      const texts: string[] = [];
      for await (const { workflowId } of world.temporal.workflow.list({ query })) {
        const history = await world.temporal.workflow.getHandle(workflowId).fetchHistory();
        texts.push(JSON.stringify(history), ...payloadsIn(history));
      }
      return texts;
    },
    ({ length }) => length > 0,
  );
}

/** Payloads are bytes in a history: as the text that they are. */
function payloadsIn(value: unknown): string[] {
  if (value instanceof Uint8Array) return [new TextDecoder().decode(value)];
  if (value === null || typeof value !== 'object') return [];
  return Object.values(value).flatMap(payloadsIn);
}

describe('what can’t be a district is refused, and nothing is changed', () => {
  const refusals: readonly [why: string, database: () => object, told: string][] = [
    ['nobody listens there', () => ({ url: 'mysql://u:p@127.0.0.1:1/district' }), 'nothing listens'],
    [
      'the password is wrong',
      () => ({ url: database.url.replace(/:[^:@/]*@/, ':wrong@') }),
      'refuses the account',
    ],
    [
      'there is no such database',
      () => ({ url: database.url.replace(database.name, 'none_such') }),
      'does not exist',
    ],
    ['it is the state’s own', () => ({ url: world.config.stateDatabaseUrl }), 'the state’s own'],
    [
      'its URL names no database',
      () => ({ url: database.url.replace(`/${database.name}`, '/') }),
      'must look like',
    ],
    ['the worker has no such file', () => ({ file: 'none.url' }), 'no file none.url'],
    ['the worker has no such variable', () => ({ variable: 'DISTRICT_NONE' }), 'DISTRICT_NONE is not set'],
  ];
  test.each(refusals)('%s', async (_why, where, told) => {
    const district = fresh();
    const answer = await register(district, where());
    expect([answer.status, detailOf(answer)]).toEqual([422, expect.stringContaining(told)]);
    expect(await listed()).not.toContain(district.id);
    expect(await world.control('districtImport').where({ status: 'accepted' })).toEqual([]);
  });

  test('nobody can tell whether it is the state’s own, which is away', async () => {
    const ours = [await probeDatabase('mysql://u:p@127.0.0.1:1/state')];
    const why = await whyNoDistrict(database.url, { ours, catalog: world.catalog, districtId: 'any' });
    expect(why).toContain('cannot be reached now');
  });

  test('it has none of the catalog’s tables, or its account can’t read them', async () => {
    const empty = await districtDatabase('SomethingElse');
    expect(detailOf(await register(fresh(), { url: empty.url }))).toContain('none of the catalog’s');
    const user = `u_${randomBytes(4).toString('hex')}`;
    const url = await database.account(user, 'secret');
    await database.run(
      `REVOKE SELECT ON ${database.name}.* FROM '${user}'@'%'`,
      `GRANT INSERT ON ${database.name}.* TO '${user}'@'%'`,
    );
    const answer = await register(fresh(), { url });
    expect([answer.status, detailOf(answer)]).toEqual([
      422,
      expect.stringMatching(/none of the catalog|lacks rights/),
    ]);
  });

  test('an unknown object, a field that is none, two accounts, another variable of the worker', async () => {
    const url = { url: database.url };
    const unknown = await register(fresh({ objects: { enabled: ['Nothing'], disabled: [] } }), url);
    expect([unknown.status, detailOf(unknown)]).toEqual([422, expect.stringContaining('"Nothing"')]);
    const field = await register(fresh({ mascot: 'x' }), url);
    expect([field.status, detailOf(field)]).toEqual([422, expect.stringContaining('#/mascot')]);
    const two = await register(fresh(), { ...url, file: 'a.url' });
    expect([two.status, detailOf(two)]).toEqual([
      422,
      expect.stringContaining('one of url, file and variable'),
    ]);
    const other = await register(fresh(), { variable: 'STATE_DATABASE_URL' });
    expect([other.status, detailOf(other)]).toEqual([422, expect.stringContaining('#/database/variable')]);
    const above = await register(fresh(), { file: '../etc/passwd' });
    expect([above.status, detailOf(above)]).toEqual([422, expect.stringContaining('#/database/file')]);
  });

  test('its id, number or code is another’s', async () => {
    const there = await registered({ code: 'Mine' });
    const url = { url: database.url };
    for (const [more, told] of [
      [{ id: there.id }, 'already'],
      [{ id: world.here }, 'already'],
      [{ number: there.number }, `"${there.id}"`],
      [{ number: 1 }, `"${world.here}"`],
      [{ code: 'MINE' }, `"${there.id}"`],
    ] as const) {
      const answer = await register(fresh(more), url);
      expect([answer.status, detailOf(answer)]).toEqual([409, expect.stringContaining(told)]);
    }
  });
});

test('an account can stay in a file or a variable of the worker, where the control database has its name only', async () => {
  writeFileSync(join(filesFolder, 'north.url'), `${database.url}\n`);
  process.env['DISTRICT_OF_THIS_TEST'] = database.url;
  const [ofFile, ofVariable] = [fresh(), fresh()];
  expect((await register(ofFile, { file: 'north.url' })).status).toBe(201);
  expect((await register(ofVariable, { variable: 'DISTRICT_OF_THIS_TEST' })).status).toBe(201);
  const rows = await world
    .control('registeredDistrict')
    .whereIn('districtID', [ofFile.id, ofVariable.id])
    .orderBy('number')
    .select('accountKind', 'accountText');
  expect(rows).toEqual([
    { accountKind: 'file', accountText: 'north.url' },
    { accountKind: 'variable', accountText: 'DISTRICT_OF_THIS_TEST' },
  ]);
  // A file that is replaced is read again.
  const urlNow = () => world.config.districts.find(({ id }) => id === ofFile.id)?.databaseUrl;
  expect(urlNow()).toBe(database.url);
  const other = await districtDatabase();
  writeFileSync(join(filesFolder, 'north.url'), other.url);
  await until('the file is read again', async () => (await world.refreshDistricts(), urlNow() === other.url));
});

test('a change keeps the account that isn’t named, and what is under way its number', async () => {
  const district = await registered();
  const { id, ...rest } = district;
  const change = (more: object) => call('put', `/registrations/${id}`, { ...rest, ...more });
  const renamed = await change({ name: 'Another name', timezone: 'America/Denver' });
  expect([renamed.status, renamed.body]).toEqual([
    200,
    expect.objectContaining({
      name: 'Another name',
      database: expect.objectContaining({ kind: 'sealed' }) as unknown,
    }),
  ]);
  expect(world.config.districts.find((one) => one.id === id)).toMatchObject({
    name: 'Another name',
    databaseUrl: database.url,
  });
  const resyncId = `run-of-${id}`;
  await runningResync(world.control, resyncId, ['School'], { districtId: id });
  const refused = await change({ number: 9_999 });
  expect([refused.status, detailOf(refused)]).toEqual([409, expect.stringContaining(resyncId)]);
  expect((await change({ name: 'While it runs' })).status).toBe(200);
  const { version } = (await call('get', `/registrations/${id}`)).body as { version: string };
  expect(renamed.headers['etag']).not.toBe(`"${version}"`);
  const asRead = (more: object) => change(more).set('If-Match', `"${version}"`);
  const last = await asRead({ name: 'By who read it last' });
  expect([last.status, last.headers['etag']]).not.toEqual([200, `"${version}"`]);
  expect(last.status).toBe(200);
  expect((await asRead({ name: 'By who read it before' })).status).toBe(412);
  await finishResync(world.control, { resyncId, status: 'failed', message: 'made by the test' });
  expect((await change({ number: 9_999 })).status).toBe(200);
});

test('a district may have databases by school year; two of one year, or none of its own, are refused by field', async () => {
  const first = { url: database.url, schoolYears: [2027, 2028] };
  writeFileSync(join(filesFolder, 'former.url'), `${database.url}\n`);
  const former = { file: 'former.url', schoolYears: [2026] };
  const send = (district: Fresh, ...databases: object[]) =>
    call('post', '/districts', { ...district, databases });
  const refusals: readonly [answer: request.Response, pointer: string][] = [
    [await send(fresh(), first, { ...former, schoolYears: [2025, 2028] }), '#/databases/1/schoolYears/1'],
    [await send(fresh(), first, { file: 'former.url' }, { file: 'former.url' }), '#/databases/2/schoolYears'],
    [await send(fresh(), former), '#/databases'],
    [
      await send(fresh({ nextYear: { objects: ['Enrollment'] } }), { ...first, schoolYears: [2027] }),
      '#/databases',
    ],
    [await send(fresh(), { ...first, file: 'former.url' }), '#/databases/0'],
    [
      await call('post', '/districts', { ...fresh(), database: { url: database.url }, databases: [first] }),
      '#/databases',
    ],
    [await send(fresh(), first, { ...former, file: 'none.url' }), '#/databases'],
  ];
  for (const [answer, pointer] of refusals)
    expect([answer.status, answer.body]).toEqual([
      422,
      expect.objectContaining({
        errors: expect.arrayContaining([expect.objectContaining({ pointer })]) as unknown,
      }),
    ]);
  const district = fresh();
  const made = await send(district, first, former);
  expect([made.status, made.body]).toEqual([
    201,
    expect.objectContaining({
      database: {
        ...{ kind: 'several', name: null, problem: null },
        byYear: [
          { schoolYears: [2027, 2028], kind: 'sealed', name: null },
          { schoolYears: [2026], kind: 'file', name: 'former.url' },
        ],
      },
    }),
  ]);
  expect(world.config.districts.find(({ id }) => id === district.id)).toMatchObject({
    databaseUrl: database.url,
    databases: [{ schoolYears: [2027, 2028] }, { schoolYears: [2026] }],
  });
  const stored = await world
    .control<{ districtID: string; accountText: string }>('registeredDistrict')
    .where({ districtID: district.id })
    .first('accountText');
  expect(stored?.accountText).not.toContain(database.name);
  // What stays as it is has to have a database for what was changed.
  const { id, ...settings } = district;
  const changed = await call('put', `/registrations/${id}`, { ...settings, schoolYear: 2030 });
  expect([changed.status, detailOf(changed)]).toEqual([422, expect.stringContaining('2030')]);
  const switched = await call('put', `/districts/${id}/scoped-year`, {
    ...{ schoolYear: 2029, override: { reason: 'Two years at once.' } },
  });
  expect([switched.status, detailOf(switched)]).toEqual([422, expect.stringContaining('2029')]);
});

test('a district of the configuration can be changed, and keeps the configuration’s account', async () => {
  const own = await apiWorld({ registration: { secretKey } });
  await withWorker(own, async () => {
    // The configuration's test database is the state's own, which no registration takes.
    const answer = await request(own.app)
      .put(`/api/v1/registrations/${own.here}`)
      .set('Authorization', own.as.state)
      .send({ number: 1, name: 'Renamed', schoolYear: 2027, database: { url: database.url } });
    expect([answer.status, answer.body]).toEqual([200, expect.objectContaining({ origin: 'registered' })]);
    const again = await request(own.app)
      .put(`/api/v1/registrations/${own.here}`)
      .set('Authorization', own.as.state)
      .send({ number: 1, name: 'Renamed again', schoolYear: 2027 });
    expect(again.status).toBe(200);
    expect(own.config.districts.filter(({ id }) => id === own.here)).toEqual([
      expect.objectContaining({ name: 'Renamed again', databaseUrl: database.url }),
    ]);
  });
  await own.close();
});

test('a district’s region stays as configured when it is changed and is shown with it, its token and login are nowhere', async () => {
  const [token, password] = [`token-${randomUUID()}`, `pw-${randomUUID()}`];
  const editionUrl = `mysql://owner:${password}@127.0.0.1:1/edition`;
  const region = { url: 'http://127.0.0.1:1', token, editionUrl, pollMs: 2_000 };
  const own = await apiWorld({ registration: { secretKey }, more: [{ region }, { region }] });
  const [changed, retired] = own.config.districts.filter((one) => one.region).map(({ id }) => id);
  const as = { Authorization: own.as.state };
  const theirs = {
    name: 'theirs',
    level: 'district',
    districts: [retired!],
    rights: ['resyncBatch'],
  } as const;
  const ofDistrict = `Bearer ${(await createToken(own.control, { ...theirs, rights: [...theirs.rights] })).token}`;
  // What comes through a region says so; where the region's deployment is, is the state's to see.
  for (const [header, host] of [
    [own.as.state, '127.0.0.1:1'],
    [ofDistrict, null],
  ] as const) {
    const answer = await request(own.app).get('/api/v1/districts').set('Authorization', header);
    const { items } = answer.body as { items: { id: string; region: object | null }[] };
    expect(items.find(({ id }) => id === retired)).toMatchObject({ region: { host, first: true } });
    expect(items.find(({ id }) => id === own.here)?.region ?? null).toBeNull();
  }
  await withWorker(own, async () => {
    const shown = await request(own.app).get('/api/v1/registrations').set(as);
    const change = await request(own.app)
      .put(`/api/v1/registrations/${changed}`)
      .set(as)
      .send({ number: 3, name: 'Renamed', schoolYear: 2027, database: { url: database.url } });
    const retire = await request(own.app).post(`/api/v1/registrations/${retired}/retire`).set(as);
    expect([shown, change, retire].map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(own.config.districts.find(({ id }) => id === changed)).toMatchObject({ name: 'Renamed', region });
    const rows = await own.control('registeredDistrict').select();
    const everything = [shown.text, change.text, retire.text, JSON.stringify(rows)].join('\n');
    expect(everything).toContain(retired);
    expect(everything).not.toContain(token);
    expect(everything).not.toContain(password);
  });
  await own.close();
});

test('a district is retired when nothing of it runs, keeps its number, and can be taken up again', async () => {
  const district = await registered();
  const { id } = district;
  const resyncId = `run-of-${id}`;
  await runningResync(world.control, resyncId, ['School'], { districtId: id });
  const refused = await call('post', `/registrations/${id}/retire`);
  expect([refused.status, detailOf(refused)]).toEqual([
    409,
    `The resync ${resyncId} of ${id} is under way: retire it once it has ended, or cancel it.`,
  ]);
  expect(await listed()).toContain(id);
  await finishResync(world.control, { resyncId, status: 'failed', message: 'made by the test' });
  const answer = await call('post', `/registrations/${id}/retire`);
  expect([answer.status, answer.body]).toEqual([
    200,
    expect.objectContaining({ retiredAt: expect.any(String) as unknown }),
  ]);
  expect(await listed()).not.toContain(id);
  expect(world.config.retiredDistricts).toContain(id);
  expect((await call('post', `/districts/${id}/resyncs`, { objects: ['School'] })).status).toBe(404);
  const taken = await register(fresh({ number: district.number }), { url: database.url });
  expect([taken.status, detailOf(taken)]).toEqual([409, expect.stringContaining('was retired')]);
  // Without an account: the one that it had.
  const again = await call('post', '/districts', { ...district, name: 'Back' });
  expect([again.status, again.body]).toEqual([
    201,
    expect.objectContaining({ name: 'Back', retiredAt: null }),
  ]);
  expect(await listed()).toContain(id);
});

test('without a worker a registration is refused in time, and no worker carries it out later', async () => {
  const alone = await apiWorld({ registration: { secretKey } });
  const district = fresh();
  const answer = await request(alone.app)
    .post('/api/v1/districts')
    .set('Authorization', alone.as.state)
    .send({ ...district, database: { url: database.url } });
  expect([answer.status, detailOf(answer)]).toEqual([503, expect.stringContaining('No worker')]);
  await withWorker(alone, async () => {
    // What it left would be done before what comes now.
    const next = await request(alone.app)
      .post('/api/v1/districts')
      .set('Authorization', alone.as.state)
      .send({ ...fresh(), database: { url: database.url } });
    expect(next.status).toBe(201);
  });
  expect(alone.config.districts.map(({ id }) => id)).not.toContain(district.id);
  await alone.close();
});

test('a key is needed to seal with; a former one still opens what it has sealed', async () => {
  const keyless = await apiWorld({});
  const answer = await request(keyless.app)
    .post('/api/v1/districts')
    .set('Authorization', keyless.as.state)
    .send({ ...fresh(), database: { url: database.url } });
  expect([answer.status, detailOf(answer)]).toEqual([422, expect.stringContaining('registration.secretKey')]);
  await keyless.close();
  const settings = { secretKey, formerKeys: [] };
  const stored = toStored({ url: database.url }, settings);
  expect([stored.kind, stored.text]).toEqual(['sealed', expect.not.stringContaining(database.name)]);
  const next = randomBytes(32).toString('base64');
  const open = (formerKeys: string[]) => urlOf(stored, { secretKey: next, formerKeys });
  expect(open([secretKey])).toBe(database.url);
  expect(() => open([])).toThrow('registration.secretKey is not the key');
});

test('only who has all districts of the state registers, and sees an import', async () => {
  const { token } = await createToken(world.control, {
    name: 'some',
    level: 'state',
    districts: [world.here],
  });
  const as = `Bearer ${token}`;
  const body = { ...fresh(), database: { url: database.url } };
  expect((await call('post', '/districts', body, as)).status).toBe(403);
  expect((await call('post', '/districts', body, world.as.here)).status).toBe(403);
  expect((await call('post', '/district-imports', { csv: 'x' }, as)).status).toBe(403);
  expect((await call('post', `/registrations/${world.here}/retire`, {}, as)).status).toBe(403);
  const seen = (await call('get', '/registrations', undefined, as)).body as { items: { id: string }[] };
  expect(seen.items.map(({ id }) => id)).toEqual([world.here]);
});

interface Line {
  readonly line: number;
  readonly districtId: string | null;
  readonly status: string;
  readonly message: string | null;
}
interface Import {
  readonly importId: string;
  readonly status: string;
  readonly counts: Record<string, number>;
  readonly lines: readonly Line[];
}

/** Imports lines, and waits for its end. */
async function importOf(lines: readonly string[], more: object = {}): Promise<request.Response> {
  const started = await call('post', '/district-imports', { csv: lines.join('\n'), ...more });
  expect([started.status, started.body]).toEqual([202, expect.anything()]);
  const { importId } = started.body as Import;
  return until(
    'the import has ended',
    async () => call('get', `/district-imports/${importId}`),
    ({ body }) => (body as Import).status !== 'accepted',
    120_000,
  );
}

const head = 'id,number,name,schoolYear,databaseUrl';

test('a thousand districts are imported from one file, and of each bad line is said why', async () => {
  const first = 20_000;
  const bad = new Map<number, readonly [line: string, told: RegExp]>([
    [3, ['Not-An-Id,1,Bad,2027,', /id: use lower-case/]],
    [5, [`i-5,many,Bad,2027,${database.url}`, /number: /]],
    [8, [`i-8,${first + 8},Bad,1800,${database.url}`, /schoolYear: /]],
    [13, [`i-13,${first + 13},Bad`, /3 columns/]],
    [21, [`i-21,${first + 21},"Bad" one,2027,${database.url}`, /quotes/]],
    [
      34,
      [`i-34,${first + 34},Bad,2027,${database.url.replace(database.name, 'none_such')}`, /does not exist/],
    ],
    [56, [`i-56,${first + 55},Bad,2027,${database.url}`, /Line 55/]],
    [89, [`i-89,1,Bad,2027,${database.url}`, /number 1 is that of/]],
    [144, [`i-144,${first + 144},,2027,${database.url}`, /name: /]],
    [233, [`i-233,${first + 233},Bad,2027,`, /database: say where/]],
    [377, [`i-377,${first + 377},Bad,2027,postgres://u:p@h/d`, /must look like mysql/]],
  ]);
  const lines = [head];
  for (let line = 2; line <= 1_001; line++)
    lines.push(bad.get(line)?.[0] ?? `i-${line},${first + line},"District, ${line}",2027,${database.url}`);

  const before = await listed();
  const tried = (await importOf(lines, { dryRun: true })).body as Import;
  expect(tried.counts).toMatchObject({
    lines: 1_000,
    refused: bad.size,
    registered: 1_000 - bad.size,
    waiting: 0,
  });
  expect(await listed()).toEqual(before);

  const done = (await importOf(lines)).body as Import;
  expect(done.counts).toEqual(tried.counts);
  const refused = done.lines.filter(({ status }) => status === 'refused');
  expect(refused.map(({ line }) => line)).toEqual([...bad.keys()]);
  for (const { line, message } of refused) expect(message).toMatch(bad.get(line)![1]);
  await world.refreshDistricts();
  const after = await listed();
  expect(after).toHaveLength(before.length + 1_000 - bad.size);
  expect(after).not.toContain('i-34');
  expect(await world.control('districtImportLine').whereNotNull('accountText')).toEqual([]);

  // The file, mended, once more: only what was refused is done, and one that is another by now.
  const mended = lines.map((line, index) =>
    bad.has(index + 1) ? `i-${index + 1},${first + index + 1},Mended,2027,${database.url}` : line,
  );
  mended[1] = mended[1]!.replace('District, 2', 'Renamed');
  const again = (await importOf(mended)).body as Import;
  expect(again.counts).toMatchObject({
    ...{ lines: 1_000, refused: 0, registered: bad.size, changed: 1 },
    unchanged: 1_000 - bad.size - 1,
  });
  await world.refreshDistricts();
  expect(world.config.districts.find(({ id }) => id === 'i-2')?.name).toBe('Renamed');
});

test('the command line registers, changes, imports and retires, and takes a URL from no option', async () => {
  const served = await serve(world.app, world.as.state);
  const run = (...words: string[]) => resync('district', ...words);
  const district = fresh();
  const file = join(filesFolder, 'by-hand.url');
  writeFileSync(file, `${database.url}\n`);
  const said = ['--number', String(district.number), '--name', 'By hand', '--school-year', '2027'];
  const made = await run('register', district.id, ...said, '--disable', 'Room', '--database-url-from', file);
  expect([made.code, made.stderr]).toEqual([
    0,
    `${district.id} (${district.number}, By hand) is registered.\n`,
  ]);
  const changed = await run('change', district.id, '--timezone', 'America/Denver', '--json');
  expect(JSON.parse(changed.stdout)).toMatchObject({
    ...{ name: 'By hand', timezone: 'America/Denver', objects: { enabled: [], disabled: ['Room'] } },
  });
  const list = await run('registrations');
  expect(list.stdout).toMatch(new RegExp(`${district.id} .*By hand .*registered .*sealed`));
  const list2 = join(filesFolder, 'databases.json');
  writeFileSync(list2, JSON.stringify([{ url: database.url }, { file: 'by-hand.url', schoolYears: [2026] }]));
  const split = await run('change', district.id, '--databases-from', list2, '--json');
  expect(JSON.parse(split.stdout)).toMatchObject({ database: { kind: 'several' } });
  const csv = join(filesFolder, 'two.csv');
  const other = fresh();
  writeFileSync(csv, `${head}\n${other.id},${other.number},Other,2027,${database.url}\nBad Id,1,B,2027,\n`);
  const tried = await run('import', csv, '--dry-run');
  expect([tried.code, tried.stderr]).toEqual([7, expect.stringContaining('nothing was done')]);
  const imported = await run('import', csv);
  expect(imported.stdout).toMatch(/3 .*use lower-case/);
  expect(imported.stderr).toContain('2 lines: 1 registered, 0 changed, 0 unchanged, 1 refused.');
  const retired = await run('retire', district.id);
  expect([retired.code, retired.stderr]).toEqual([0, expect.stringContaining('is retired')]);
  const twice = await run(
    'register',
    fresh().id,
    ...said,
    '--database-file',
    'a',
    '--database-variable',
    'DISTRICT_B',
  );
  expect([twice.code, twice.stderr]).toEqual([2, expect.stringContaining('Give one of')]);
  served.close();
});

test('a file that is none is refused as a whole, and says what is wrong with it', async () => {
  for (const [csv, told] of [
    [head, 'no line of a district'],
    [`${head},passphrase\na,1,A,2027,x,y`, 'Column 6 is none of'],
    ['id,number,name\na,1,A', 'lacks the column schoolYear'],
    [`${head},id\na,1,A,2027,x,y`, 'column id twice'],
    ['"id,number\na,1', 'no line of a district'],
  ] as const) {
    const answer = await call('post', '/district-imports', { csv });
    expect([answer.status, detailOf(answer)]).toEqual([422, expect.stringContaining(told)]);
  }
});

test('an import that Temporal never heard of is started, and one that was ended there is closed', async () => {
  const insert = async (importId: string) => {
    await world.control('districtImport').insert({
      ...{ importID: importId, dryRun: true, requestedBy: 'test', status: 'accepted' },
      requestedAt: '2026-01-01 00:00:00.000',
    });
    const settings = JSON.stringify({ ...fresh(), objects: { enabled: [], disabled: [] } });
    const line = { importID: importId, lineNo: 2, mode: 'either', settings, status: 'waiting' };
    await world
      .control('districtImportLine')
      .insert({ ...line, accountKind: 'variable', accountText: 'DISTRICT_X' });
  };
  const [lost, ended] = [`lost-${randomUUID()}`, `ended-${randomUUID()}`];
  await insert(lost);
  await insert(ended);
  const started: string[] = [];
  const failed = await reconcileImports(world.control, {
    whereabouts: (id) => Promise.resolve(id === lost ? 'unknown' : 'ended'),
    start: (id) => void started.push(id),
  });
  expect([failed, started]).toEqual([0, [lost]]);
  const answer = await call('get', `/district-imports/${ended}`);
  const body = answer.body as Import;
  expect(body).toMatchObject({ status: 'failed', counts: { waiting: 0, refused: 1 } });
  expect(body.lines[0]!.message).toContain('import it again');
  expect(districtImportWorkflowId(lost)).toContain(lost);
});
