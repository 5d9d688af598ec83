import { useCase } from '../support/case-world';

test('01-hex-null: a file longer than half a packet is copied, or refused as too large, and never emptied', async () => {
  await useCase('01-hex-null', async (world) => {
    const first = await world.resync();
    expect(first.errors).toEqual(['file ["1"] failed RECORD_TOO_LARGE']);
    expect(await world.state('SELECT COUNT(*) AS n FROM file WHERE body IS NULL')).toEqual([{ n: 0 }]);
    expect((await world.resync()).errors).toEqual(first.errors);
    // What the state was given by hand stays, whatever else of the record differs.
    await world.state("INSERT INTO file VALUES (1, 'shorter')");
    expect((await world.resync()).errors).toEqual(first.errors);
    expect(await world.state('SELECT id, LENGTH(body) AS n FROM file')).toEqual([{ id: 1, n: 7 }]);
  });
});

test('01-hex-null: a file between a quarter and half of a packet is copied', async () => {
  await useCase(
    '01-hex-null',
    async (world) => {
      expect((await world.resync()).objects).toMatchObject({ file: { color: 'green', inserted: 1 } });
      expect(await world.state('SELECT SHA2(body, 256) AS sum, LENGTH(body) AS n FROM file')).toEqual(
        await world.district('SELECT SHA2(body, 256) AS sum, LENGTH(body) AS n FROM file'),
      );
      expect((await world.resync()).objects).toEqual({
        file: { status: 'finished', color: 'green', unchanged: 1 },
      });
    },
    { district: ["UPDATE file SET body = REPEAT(x'00ff27', 6 * 1024 * 1024)"] },
  );
});

test('02-hex-rangeerror: a photo of 4 MiB is copied', async () => {
  await useCase('02-hex-rangeerror', async (world) => {
    expect((await world.resync()).objects).toEqual({
      photo: { status: 'finished', color: 'green', inserted: 2 },
    });
    expect(await world.state('SELECT id, LENGTH(body) AS n FROM photo ORDER BY id')).toEqual([
      { id: 1, n: 1 },
      { id: 2, n: 4 * 1024 * 1024 },
    ]);
    expect((await world.resync()).objects).toEqual({
      photo: { status: 'finished', color: 'green', unchanged: 2 },
    });
  });
});

test('06-float-scale: a number that the state would round is refused, as a DECIMAL is', async () => {
  await useCase('06-float-scale', async (world) => {
    const refused = ['gpa_dd', 'gpa_dec', 'gpa_fd', 'gpa_ff', 'gpa_scales'];
    for (const same of [{ inserted: 1 }, { unchanged: 1 }]) {
      const { objects, errors } = await world.resync();
      expect(objects).toMatchObject({ gpa_same: { color: 'green', ...same } });
      expect(errors.toSorted()).toEqual(
        refused.map((object) => `${object} ["1"] failed VALUE_PRECISION gpa`),
      );
    }
  });
});

test('05-autoinc-null: no number is invented where the district has none', async () => {
  await useCase('05-autoinc-null', async (world) => {
    for (let run = 0; run < 2; run += 1)
      expect((await world.resync()).errors).toEqual(['badge ["a"] failed VALUE_MISSING serial']);
    expect(await world.state('SELECT COUNT(*) AS n FROM badge')).toEqual([{ n: 0 }]);
  });
});

test('a number longer than the width its column is shown by arrives whole', async () => {
  const tables = [
    'CREATE TABLE stay (id BIGINT(10) PRIMARY KEY, pupil BIGINT(10) NOT NULL, began BIGINT(10))',
    'CREATE TABLE visit (id BIGINT(4) PRIMARY KEY, mood TINYINT(1), nurse INT(2) NOT NULL, day BIGINT(1))',
  ];
  await useCase(
    null,
    async (world) => {
      const all = {
        stay: "SELECT CONCAT_WS(' ', id, pupil, began) AS record FROM stay ORDER BY id",
        visit: "SELECT CONCAT_WS(' ', id, COALESCE(mood, '-'), nurse, day) AS record FROM visit ORDER BY id",
      };
      const green = { status: 'finished', color: 'green' };
      expect((await world.resync()).objects).toEqual({
        stay: { ...green, inserted: 2 },
        visit: { ...green, inserted: 3 },
      });
      for (const sql of Object.values(all)) expect(await world.state(sql)).toEqual(await world.district(sql));
      expect((await world.resync()).objects).toEqual({
        stay: { ...green, unchanged: 2 },
        visit: { ...green, unchanged: 3 },
      });
    },
    {
      district: [
        ...tables,
        // Of the first, only the last number is longer than all widths together leave room for.
        'INSERT INTO stay VALUES (2, 640001780012765089, 647910176172296508), (3, 1, 2)',
        `INSERT INTO visit VALUES (1, 1, 2, 3), (2, NULL, -2147483648, 647910176172296508),
          (9223372036854775807, -128, 2147483647, -9223372036854775808)`,
      ],
      state: tables,
    },
  );
});

test('an empty ENUM, as a server that is not strict keeps what is no member, fails by name and is foreseen', async () => {
  const table = "CREATE TABLE ride (id INT PRIMARY KEY, means ENUM('bus', 'foot'))";
  await useCase(
    null,
    async (world) => {
      const seen = await world.world.verify();
      expect(seen.objectResults[0]).toMatchObject({ predicted: { inserted: 2, failed: 1 } });
      for (const same of [{ inserted: 2 }, { unchanged: 2 }]) {
        const { objects, errors } = await world.resync();
        expect(errors).toEqual(['ride ["2"] failed VALUE_NOT_ALLOWED means']);
        expect(objects['ride']).toMatchObject({ ...same, failed: 1 });
      }
    },
    {
      district: [
        table,
        "SET sql_mode = ''; INSERT INTO ride VALUES (1, 'bus'), (2, 'boat')",
        'INSERT INTO ride VALUES (3, NULL)',
      ],
      state: [table],
    },
  );
});
