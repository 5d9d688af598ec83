import { counts, object, World } from '../support';

/** Values too long for what a server makes of them on their way through a statement. */

let world: World;
beforeEach(async () => {
  world = await World.open();
});
afterEach(() => world.close());

describe('values above 64 KB in updates', () => {
  const thing = object('thing', ['k']);
  const big = "REPEAT(x'00ff', 40000)";

  async function things(state: string, before: string): Promise<void> {
    await world.district(
      'CREATE TABLE thing (k INT PRIMARY KEY, b LONGBLOB, t LONGTEXT, n INT)',
      `INSERT INTO thing VALUES (1, ${big}, 'a', 1), (2, 'x', REPEAT('x', 70000), 2), (3, 'y', 'z', 3)`,
    );
    await world.state(
      `CREATE TABLE thing (districtID INT NOT NULL, k INT NOT NULL, ${state}, n INT, PRIMARY KEY (districtID, k))`,
      `INSERT INTO thing VALUES ${before}`,
    );
  }

  test.each([1, 100])('arrive whole, pages of %i', async (pageRecords) => {
    await things('b LONGBLOB, t LONGTEXT', "(7, 1, '', '', 0), (7, 2, '', '', 0), (7, 3, '', '', 0)");
    const sent = await world.sync([thing], 'thing', { pageRecords });
    expect(sent.counts).toEqual(counts({ updated: 3 }));
    const hex = 'SELECT k, SHA2(b, 256) AS b, SHA2(t, 256) AS t, n FROM thing ORDER BY k';
    expect(await world.state(hex)).toEqual(await world.district(hex));
    expect((await world.sync([thing], 'thing', { pageRecords })).counts).toEqual(counts({ unchanged: 3 }));
  });

  test.each([1, 100])('are refused where the column is shorter, pages of %i', async (pageRecords) => {
    await things('b BLOB, t TEXT', "(7, 1, 'q', 'q', 0), (7, 2, 'q', 'q', 0), (7, 3, '', '', 0)");
    for (const outcome of [{ updated: 1 }, { unchanged: 1 }]) {
      const { counts: books, errors } = await world.sync([thing], 'thing', { pageRecords });
      expect(books).toEqual(counts({ ...outcome, failed: 2 }));
      expect(errors.map(({ code, field }) => [code, field])).toEqual([
        ['VALUE_TOO_LONG', 'b'],
        ['VALUE_TOO_LONG', 't'],
      ]);
    }
    expect(await world.state('SELECT k, b, t, n FROM thing WHERE k < 3 ORDER BY k')).toEqual(
      [1, 2].map((k) => ({ k, b: Buffer.from('q'), t: 'q', n: 0 })),
    );
  });
});
