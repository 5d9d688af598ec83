import { requireObject } from '../../src/domain/catalog';
import { useCase } from '../support/case-world';
import { testServers } from '../support/test-servers';

const keyless = ['student_id', 'course_id', 'start'];

test('18-late-key-refusal: what a run can’t match by is refused by introspection, with the reason', async () => {
  await useCase('18-late-key-refusal', (world) => {
    expect(world.introspection.catalog.objects).toEqual([]);
    const refused = world.introspection.findings.filter(({ kind }) => kind === 'refused');
    expect(refused.map(({ table, message }) => `${table}: ${message}`)).toEqual([
      // A MySQL has such keys of the first characters only, which tell nothing apart.
      expect.stringMatching(
        testServers.state === 'mysql'
          ? /^note: no primary key and no unique key.*--match note\.COLUMN/
          : /^note: \(t\) can't be its match key: t: .* type text.*--match note\.COLUMN/,
      ),
      expect.stringMatching(/^term_grade: \(term, student\) can't be its match key: term: .* type enum/),
      expect.stringMatching(/^url: \(u\) can't be its match key: .*longer than 512 characters/),
      expect.stringMatching(/^weight: \(w\) can't be its match key: w: .* type double/),
    ]);
    return Promise.resolve();
  });
});

test('49-enum-key: where the primary key can’t be matched by, a unique key is', async () => {
  await useCase('49-enum-key', async (world) => {
    const { catalog, findings } = world.introspection;
    expect(requireObject(catalog, 'ek_contact').key).toEqual(['id']);
    expect(findings).toContainEqual({
      kind: 'note',
      table: 'ek_contact',
      message: expect.stringMatching(/^matched by \(id\), because \(person, kind\) can't be/) as string,
    });
    expect((await world.resync()).objects).toEqual({
      ek_contact: { status: 'finished', color: 'green', inserted: 2 },
    });
    // Another kind of the same person under the old id: the primary key changes with it.
    await world.district(`UPDATE ek_contact SET kind = IF(id = 1, 'work', 'home'), person = id + 5`);
    expect((await world.resync()).objects['ek_contact']).toMatchObject({ color: 'green', updated: 2 });
    expect(await world.resync()).toMatchObject({ errors: [], objects: { ek_contact: { unchanged: 2 } } });
  });
});

describe('48-keyless', () => {
  const sent = {
    introspect: { match: [{ table: 'kl_schedule', columns: ['STUDENT_ID', ...keyless.slice(1)] }] },
  };

  test('48-keyless: a person names the key, and the table is sent', async () => {
    await useCase(
      '48-keyless',
      async (world) => {
        expect(requireObject(world.introspection.catalog, 'kl_schedule').key).toEqual(keyless);
        expect((await world.resync()).objects['kl_schedule']).toMatchObject({ color: 'green', inserted: 3 });
        await world.district(
          `UPDATE kl_schedule SET ended = '2020-03-01' WHERE student_id = 1 AND course_id = 2`,
        );
        await world.district(`INSERT INTO kl_schedule VALUES (3, 1, '2020-01-01', NULL)`);
        await world.state(`INSERT INTO kl_schedule VALUES (9, 9, '2020-01-01', NULL)`);
        const second = await world.resync({ removals: 'apply' });
        expect(second.objects['kl_schedule']).toMatchObject({
          color: 'green',
          inserted: 1,
          updated: 1,
          extra: 1,
        });
        const third = await world.resync();
        expect(third.objects['kl_schedule']).toEqual({ status: 'finished', color: 'green', unchanged: 4 });
        const rows = 'SELECT * FROM kl_schedule ORDER BY student_id, course_id, start';
        expect(await world.state(rows)).toEqual(await world.district(rows));
      },
      { ...sent, removals: { thresholdPercent: 100 } },
    );
  });

  test('without a word from a person it is refused, and the option is named', async () => {
    await useCase('48-keyless', (world) => {
      expect(world.introspection.catalog.objects).toEqual([]);
      expect(world.introspection.findings).toContainEqual({
        kind: 'refused',
        table: 'kl_schedule',
        message: expect.stringMatching(/no primary key.*--match kl_schedule\.COLUMN/) as string,
      });
      return Promise.resolve();
    });
  });

  test.each([
    [
      'district',
      'has one value of several records',
      `INSERT INTO kl_schedule VALUES (1, 1, '2020-01-01', '2021-01-01')`,
    ],
    [
      'state',
      'has one value of several records',
      `INSERT INTO kl_schedule VALUES (5, 1, '2020-01-01', NULL), (5, 1, '2020-01-01', NULL)`,
    ],
    [
      'district',
      'has records without a value in it (1)',
      'ALTER TABLE kl_schedule MODIFY start DATE NULL; INSERT INTO kl_schedule VALUES (7, 7, NULL, NULL)',
    ],
    [
      'state',
      'has records without a value in it (1)',
      'ALTER TABLE kl_schedule MODIFY start DATE NULL; INSERT INTO kl_schedule VALUES (7, 7, NULL, NULL)',
    ],
  ] as const)(
    'a key that names several records, or none, is refused before any is sent: %s %s',
    async (side, why, sql) => {
      await useCase(
        '48-keyless',
        async (world) => {
          const before = await world.state('SELECT COUNT(*) AS n FROM kl_schedule');
          const { objects, resyncId } = await world.resync();
          expect(objects['kl_schedule']).toMatchObject({ status: 'failed', color: 'red' });
          const [row] = (await world.world
            .control('DISBatchHistory')
            .where({ resyncID: resyncId })) as Record<string, string>[];
          expect(row!['message']).toBe(
            `kl_schedule can't be sent: (student_id, course_id, start) does not tell its records apart: ` +
              `the ${side}'s table kl_schedule ${why}; mend them, or name another key.`,
          );
          expect(await world.state('SELECT COUNT(*) AS n FROM kl_schedule')).toEqual(before);
        },
        { ...sent, [side]: sql.split('; ') },
      );
    },
  );

  test('keys that are one to the state only are refused at every run, and not sent at the first', async () => {
    const text = (collation: string): string =>
      `CREATE TABLE word (k VARCHAR(9) CHARACTER SET utf8mb4 COLLATE ${collation}, v INT)`;
    await useCase(
      null,
      async (world) => {
        for (let run = 0; run < 2; run += 1) {
          const { objects } = await world.resync();
          expect(objects['word']).toMatchObject({ status: 'failed', color: 'red' });
          expect(await world.state('SELECT COUNT(*) AS n FROM word')).toEqual([{ n: 0 }]);
        }
        await world.district("DELETE FROM word WHERE k = 'X'");
        for (const same of [{ inserted: 2 }, { unchanged: 2 }])
          expect((await world.resync()).objects['word']).toMatchObject({ color: 'green', ...same });
      },
      {
        introspect: { match: [{ table: 'word', columns: ['k'] }] },
        district: [text('utf8mb4_bin'), "INSERT INTO word VALUES ('x', 1), ('X', 2), ('z', 3)"],
        state: [text('utf8mb4_general_ci')],
      },
    );
  });
});
