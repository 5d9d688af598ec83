import { useCase } from '../support/case-world';

test('50-names: a table or column with any name is sent', async () => {
  await useCase('50-names', async (world) => {
    const { catalog, findings } = world.introspection;
    expect(findings.filter(({ kind }) => kind !== 'note')).toEqual([
      {
        kind: 'decide',
        table: '(every table)',
        message: expect.stringContaining('no foreign key') as string,
      },
    ]);
    expect(catalog.objects).toHaveLength(13);
    const first = await world.resync();
    expect(first).toMatchObject({ status: 'finished', errors: [] });
    expect(Object.values(first.objects).reduce((sum, { inserted = 0 }) => sum + inserted, 0)).toBe(16);
    expect(first.objects['NM_CASE']).toMatchObject({ inserted: 3 });
    const second = await world.resync();
    expect(Object.values(second.objects).reduce((sum, { unchanged = 0 }) => sum + unchanged, 0)).toBe(16);
  });
});

const odd = [
  'a.b',
  "it's",
  'back`tick',
  '"quoted"',
  'a,b',
  '%2F/..',
  'x y\tz',
  '\\',
  '先生',
  ' lead',
  '|pipe|',
];
const quoteName = (name: string): string => `\`${name.replaceAll('`', '``')}\``;

test('names with dots, quotes, backticks and other scripts are sent, blocked, failed, removed and reported', async () => {
  const parent = 'parent `of` all';
  const tables = odd.map(
    (
      name,
    ) => `CREATE TABLE ${quoteName(name)} (${quoteName(name)} INT NOT NULL PRIMARY KEY, ${quoteName(`${name}?`)} INT,
      FOREIGN KEY (${quoteName(`${name}?`)}) REFERENCES ${quoteName(parent)} (${quoteName('the "key"')}))`,
  );
  const schema = [
    `CREATE TABLE ${quoteName(parent)} (${quoteName('the "key"')} INT NOT NULL PRIMARY KEY)`,
    ...tables,
  ];
  const district = [
    ...schema,
    `INSERT INTO ${quoteName(parent)} VALUES (1)`,
    'SET foreign_key_checks = 0',
    ...odd.map((name) => `SET foreign_key_checks = 0; INSERT INTO ${quoteName(name)} VALUES (1, 1), (2, 99)`),
  ];
  await useCase(
    null,
    async (world) => {
      const first = await world.resync();
      for (const name of world.introspection.catalog.objects.map((object) => object.name))
        if (name !== parent)
          expect([name, first.objects[name]]).toMatchObject([name, { inserted: 1, blocked: 1 }]);
      for (const name of odd) {
        await world.district(`DELETE FROM ${quoteName(name)} WHERE ${quoteName(name)} = 2`);
        await world.state(`INSERT INTO ${quoteName(name)} VALUES (5, NULL)`);
      }
      const second = await world.resync({ removals: 'apply' });
      for (const [name, object] of Object.entries(second.objects))
        expect([name, object]).toMatchObject([
          name,
          name === parent ? { unchanged: 1 } : { unchanged: 1, extra: 1 },
        ]);
      const left = await world.state(
        odd.map((name) => `SELECT COUNT(*) AS n FROM ${quoteName(name)}`).join(' UNION ALL '),
      );
      expect(left).toEqual(odd.map(() => ({ n: 1 })));
    },
    { district, state: schema, removals: { thresholdPercent: 100 } },
  );
});

test('names of columns are compared without case', async () => {
  await useCase(
    null,
    async (world) => {
      const { catalog, findings } = world.introspection;
      expect(catalog.objects).toMatchObject([
        {
          name: 'grade',
          key: ['Student_No', 'term'],
          references: [{ columns: ['Student_No'], parentColumns: ['ID'] }],
        },
        { name: 'student', key: ['ID'], tenantColumn: 'District' },
      ]);
      expect(findings.filter(({ kind }) => kind === 'refused')).toEqual([]);
      const first = await world.resync();
      expect(first).toMatchObject({ errors: ['grade ["9","x"] blocked PARENT_NOT_AT_STATE Student_No'] });
      expect(first.objects).toMatchObject({ student: { inserted: 2 }, grade: { inserted: 1, blocked: 1 } });
      const second = await world.resync();
      expect(second.objects).toMatchObject({
        student: { unchanged: 2 },
        grade: { unchanged: 1, blocked: 1 },
      });
    },
    {
      district: [
        'CREATE TABLE student (ID INT NOT NULL PRIMARY KEY, FullName VARCHAR(20), UNIQUE (FullName))',
        'CREATE TABLE grade (Student_No INT NOT NULL, term CHAR(1) NOT NULL, Mark INT, PRIMARY KEY (Student_No, term))',
        `INSERT INTO student VALUES (1, 'one'), (2, 'two')`,
        `INSERT INTO grade VALUES (1, 'x', 3), (9, 'x', 4)`,
      ],
      state: [
        'CREATE TABLE student (District INT NOT NULL, id INT NOT NULL, FULLNAME VARCHAR(20), PRIMARY KEY (district, ID), UNIQUE (district, FullName))',
        `CREATE TABLE grade (DISTRICT INT NOT NULL, student_no INT NOT NULL, TERM CHAR(1) NOT NULL, mark INT,
           PRIMARY KEY (District, Student_no, term), FOREIGN KEY (district, STUDENT_NO) REFERENCES student (DISTRICT, iD))`,
      ],
    },
  );
});
