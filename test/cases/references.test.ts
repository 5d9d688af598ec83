import { useCase } from '../support/case-world';

test('52-fk-other-key: a foreign key to another unique key of the parent orders the objects, and introspection says so', async () => {
  await useCase('52-fk-other-key', async (world) => {
    expect(world.introspection.findings.map(({ table, message }) => `${table}: ${message}`)).toEqual([
      expect.stringMatching(/^\(every table\): no tenant column/),
      'fo_class: foreign key (school_code) leads to (code) of fo_school, whose match key is (id): kept as a parent for the order only',
    ]);
    expect((await world.resync()).objects).toEqual({
      fo_school: { status: 'finished', color: 'green', inserted: 2 },
      fo_class: { status: 'finished', color: 'green', inserted: 3 },
    });
    expect(await world.resync()).toMatchObject({
      status: 'finished',
      errors: [],
      objects: { fo_school: { unchanged: 2 }, fo_class: { unchanged: 3 } },
    });
  });
});

test.each([
  ['ON UPDATE CASCADE', { color: 'green', updated: 1 }, { color: 'green', unchanged: 1 }, []],
  ['ON UPDATE SET NULL', { color: 'green', updated: 1 }, { color: 'green', updated: 1 }, []],
  [
    'ON UPDATE RESTRICT',
    { color: 'red', failed: 1 },
    { color: 'red', blocked: 1 },
    ['chair ["1"] blocked PARENT_NOT_AT_STATE room', 'room ["1"] failed REFERRED_TO'],
  ],
] as const)(
  'a value that others refer to changes with them, or is kept and said to be: %s',
  async (rule, room, chair, refused) => {
    const tables = (end: string): string[] => [
      'CREATE TABLE room (id INT PRIMARY KEY, code VARCHAR(9) NOT NULL UNIQUE)',
      `CREATE TABLE chair (id INT PRIMARY KEY, room VARCHAR(9)${end})`,
    ];
    const records = (code: string): string[] => [
      `INSERT INTO room VALUES (1, '${code}')`,
      `INSERT INTO chair VALUES (1, '${code}')`,
    ];
    await useCase(
      null,
      async (world) => {
        const first = await world.resync();
        expect(first.objects).toMatchObject({ room, chair });
        expect(first.errors.toSorted()).toEqual(refused);
        const kept = refused.length > 0;
        expect(await world.state('SELECT room FROM chair')).toEqual([{ room: kept ? 'old' : 'new' }]);
        const second = await world.resync();
        expect(second.errors.toSorted()).toEqual(refused);
        expect(second.objects).toMatchObject(
          kept ? { room, chair } : { room: { unchanged: 1 }, chair: { unchanged: 1 } },
        );
      },
      {
        district: [...tables(''), ...records('new')],
        state: [
          ...tables(`, CONSTRAINT stands FOREIGN KEY (room) REFERENCES room (code) ${rule}`),
          ...records('old'),
        ],
      },
    );
  },
);
