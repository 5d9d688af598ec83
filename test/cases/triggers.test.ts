import { useCase, type CaseWorld } from '../support/case-world';

const messageOf = async ({ world }: CaseWorld, resyncId: string, object: string): Promise<string | null> =>
  (
    (await world.control('DISBatchHistory').where({ resyncID: resyncId, objectName: object }).first()) as {
      message: string | null;
    }
  ).message;

test('41-trigger-delete: a trigger on delete refuses removals as ON DELETE does, with the table named', async () => {
  await useCase(
    '41-trigger-delete',
    async (world) => {
      for (let run = 1; run <= 2; run += 1) {
        const { resyncId, objects } = await world.resync({ removals: 'apply' });
        expect(objects).toEqual({
          td_course: { status: 'finished', color: 'green', unchanged: 30, extra: 1 },
          td_slot: { status: 'finished', color: 'green', unchanged: 31 },
        });
        const row = (await world.world.control('removalObject').where({ resyncID: resyncId }).first()) as {
          reason: string;
        };
        expect(row.reason).toMatch(/records of td_slot by the state's own triggers on delete \(td_d\)/);
        expect(await world.state('SELECT COUNT(*) AS n FROM td_slot')).toEqual([{ n: 31 }]);
      }
    },
    { removals: { thresholdPercent: 100 } },
  );
});

test('a trigger on delete that only keeps a log refuses no removal', async () => {
  await useCase(
    '41-trigger-delete',
    async (world) => {
      await world.resync({ removals: 'apply' });
      expect(await world.state('SELECT COUNT(*) AS n FROM td_course')).toEqual([{ n: 30 }]);
      expect(await world.state('SELECT id FROM td_log')).toEqual([{ id: 99 }]);
    },
    {
      removals: { thresholdPercent: 100 },
      state: [
        'DROP TRIGGER td_d',
        'CREATE TABLE td_log (id INT)',
        'CREATE TRIGGER td_l AFTER DELETE ON td_course FOR EACH ROW INSERT INTO td_log VALUES (OLD.id)',
      ],
    },
  );
});

test('42-trigger-before-insert: what only inserting changes is set right at once', async () => {
  await useCase('42-trigger-before-insert', async (world) => {
    const first = await world.resync();
    expect(first.objects).toEqual({ tbi_file: { status: 'finished', color: 'green', inserted: 3 } });
    expect(await world.state('SELECT * FROM tbi_file')).toEqual(
      await world.district('SELECT * FROM tbi_file'),
    );
    expect(await messageOf(world, first.resyncId, 'tbi_file')).toBe(
      'At the state trigger tbi_t (BEFORE INSERT) sets token.',
    );
    expect((await world.resync()).objects).toEqual({
      tbi_file: { status: 'finished', color: 'green', unchanged: 3 },
    });
  });
});

test('43-trigger-before-update: records that the state changes are errors that name the columns, and written once', async () => {
  await useCase('43-trigger-before-update', async (world) => {
    const errors = ['1', '2', '3'].map((id) => `tbu_person ["${id}"] failed STATE_CHANGES_VALUE name`);
    expect(await world.resync()).toMatchObject({
      objects: { tbu_person: { status: 'finished', color: 'red', failed: 3 } },
      errors,
    });
    const rows = await world.state('SELECT * FROM tbu_person');
    expect(rows).toHaveLength(3);
    const [stored] = await world.world.control('recordError').select<{ message: string }[]>('message');
    expect(stored!.message).toMatch(/changes what it is sent: name, changed \(triggers tbu_i, tbu_u\)/);
    expect(await world.resync()).toMatchObject({ objects: { tbu_person: { failed: 3 } }, errors });
    expect(await world.state('SELECT * FROM tbu_person')).toEqual(rows);
  });
});

test('a trigger that changes some values only costs those records, and what else changed gets through', async () => {
  await useCase(
    null,
    async (world) => {
      expect((await world.resync()).objects['p']).toMatchObject({ inserted: 2, failed: 1 });
      await world.district("UPDATE p SET phone = '9' WHERE id IN (1, 2)");
      expect((await world.resync()).objects['p']).toMatchObject({ updated: 1, unchanged: 1, failed: 1 });
      expect(await world.state('SELECT id, name, phone FROM p ORDER BY id')).toEqual([
        { id: 1, name: 'none', phone: '9' },
        { id: 2, name: 'b', phone: '9' },
        { id: 3, name: 'c', phone: '3' },
      ]);
      expect((await world.resync()).objects['p']).toMatchObject({ unchanged: 2, failed: 1 });
    },
    {
      district: [
        'CREATE TABLE p (id INT PRIMARY KEY, name VARCHAR(9), phone VARCHAR(9))',
        "INSERT INTO p VALUES (1, NULL, '1'), (2, 'b', '2'), (3, 'c', '3')",
      ],
      state: [
        'CREATE TABLE p (id INT PRIMARY KEY, name VARCHAR(9), phone VARCHAR(9))',
        "CREATE TRIGGER pi BEFORE INSERT ON p FOR EACH ROW SET NEW.name = COALESCE(NEW.name, 'none')",
        "CREATE TRIGGER pu BEFORE UPDATE ON p FOR EACH ROW SET NEW.name = COALESCE(NEW.name, 'none')",
      ],
    },
  );
});

test('44-trigger-counter: a parent that its child’s trigger writes is compared again before the run is green', async () => {
  await useCase('44-trigger-counter', async (world) => {
    const first = await world.resync();
    expect(first.objects).toEqual({
      tc_class: { status: 'finished', color: 'green', inserted: 2 },
      tc_enrol: { status: 'finished', color: 'green', inserted: 3 },
    });
    expect(await world.state('SELECT * FROM tc_class')).toEqual(
      await world.district('SELECT * FROM tc_class'),
    );
    expect(await messageOf(world, first.resyncId, 'tc_class')).toMatch(/tc_enrol.*compared again at the end/);
    expect((await world.resync()).objects).toEqual({
      tc_class: { status: 'finished', color: 'green', unchanged: 2 },
      tc_enrol: { status: 'finished', color: 'green', unchanged: 3 },
    });
  });
});

test('a table whose trigger fills another’s goes first, whatever their names', async () => {
  await useCase(
    null,
    async (world) => {
      const first = await world.resync();
      expect(first.errors).toEqual([]);
      expect(first.objects).toMatchObject({ a_text: { unchanged: 2 }, film: { inserted: 2 } });
      expect(await messageOf(world, first.resyncId, 'a_text')).toBe(
        'It goes after film, whose triggers write it.',
      );
      expect(await world.state('SELECT * FROM a_text')).toEqual(await world.district('SELECT * FROM a_text'));
    },
    {
      district: [
        'CREATE TABLE film (id INT PRIMARY KEY, title VARCHAR(9))',
        'CREATE TABLE a_text (id INT PRIMARY KEY, title VARCHAR(9))',
        "INSERT INTO film VALUES (1, 'a'), (2, 'b')",
        "INSERT INTO a_text VALUES (1, 'a'), (2, 'b')",
      ],
      state: [
        'CREATE TABLE film (id INT PRIMARY KEY, title VARCHAR(9))',
        'CREATE TABLE a_text (id INT PRIMARY KEY, title VARCHAR(9))',
        'CREATE PROCEDURE keep(i INT, t VARCHAR(9)) INSERT INTO `a_text` VALUES (i, t)',
        'CREATE TRIGGER f AFTER INSERT ON film FOR EACH ROW CALL keep(NEW.id, NEW.title)',
      ],
    },
  );
});

test('a table that a trigger elsewhere writes and its own trigger changes is never green', async () => {
  await useCase(
    null,
    async (world) => {
      for (let run = 1; run <= 2; run += 1)
        expect((await world.resync()).objects['b']).toEqual({ status: 'finished', color: 'red', failed: 1 });
    },
    {
      district: ['a', 'b'].flatMap((table) => [
        `CREATE TABLE ${table} (id INT PRIMARY KEY, n INT)`,
        `INSERT INTO ${table} VALUES (1, 1)`,
      ]),
      state: [
        ...['a', 'b'].map((table) => `CREATE TABLE ${table} (id INT PRIMARY KEY, n INT)`),
        'INSERT INTO a VALUES (1, 5)',
        'INSERT INTO b VALUES (1, 1)',
        'CREATE TRIGGER ta AFTER UPDATE ON a FOR EACH ROW UPDATE b SET n = n + 1',
        'CREATE TRIGGER tb BEFORE UPDATE ON b FOR EACH ROW SET NEW.n = NEW.n + 1',
      ],
    },
  );
});

test('a trigger that gives a new record another key, or to another district, makes none: the record fails', async () => {
  const table = 'CREATE TABLE %t (lea INT NOT NULL, id INT NOT NULL, v INT, PRIMARY KEY (lea, id))';
  await useCase(
    null,
    async (world) => {
      for (const same of [{ inserted: 1 }, { unchanged: 1 }]) {
        const { objects, errors } = await world.resync();
        expect(errors.toSorted()).toEqual([
          'moved ["2"] failed STATE_CHANGES_VALUE lea',
          'renamed ["2"] failed STATE_CHANGES_VALUE id',
        ]);
        for (const name of ['moved', 'renamed']) expect(objects[name]).toMatchObject({ ...same, failed: 1 });
      }
      expect(await world.state('SELECT lea, id, v FROM moved ORDER BY lea')).toEqual([
        { lea: 7, id: 1, v: 1 },
        { lea: 8, id: 2, v: 9 },
      ]);
      expect(await world.state('SELECT lea, id, v FROM renamed')).toEqual([{ lea: 7, id: 1, v: 1 }]);
    },
    {
      introspect: { tenantColumn: 'lea' },
      district: ['moved', 'renamed'].flatMap((name) => [
        `CREATE TABLE ${name} (id INT PRIMARY KEY, v INT)`,
        `INSERT INTO ${name} VALUES (1, 1), (2, 2)`,
      ]),
      state: [
        table.replace('%t', 'moved'),
        table.replace('%t', 'renamed'),
        'INSERT INTO moved VALUES (8, 2, 9)',
        'CREATE TRIGGER mi BEFORE INSERT ON moved FOR EACH ROW SET NEW.lea = IF(NEW.v = 2, 9, NEW.lea)',
        'CREATE TRIGGER ri BEFORE INSERT ON renamed FOR EACH ROW SET NEW.id = IF(NEW.v = 2, 100, NEW.id)',
      ],
    },
  );
});

test('what a trigger writes through a view, or sets by a procedure, is found', async () => {
  await useCase(
    null,
    async (world) => {
      const { objects, errors } = await world.resync();
      expect(errors).toEqual(['paper ["1"] failed STATE_CHANGES_VALUE pages']);
      expect(objects['account']).toMatchObject({ color: 'green', updated: 2 });
      const all = 'SELECT * FROM account ORDER BY id';
      expect(await world.state(all)).toEqual(await world.district(all));
      expect((await world.resync()).objects).toMatchObject({
        account: { color: 'green', unchanged: 2 },
        entry: { color: 'green', unchanged: 2 },
      });
    },
    {
      district: [
        'CREATE TABLE account (id INT PRIMARY KEY, total INT)',
        'CREATE TABLE entry (id INT PRIMARY KEY, account INT, v INT)',
        'CREATE TABLE paper (id INT PRIMARY KEY, pages INT)',
        'INSERT INTO account VALUES (1, 5), (2, 6)',
        'INSERT INTO entry VALUES (1, 1, 5), (2, 2, 6)',
        'INSERT INTO paper VALUES (1, 3)',
      ],
      state: [
        'CREATE TABLE account (id INT PRIMARY KEY, total INT)',
        'CREATE TABLE entry (id INT PRIMARY KEY, account INT, v INT)',
        'CREATE TABLE paper (id INT PRIMARY KEY, pages INT)',
        'CREATE VIEW balance AS SELECT id AS account, total AS amount FROM account',
        'CREATE PROCEDURE even(INOUT n INT) SET n = 2 * CEIL(n / 2)',
        'CREATE TRIGGER ei AFTER INSERT ON entry FOR EACH ROW INSERT INTO balance VALUES (NEW.account, NEW.v - 1)',
        'CREATE TRIGGER pi BEFORE INSERT ON paper FOR EACH ROW CALL even(NEW.pages)',
        'CREATE TRIGGER pu BEFORE UPDATE ON paper FOR EACH ROW CALL even(NEW.pages)',
      ],
    },
  );
});

test('what a trigger adds behind an object’s last record is extra in the same run', async () => {
  const history = 'CREATE TABLE history (id INT PRIMARY KEY, name VARCHAR(9))';
  const pupil = 'CREATE TABLE pupil (id INT PRIMARY KEY, name VARCHAR(9))';
  await useCase(
    null,
    async (world) => {
      const first = await world.resync({ removals: 'apply' });
      expect(first.objects).toMatchObject({
        pupil: { color: 'green', updated: 1 },
        history: { color: 'green', unchanged: 3, extra: 1 },
      });
      const all = 'SELECT * FROM history ORDER BY id';
      expect(await world.state(all)).toEqual(await world.district(all));
      expect((await world.resync({ removals: 'apply' })).objects).toEqual({
        pupil: { status: 'finished', color: 'green', unchanged: 1 },
        history: { status: 'finished', color: 'green', unchanged: 3 },
      });
    },
    {
      removals: { thresholdPercent: 100 },
      safety: { updatedPercent: 100 },
      district: [
        ...[pupil, "INSERT INTO pupil VALUES (1, 'new')"],
        ...[history, "INSERT INTO history VALUES (1, 'a'), (2, 'b'), (3, 'c')"],
      ],
      state: [
        ...[pupil, "INSERT INTO pupil VALUES (1, 'old')"],
        ...[history, "INSERT INTO history VALUES (1, 'a'), (2, 'b'), (3, 'c')"],
        'CREATE TRIGGER pu AFTER UPDATE ON pupil FOR EACH ROW INSERT INTO history VALUES (NEW.id + 50, OLD.name)',
      ],
    },
  );
});
