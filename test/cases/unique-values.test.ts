import { useCase } from '../support/case-world';

const removals = { thresholdPercent: 100 };

test('27-gone-holds-unique: with removals the record that holds the value goes and the new one arrives, in one run', async () => {
  await useCase(
    '27-gone-holds-unique',
    async (world) => {
      const reported = await world.resync();
      expect(reported.errors.sort()).toEqual([
        'card ["20"] failed UNIQUE_CLASH card',
        'pupil ["1"] failed UNIQUE_CLASH locker',
      ]);
      const holders = await world.world
        .control('recordError')
        .where({ resyncID: reported.resyncId })
        .orderBy('objectName')
        .select('parentObject', 'parentKey');
      expect(holders).toEqual([
        { parentObject: 'card', parentKey: '["10"]' },
        { parentObject: 'pupil', parentKey: '["2"]' },
      ]);

      const applied = await world.resync({ removals: 'apply' });
      expect(applied).toMatchObject({
        status: 'finished',
        errors: [],
        objects: { card: { color: 'green', inserted: 1 }, pupil: { color: 'green', updated: 1 } },
      });
      expect(await world.state('SELECT * FROM pupil')).toEqual([{ id: 1, locker: 2 }]);
      expect(await world.state('SELECT * FROM card')).toEqual([{ id: 20, card: 'C1' }]);
      expect((await world.resync({ removals: 'apply' })).objects).toEqual({
        card: { status: 'finished', color: 'green', unchanged: 1 },
        pupil: { status: 'finished', color: 'green', unchanged: 1 },
      });
    },
    { removals },
  );
});

test('46-recreated: a record entered anew, and what hangs below it, replaces the old one; a twin keeps removals back', async () => {
  await useCase(
    '46-recreated',
    async (world) => {
      const reported = await world.resync();
      expect(reported.errors).toEqual([
        'rc_login ["77"] failed UNIQUE_CLASH username',
        'rc_pass ["1"] blocked PARENT_NOT_AT_STATE login',
      ]);
      const applied = await world.resync({ removals: 'apply' });
      expect(applied).toMatchObject({
        errors: [],
        objects: {
          rc_login: { color: 'green', inserted: 1, unchanged: 39 },
          rc_pass: { color: 'green', inserted: 1 },
        },
      });
      expect(await world.state('SELECT id FROM rc_login WHERE id IN (5, 77)')).toEqual([{ id: 77 }]);
      expect(await world.state('SELECT * FROM rc_pass')).toEqual([{ id: 1, login: 77 }]);

      // A real twin: both are at the district, so nothing says what is extra.
      await world.district(
        "ALTER TABLE rc_login DROP KEY username; INSERT INTO rc_login VALUES (78, 'user1'); DELETE FROM rc_login WHERE id = 40",
      );
      const twin = await world.resync({ removals: 'apply' });
      expect(twin.objects['rc_login']).toMatchObject({ unchanged: 39, failed: 1, extra: 1 });
      expect(await world.state('SELECT id FROM rc_login WHERE id = 40')).toHaveLength(1);
    },
    {
      removals,
      district: [
        'CREATE TABLE rc_pass (id INT PRIMARY KEY, login INT NOT NULL, FOREIGN KEY (login) REFERENCES rc_login (id))',
        'INSERT INTO rc_pass VALUES (1, 77)',
      ],
      state: [
        'CREATE TABLE rc_pass (id INT PRIMARY KEY, login INT NOT NULL, FOREIGN KEY (login) REFERENCES rc_login (id))',
        'INSERT INTO rc_pass VALUES (9, 5)',
      ],
    },
  );
});

test('numbers that moved up when the first record went, and a swap beside one: removed and mended in one run', async () => {
  const seats = Array.from({ length: 40 }, (_, n) => n + 1);
  const table = (name: string, columns: string): string =>
    `CREATE TABLE ${name} (id INT PRIMARY KEY, ${columns})`;
  const both = [
    table('seat', 'place INT NOT NULL UNIQUE'),
    table('badge', 'pupil INT NOT NULL UNIQUE, tint VARCHAR(9) NOT NULL UNIQUE'),
  ];
  await useCase(
    null,
    async (world) => {
      const reported = await world.resync();
      expect(reported.objects).toMatchObject({
        seat: { failed: 39, extra: 1 },
        badge: { failed: 2, extra: 1 },
      });
      const [swapped] = await world.world
        .control('recordError')
        .where({ resyncID: reported.resyncId, objectName: 'badge', recordKey: '["2"]' })
        .select<{ parentKey: string }[]>('parentKey');
      expect(swapped!.parentKey).toBe('["3"]');

      const applied = await world.resync({ removals: 'apply' });
      expect(applied).toMatchObject({
        errors: [],
        objects: { seat: { color: 'green', updated: 39 }, badge: { color: 'green', updated: 2 } },
      });
      for (const name of ['seat', 'badge'])
        expect(await world.state(`SELECT * FROM ${name} ORDER BY id`)).toEqual(
          await world.district(`SELECT * FROM ${name} ORDER BY id`),
        );
      expect((await world.resync({ removals: 'apply' })).objects).toEqual({
        seat: { status: 'finished', color: 'green', unchanged: 39 },
        badge: { status: 'finished', color: 'green', unchanged: 2 },
      });
    },
    {
      removals,
      safety: { updatedPercent: 100 },
      district: [
        ...both,
        `INSERT INTO seat VALUES ${seats
          .slice(1)
          .map((n) => `(${n}, ${n - 1})`)
          .join(', ')}`,
        "INSERT INTO badge VALUES (1, 20, 'red'), (2, 10, 'green')",
      ],
      state: [
        ...both,
        `INSERT INTO seat VALUES ${seats.map((n) => `(${n}, ${n})`).join(', ')}`,
        "INSERT INTO badge VALUES (1, 10, 'red'), (2, 20, 'blue'), (3, 30, 'green')",
      ],
    },
  );
});
