import { useCase } from '../support/case-world';

jest.setTimeout(120_000);

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
