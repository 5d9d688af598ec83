/** The closing retry of long records: they are held in memory by their real length. */
import { retryBlocked } from '../../../src/editions/transfer/retry-blocked';
import { counts, object, rows, World } from '../support';

const megabyte = 1024 * 1024;

test('blocked records of a megabyte each are retried a few at a time, short ones together', async () => {
  const world = await World.open();
  try {
    const house = object('house', ['id']);
    const letter = object('letter', ['id'], {
      parents: ['house'],
      references: [{ object: 'house', columns: ['houseID'], parentColumns: ['id'] }],
    });
    const all = [house, letter];
    const columns = 'id INT NOT NULL, houseID INT NOT NULL, body LONGTEXT';
    await world.district(
      'CREATE TABLE house (id INT PRIMARY KEY)',
      'INSERT INTO house VALUES (1)',
      `CREATE TABLE letter (${columns}, PRIMARY KEY (id))`,
      `INSERT INTO letter VALUES ${rows(212, (i) => `${i}, 1, REPEAT('x', ${i <= 12 ? megabyte : 10})`)}`,
    );
    await world.state(
      'CREATE TABLE house (districtID INT, id INT, PRIMARY KEY (districtID, id))',
      `CREATE TABLE letter (districtID INT, ${columns}, PRIMARY KEY (districtID, id),
         CONSTRAINT letterHouse FOREIGN KEY (districtID, houseID) REFERENCES house (districtID, id))`,
    );
    const { job, counts: before } = await world.sync(all, 'letter');
    expect(before).toEqual(counts({ blocked: 212 }));
    await world.state('INSERT INTO house VALUES (7, 1)');
    const { district } = world.editions;
    const read: { readonly records: number; readonly bytes: number }[] = [];
    const whole = district.rawRows.bind(district);
    const asked = jest.spyOn(district, 'rawRows');
    asked.mockImplementation(async (sql) => {
      const found = await whole(sql);
      read.push({
        records: found.length,
        bytes: found.flat().reduce<number>((sum, value) => sum + String(value ?? '').length, 0),
      });
      return found;
    });
    expect(await retryBlocked(job)).toEqual({ retried: 212, mended: 212 });
    asked.mockRestore();
    for (const { bytes } of read) expect(bytes).toBeLessThan(9 * megabyte);
    // By a length reckoned alike for all, 212 records were 5 batches whatever they held.
    expect(Math.max(...read.map(({ records }) => records))).toBeGreaterThan(190);
    expect(await world.books(job)).toEqual(counts({ inserted: 212 }));
    expect((await world.sync(all, 'letter')).counts).toEqual(counts({ unchanged: 212 }));
  } finally {
    await world.close();
  }
});
