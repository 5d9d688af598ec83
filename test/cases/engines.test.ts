import { useCase } from '../support/case-world';
import { ofMariadb } from '../support/test-servers';

test.each([
  // A MySQL has no Aria: there the case's second table is another MyISAM.
  ['09-myisam', { shelf: 'MyISAM', shelf_aria: ofMariadb('Aria')[0] ?? 'MyISAM' }],
  ['47-myisam-state-check', { mi: 'MyISAM' }],
])('%s: introspection leaves a table of the state without transactions out, and says why', (name, tables) =>
  useCase(name, (world) => {
    const { catalog, findings } = world.introspection;
    expect(catalog.objects).toEqual([]);
    for (const [table, engine] of Object.entries(tables)) {
      const refused = findings.filter((finding) => finding.table === table && finding.kind === 'refused');
      expect(refused.map(({ message }) => message)).toEqual([
        expect.stringMatching(new RegExp(`by ${engine}, which has no transactions.*ENGINE=InnoDB`)),
      ]);
    }
    return Promise.resolve();
  }),
);

test.each(['MyISAM', ...ofMariadb('Aria')])(
  'an object whose table has moved to %s is refused before anything is written, the others are sent',
  (engine) =>
    useCase(
      null,
      async (world) => {
        await world.state(`ALTER TABLE moved ENGINE=${engine}`);
        for (const removals of ['report', 'apply'] as const) {
          const { objects } = await world.resync({ removals });
          expect(objects).toMatchObject({
            moved: { status: 'failed', color: 'red' },
            stays: { status: 'finished', color: 'green' },
          });
          expect(await world.state('SELECT * FROM moved')).toEqual([]);
        }
        const rows = await world.world
          .control('DISBatchHistory')
          .where({ objectName: 'moved' })
          .select<{ message: string }[]>('message');
        for (const { message } of rows)
          expect(message).toMatch(new RegExp(`moved is kept by ${engine}, which has no transactions`));
      },
      {
        district: ['moved', 'stays'].flatMap((table) => [
          `CREATE TABLE ${table} (id INT PRIMARY KEY, n INT)`,
          `INSERT INTO ${table} VALUES (1, 300), (2, 1)`,
        ]),
        state: ['moved', 'stays'].map((table) => `CREATE TABLE ${table} (id INT PRIMARY KEY, n INT)`),
      },
    ),
);
