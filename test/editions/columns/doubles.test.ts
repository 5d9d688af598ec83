/** Every double comes over to the last bit, and no two are taken for equal, whoever prints them. */
import fc from 'fast-check';
import { type PrivateServer, startPrivateServer } from '../../support/private-server';
import { counts, object, World } from '../support';

const reading = object('Reading', ['id']);
const known = [
  ...[
    -1.2345678901234567e-10, 2.2250738585072014e-308, -1.7976931348623157e308, 5e-324, 1e-5, 1e15, 1e16, 0.1,
  ],
  ...[9007199254740993, -123456789012345680, 1 / 3],
];
const drawn = fc.sample(fc.double({ noNaN: true, noDefaultInfinity: true }), { numRuns: 300, seed: 7 });
// Zero has one spelling: what is asked of a sum is another test's.
const values = [...known, ...drawn.filter((value) => value !== 0)];

let mysql: PrivateServer;
let mariadb: PrivateServer;

beforeAll(async () => {
  mysql = await startPrivateServer('mysql');
  mariadb = await startPrivateServer('mariadb');
});

afterAll(async () => {
  await mysql.stop();
  await mariadb.stop();
});

async function numbersOf(world: World, side: 'district' | 'state'): Promise<number[]> {
  const rows = await world[side]('SELECT CONCAT(v) AS v FROM Reading ORDER BY id');
  return rows.map(({ v }) => Number(v));
}

test.each([
  ['MySQL', 'MariaDB', 'NULL'],
  ['MariaDB', 'MySQL', 'NULL'],
  ['MySQL', 'MySQL', 'NOT NULL'],
])('from %s to %s, %s', async (from, to, nullable) => {
  const serverOf = (name: string): PrivateServer => (name === 'MySQL' ? mysql : mariadb);
  const world = await World.open({ district: serverOf(from).info, state: serverOf(to).info });
  try {
    await world.district(
      `CREATE TABLE Reading (id INT PRIMARY KEY, v DOUBLE ${nullable})`,
      `INSERT INTO Reading VALUES ${values.map((value, id) => `(${id}, ${value.toExponential()})`).join(', ')}`,
    );
    await world.state(
      `CREATE TABLE Reading (districtID INT NOT NULL, id INT NOT NULL, v DOUBLE ${nullable}, PRIMARY KEY (districtID, id))`,
    );
    // Pages by lines, then record by record, then nothing to do.
    const all = { pageRecords: 1_000, rangeRecords: 10_000 };
    expect((await world.sync([reading], 'Reading', all)).counts).toEqual(counts({ inserted: values.length }));
    expect(await numbersOf(world, 'state')).toEqual(values);
    expect((await world.sync([reading], 'Reading', all)).counts).toEqual(
      counts({ unchanged: values.length }),
    );
    // The neighbor of a double is another one.
    const neighbors = values.map(neighborOf);
    for (const [id, value] of neighbors.entries())
      await world.state(`UPDATE Reading SET v = ${value.toExponential()} WHERE id = ${id}`);
    expect(await numbersOf(world, 'state')).toEqual(neighbors);
    expect((await world.sync([reading], 'Reading', all)).counts).toEqual(counts({ updated: values.length }));
    expect(await numbersOf(world, 'state')).toEqual(values);
  } finally {
    await world.close();
  }
});

/** The next double towards zero. */
function neighborOf(value: number): number {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, value);
  bits.setBigUint64(0, bits.getBigUint64(0) - 1n);
  return bits.getFloat64(0) + 0;
}
