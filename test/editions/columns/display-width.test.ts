import { counts, districtNumber, object, World } from '../support';

let world: World;
beforeAll(async () => {
  world = await World.open();
});
afterAll(() => world.close());

/** Types with a width that they are shown by, a longer value, and the smallest step of it. */
const types: Readonly<Record<string, readonly [type: string, value: string, step: string]>> = {
  whole: ['BIGINT(2)', '1234567890123 + n', '1'],
  unsigned: ['INT(1) UNSIGNED', '4000000000 + n', '1'],
  filled: ['INT(3) UNSIGNED ZEROFILL', '12345678', '1'],
  single: ['FLOAT(7,2)', '-12345.50', '0.25'],
  double: ['DOUBLE(16,3)', '-1234567890123.456', '0.001'],
  exact: ['DECIMAL(20,2)', '-123456789012345678.91', '0.01'],
  tiny: ['TINYINT(1)', '-128', '1'],
  bits: ['BIT(40)', '1099511627774', '1'],
};
const names = Object.keys(types);
const numbers = 'WITH RECURSIVE s (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 200)';
const pupil = object('pupil', ['id', 'place']);

test('no width of a column cuts its number: in a key, in a first load, and where only the last digit differs', async () => {
  const columns = `id INT(2) NOT NULL, place BIGINT(1) NOT NULL, ${names.map((name) => `\`${name}\` ${types[name]![0]} NULL`).join(', ')}`;
  await world.district(
    `CREATE TABLE pupil (${columns}, PRIMARY KEY (id, place))`,
    `INSERT INTO pupil ${numbers} SELECT 1000000 + n, -9000000000000000000 + n, ${names.map((name) => types[name]![1]).join(', ')} FROM s`,
  );
  await world.state(
    `CREATE TABLE pupil (districtID INT NOT NULL, ${columns}, PRIMARY KEY (districtID, id, place))`,
  );
  const all = ['id', 'place', ...names.map((name) => `\`${name}\` + 0`)].join(', ');
  const isEqual = async () =>
    expect(
      await world.state(`SELECT ${all} FROM pupil WHERE districtID = ${districtNumber} ORDER BY id`),
    ).toEqual(await world.district(`SELECT ${all} FROM pupil ORDER BY id`));
  expect((await world.sync([pupil], 'pupil')).counts).toEqual(counts({ inserted: 200 }));
  await isEqual();
  expect((await world.sync([pupil], 'pupil')).counts).toEqual(counts({ unchanged: 200 }));
  for (const name of names) {
    await world.district(
      `UPDATE pupil SET \`${name}\` = \`${name}\` + ${types[name]![2]} WHERE MOD(id, 10) = 3`,
    );
    expect([name, (await world.sync([pupil], 'pupil')).counts]).toEqual([
      name,
      counts({ updated: 20, unchanged: 180 }),
    ]);
    await isEqual();
  }
});
