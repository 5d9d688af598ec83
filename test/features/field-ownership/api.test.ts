import request from 'supertest';
import { insertResync } from '../../../src/features/resyncs/store';
import { insertSyncEvent, openSyncEvents } from '../../../src/features/field-ownership/sync-event-store';
import { requestOf, someCatalog } from '../../support/control-database';
import { apiWorld, type ApiWorld, object } from '../../support/api-world';

let world: ApiWorld;
beforeAll(async () => {
  world = await apiWorld({
    objects: {
      name: 'two',
      objects: [
        object('School', { stateOwnedColumns: ['stateCode'], guidColumn: 'guid' }),
        object('Person', {
          references: [{ object: 'School', columns: ['schoolID'], parentColumns: ['id'] }],
          exclusions: [{ code: 'HIDDEN', when: { column: 'hidden', equals: 1 }, message: 'Hidden.' }],
        }),
        object('PersonPart', {
          table: 'Person',
          subsetOf: 'Person',
          only: { column: 'grade', isNull: true },
        }),
        object('Gone'),
      ],
    },
  });
  // In the tests' configuration the state edition is the control database itself.
  await world.control
    .raw(`CREATE TABLE School (districtID INT, id INT, guid CHAR(36), stateCode INT, name VARCHAR(9),
    PRIMARY KEY (districtID, id))`);
  await world.control
    .raw(`CREATE TABLE Person (districtID INT, id INT, schoolID INT, hidden INT, grade VARCHAR(9),
    upper VARCHAR(9) AS (UPPER(grade)), PRIMARY KEY (districtID, id))`);
});
afterAll(() => world.close());

const call = (method: 'get' | 'put' | 'post', path: string, who: keyof ApiWorld['as'] = 'state') =>
  request(world.app)
    [method](`/api/v1/districts/${world.here}/field-settings${path}`)
    .set('Authorization', world.as[who]);
const set = (...settings: [object: string, field: string, owner: string][]) =>
  call('put', '').send({ settings: settings.map(([object, field, owner]) => ({ object, field, owner })) });

interface Shown {
  items: {
    object: string;
    parts: string[];
    fields: { field: string; owner: string; whyNot: string | null }[];
  }[];
}
const shown = async (query = '', who: keyof ApiWorld['as'] = 'here'): Promise<Shown> =>
  (await call('get', query, who)).body as Shown;

test('shows each field’s owner by the catalog until the state sets it, and whether it may be changed', async () => {
  const { items } = await shown();
  expect(items.map(({ object }) => object)).toEqual(['School', 'Person', 'Gone']);
  expect(items[0]!.fields.map(({ field, owner, whyNot }) => [field, owner, whyNot])).toEqual([
    ['districtID', 'district', 'it holds the district’s number'],
    ['id', 'district', 'records are matched by it'],
    ['guid', 'district', 'it is the record’s GUID'],
    ['stateCode', 'state', null],
    ['name', 'district', null],
  ]);
  expect(items[1]!.parts).toEqual(['PersonPart']);
  expect(items[1]!.fields.filter(({ whyNot }) => whyNot !== null).map(({ field }) => field)).toEqual([
    'districtID',
    'id',
    'schoolID',
    'hidden',
    'upper',
  ]);
  expect(items[2]!.fields).toEqual([]);
  // A part's fields are those of the object whose table it is.
  expect((await shown('?object=PersonPart')).items.map(({ object }) => object)).toEqual(['Person']);
  expect((await call('get', '?object=Nothing')).status).toBe(422);
});

