import { requireObject } from '../../src/domain/catalog';
import { secondDistrict, useCase } from '../support/case-world';
import { testDistrict } from '../activities/world';

const everything = 'SELECT lea, id, title FROM %t ORDER BY lea, id';

describe('16-tenant-text: the state writes the districts’ codes as text', () => {
  const introspect = { tenantColumn: 'lea' };

  test('without a code in the configuration nothing is sent, and the remedy is named', async () => {
    await useCase(
      '16-tenant-text',
      async (world) => {
        const before = await Promise.all(tables.map((table) => world.state(everything.replace('%t', table))));
        for (const removals of ['report', 'apply'] as const) {
          const { objects } = await world.resync({ removals });
          for (const table of tables) expect(objects[table]).toEqual({ status: 'failed', color: 'red' });
        }
        expect(
          await Promise.all(tables.map((table) => world.state(everything.replace('%t', table)))),
        ).toEqual(before);
        const rows = await world.world.control('DISBatchHistory').select<{ message: string }[]>('message');
        expect(rows[0]!.message).toMatch(/lea is a text; give the district's code .*"code" of the district/);
        const seen = await world.world.verify();
        expect(seen.status).toBe('finished');
        expect(seen.objectResults.map(({ status }) => status)).toEqual(tables.map(() => 'failed'));
      },
      { introspect, removals: { thresholdPercent: 100 } },
    );
  });

  test.each([
    ['7', { course: 2, room: 2, bell: 2 }],
    ['007', { course: 2, room: 2, bell: 2 }],
  ])('with the code %s exactly the records of that code are ours', async (code, records) => {
    await useCase(
      '16-tenant-text',
      async (world) => {
        const others = (table: string) =>
          world.state(`SELECT lea, id, title FROM ${table} WHERE BINARY lea <> '${code}' ORDER BY lea, id`);
        const before = await Promise.all(tables.map(others));
        const first = await world.resync({ removals: 'apply' });
        expect(first).toMatchObject({ status: 'finished', errors: [] });
        expect(await Promise.all(tables.map(others))).toEqual(before);
        for (const [table, count] of Object.entries(records)) {
          const sql = `SELECT id, title FROM ${table} WHERE BINARY lea = '${code}' ORDER BY id`;
          const ours = await world.state(sql);
          expect(ours).toHaveLength(count);
          expect(ours).toEqual(await world.district(`SELECT id, title FROM ${table} ORDER BY id`));
        }
        expect(first.objects['room']).toMatchObject(
          code === '007' ? { inserted: 1, updated: 1 } : { inserted: 2 },
        );
        const second = await world.resync({ removals: 'apply' });
        for (const table of tables)
          expect(second.objects[table]).toEqual({ status: 'finished', color: 'green', unchanged: 2 });
        expect(await world.world.verify()).toMatchObject({ equal: true });
      },
      { introspect, districtCode: code, removals: { thresholdPercent: 100 } },
    );
  });

  test('codes that differ in case or trailing spaces only are other districts', async () => {
    await useCase(
      null,
      async (world) => {
        const { objects } = await world.resync({ removals: 'apply' });
        // The state's own key holds 'a7' and 'A7' equal: ours can't stand beside it.
        expect(objects['course']).toMatchObject({ inserted: 1, failed: 1 });
        expect(await world.state('SELECT HEX(lea) AS lea, id, title FROM course ORDER BY id, lea')).toEqual(
          [
            { lea: '6137', id: 1, title: 'Not ours' },
            { lea: '413720', id: 9, title: 'Not ours' },
            { lea: '4137', id: 2, title: 'Biology' },
          ].sort((a, b) => a.id - b.id),
        );
      },
      {
        introspect,
        districtCode: 'A7',
        removals: { thresholdPercent: 100 },
        district: [
          'CREATE TABLE course (id INT PRIMARY KEY, title VARCHAR(20))',
          `INSERT INTO course VALUES (1, 'Algebra'), (2, 'Biology')`,
        ],
        state: [
          `CREATE TABLE course (lea VARCHAR(5) NOT NULL, id INT NOT NULL, title VARCHAR(20), PRIMARY KEY (lea, id))
             CHARSET utf8mb4 COLLATE utf8mb4_general_ci`,
          `INSERT INTO course VALUES ('a7', 1, 'Not ours'), ('A7 ', 9, 'Not ours')`,
        ],
      },
    );
  });
});

const tables = ['bell', 'course', 'room'];

describe('40-two-districts-no-tenant: a table of the state that does not say whose a record is', () => {
  const counted = 'SELECT name, COUNT(*) AS n FROM tn_student GROUP BY name ORDER BY name';

  test('nothing of it is extra, and removals are refused', async () => {
    await useCase(
      '40-two-districts-no-tenant',
      async (world) => {
        expect(requireObject(world.introspection.catalog, 'tn_student').tenantColumn).toBeNull();
        expect(world.introspection.findings.map(({ message }) => message).join()).toMatch(
          /no tenant column.*several districts.*neither reported nor removed/,
        );
        expect((await world.resync()).objects['tn_student']).toMatchObject({ inserted: 5 });
        const second = await world.resync({ districtId: secondDistrict, removals: 'apply' });
        expect(second.objects['tn_student']).toEqual({ status: 'finished', color: 'green', inserted: 100 });
        expect(await world.state(counted)).toEqual([
          { name: 'one', n: 5 },
          { name: 'two', n: 100 },
        ]);
        for (const districtId of [testDistrict, secondDistrict]) {
          const again = await world.resync({ districtId, removals: 'apply' });
          expect(again.objects['tn_student']).toEqual({
            status: 'finished',
            color: 'green',
            unchanged: districtId === secondDistrict ? 100 : 5,
          });
          expect(await world.world.verify({ districtId })).toMatchObject({ equal: true });
        }
        const row = (await world.world
          .control('DISBatchHistory')
          .where({ resyncID: second.resyncId })
          .first()) as { message: string };
        expect(row.message).toMatch(/^Nothing is removed.*no tenant column and several districts send to it/);
      },
      { second: true, removals: { thresholdPercent: 100 } },
    );
  });

  test('with one district it is as before', async () => {
    await useCase(
      '40-two-districts-no-tenant',
      async (world) => {
        const { objects } = await world.resync({ removals: 'apply' });
        expect(objects['tn_student']).toMatchObject({ inserted: 5, extra: 1 });
        expect(await world.state(counted)).toEqual([{ name: 'one', n: 5 }]);
      },
      { removals: { thresholdPercent: 100 }, state: [`INSERT INTO tn_student VALUES (77, 'gone')`] },
    );
  });
});

test('51-tenant-not-in-key: the tenant column is found beside a key of the state’s own', async () => {
  await useCase('51-tenant-not-in-key', async (world) => {
    for (const name of ['tk_student', 'tk_enrol'])
      expect(requireObject(world.introspection.catalog, name)).toMatchObject({
        key: ['id'],
        tenantColumn: 'district',
      });
    const first = await world.resync();
    expect(first.objects).toEqual({
      tk_student: { status: 'finished', color: 'green', inserted: 5 },
      tk_enrol: { status: 'finished', color: 'green', inserted: 5 },
    });
    const second = await world.resync();
    expect(Object.values(second.objects).map(({ unchanged }) => unchanged)).toEqual([5, 5]);
  });
});

test('a parent of another district is no parent, though the state’s foreign key would take it', async () => {
  const table = (lea: string): string[] => [
    `CREATE TABLE house (id INT PRIMARY KEY${lea}, name VARCHAR(20))`,
    `CREATE TABLE child (id INT PRIMARY KEY${lea}, house INT, name VARCHAR(20),
       CONSTRAINT at_home FOREIGN KEY (house) REFERENCES house (id))`,
  ];
  await useCase(
    null,
    async (world) => {
      for (const [house, child] of [
        [{ inserted: 1 }, { inserted: 2 }],
        [{ unchanged: 1 }, { unchanged: 2 }],
      ]) {
        const { objects, errors } = await world.resync();
        expect(objects).toMatchObject({ house: { ...house, failed: 1 }, child: { ...child, blocked: 2 } });
        expect(errors.toSorted()).toEqual([
          'child ["20"] blocked PARENT_NOT_AT_STATE house',
          'child ["30"] blocked PARENT_NOT_AT_STATE house',
          'house ["2"] failed UNIQUE_CLASH id',
        ]);
        expect(await world.state('SELECT id, lea, house FROM child ORDER BY id')).toEqual([
          { id: 10, lea: 7, house: 1 },
          { id: 30, lea: 7, house: null },
          { id: 40, lea: 7, house: null },
        ]);
      }
    },
    {
      introspect: { tenantColumn: 'lea' },
      district: [
        ...table(''),
        "INSERT INTO house VALUES (1, 'A'), (2, 'B')",
        "INSERT INTO child VALUES (10, 1, 'a'), (20, 2, 'b'), (30, 2, 'c'), (40, NULL, 'd')",
      ],
      state: [
        ...table(', lea INT NOT NULL'),
        "INSERT INTO house VALUES (2, 8, 'of another district')",
        "INSERT INTO child VALUES (30, 7, NULL, 'c')",
      ],
    },
  );
});