test('the state sets owners and sets them back; each change is kept and audited, no change leaves nothing', async () => {
  const taken = await set(['Person', 'grade', 'state'], ['School', 'name', 'district']);
  expect([taken.status, taken.body]).toMatchObject([
    200,
    { changed: [{ object: 'Person', field: 'grade', owner: 'state' }] },
  ]);
  expect((await set(['Person', 'grade', 'state'])).body).toMatchObject({ changed: [] });
  const owned = await shown('?owner=state');
  expect(owned.items.map(({ object, fields }) => [object, fields.map(({ field }) => field)])).toEqual([
    ['School', ['stateCode']],
    ['Person', ['grade']],
  ]);
  expect((await set(['Person', 'grade', 'district'], ['School', 'stateCode', 'district'])).status).toBe(200);
  expect((await shown('?owner=state')).items).toEqual([]);

  const kept = (await call('get', '/changes?limit=2')).body as { items: object[]; nextCursor: string };
  const rest = await call('get', `/changes?cursor=${kept.nextCursor}`, 'here');
  expect([...kept.items, ...(rest.body as { items: object[] }).items]).toMatchObject([
    { object: 'School', field: 'stateCode', ownerBefore: 'state', owner: 'district', changedBy: 'state' },
    { object: 'Person', field: 'grade', ownerBefore: 'state', owner: 'district' },
    // Who at the state it was is not the district's to know.
    { object: 'Person', field: 'grade', ownerBefore: 'district', owner: 'state', changedBy: 'the state' },
  ]);
  for (const sql of ['DELETE FROM fieldSettingChange', "UPDATE fieldSettingChange SET owner = 'x'"])
    await expect(world.control.raw(sql)).rejects.toThrow();
  const audit = await request(world.app).get('/api/v1/audit').set('Authorization', world.as.state);
  expect((audit.body as { items: object[] }).items[0]).toMatchObject({
    action: 'PUT /districts/{district}/field-settings',
    target: `/districts/${world.here}/field-settings`,
    details: { changed: 2, settings: [{ object: 'Person', field: 'grade', owner: 'district' }, {}] },
  });
});

test('what can’t be the state’s is refused by field, and then nothing is set', async () => {
  const wrong: [[string, string, string], string, RegExp][] = [
    [['Person', 'id', 'state'], '#/settings/1/field', /Person\.id can’t be changed: records are matched/],
    [['School', 'guid', 'state'], '#/settings/1/field', /GUID/],
    [['Person', 'districtID', 'state'], '#/settings/1/field', /district’s number/],
    [['Person', 'schoolID', 'state'], '#/settings/1/field', /refers to School/],
    [['Person', 'hidden', 'state'], '#/settings/1/field', /rule HIDDEN/],
    [['Person', 'upper', 'state'], '#/settings/1/field', /computes it/],
    [['Person', 'nothing', 'state'], '#/settings/1/field', /no field "nothing"/],
    [['PersonPart', 'grade', 'state'], '#/settings/1/object', /part of Person/],
    [['Gone', 'id', 'state'], '#/settings/1/field', /no field/],
    [['Nobody', 'id', 'state'], '#/settings/1/object', /no object "Nobody"/],
    [['School', 'name', 'district'], '#/settings/1/field', /set twice/],
    [['School', 'stateCode', 'nobody'], '#/settings/1/owner', /./],
  ];
  for (const [setting, pointer, detail] of wrong) {
    const answer = await set(['School', 'name', 'state'], setting);
    const [error] = (answer.body as { errors: { pointer: string; detail: string }[] }).errors;
    expect([answer.status, error?.pointer, error?.detail]).toEqual([
      422,
      pointer,
      expect.stringMatching(detail),
    ]);
  }
  expect((await shown('?owner=state')).items).toEqual([]);
});

test('a district sees its settings but sets none; another district is told nothing', async () => {
  expect((await call('put', '', 'here').send({ settings: [] })).status).toBe(403);
  expect((await call('get', '', 'other')).status).toBe(404);
  expect((await call('get', '/changes', 'other')).status).toBe(404);
});

describe('sync events', () => {
  beforeAll(() => set(['School', 'stateCode', 'state']));
  const events = (method: 'get' | 'post', path = '', who: keyof ApiWorld['as'] = 'state') =>
    request(world.app)
      [method](`/api/v1/districts/${world.here}/sync-events${path}`)
      .set('Authorization', world.as[who]);
  interface Event {
    syncEventId: string;
    resyncId: string | null;
    requestedBy: string;
  }

  test('the state announces one of an object with fields of its own; others are refused by name and leave nothing', async () => {
    const wrong: [object, string][] = [
      [{ object: 'Nobody' }, '#/object'],
      [{ object: 'Person' }, '#/object'],
      [{ object: 'School', keys: [['1', '2']] }, '#/keys/0'],
      [{ object: 'School', keys: [] }, '#/keys'],
      [{ object: 'School', keys: Array.from({ length: 1_001 }, (_, i) => [`${i}`]) }, '#/keys'],
    ];
    for (const [body, pointer] of wrong) {
      const answer = await events('post').send(body);
      const [error] = (answer.body as { errors: { pointer: string }[] }).errors;
      expect([answer.status, error?.pointer]).toEqual([422, pointer]);
    }
    expect((await events('post', '', 'here').send({ object: 'School' })).status).toBe(403);
    expect((await events('get')).body).toMatchObject({ items: [] });

    const accepted = await events('post').send({ object: 'School', keys: [['7'], ['7'], ['8']] });
    expect([accepted.status, accepted.body]).toMatchObject([
      202,
      { status: 'accepted', object: 'School', keys: 2 },
    ]);
    const { syncEventId } = accepted.body as Event;
    expect(await world.temporal.workflow.getHandle(`sync-event:${syncEventId}`).describe()).toMatchObject({
      type: 'syncEvent',
    });
    // The district sees that its records are written, and not who at the state wanted it.
    const seen = (await events('get', `/${syncEventId}`, 'here')).body as Event;
    expect(seen).toMatchObject({ requestedBy: 'the state', errors: [] });
    expect((await events('get', `/${syncEventId}`, 'other')).status).toBe(404);
    const elsewhere = await request(world.app)
      .get(`/api/v1/districts/${world.other}/sync-events/${syncEventId}`)
      .set('Authorization', world.as.state);
    expect(elsewhere.status).toBe(404);
  });

  test('of the one after a run of the state’s a district sees neither the run nor that there was one', async () => {
    for (const [resyncId, initiator] of [
      ['of-the-state', 'state'],
      ['of-the-district', 'district'],
    ] as const) {
      await insertResync(world.control, {
        catalogHash: someCatalog,
        request: requestOf(resyncId, {
          districtId: world.here,
          initiator,
          requestedBy: `asker ${initiator}`,
        }),
      });
      await insertSyncEvent(world.control, {
        ...{ syncEventId: `after-${initiator}`, districtId: world.here, object: 'School', keys: null },
        ...{ resyncId, requestedBy: `asker ${initiator}` },
      });
    }
    const text = (await events('get', '', 'here')).text;
    expect(text).toContain('"resyncId":"of-the-district"');
    expect(text).not.toMatch(/of-the-state|asker state/);
    expect((await events('get', '/after-state', 'here')).status).toBe(404);
    expect((await events('get', '/after-state')).body).toMatchObject({ resyncId: 'of-the-state' });
  });

  test('one that Temporal could not be told of is accepted all the same, and open for the next pass', async () => {
    const away = await apiWorld({ temporalAddress: '127.0.0.1:1', objects: world.catalog });
    try {
      const answer = await request(away.app)
        .post(`/api/v1/districts/${away.here}/sync-events`)
        .set('Authorization', away.as.state)
        .send({ object: 'School' });
      expect([answer.status, answer.body]).toMatchObject([202, { status: 'accepted' }]);
      const open = await openSyncEvents(away.control, { olderThanSeconds: -1 });
      expect(open).toEqual([{ syncEventId: (answer.body as Event).syncEventId, districtId: away.here }]);
    } finally {
      await away.close();
    }
  });
});
