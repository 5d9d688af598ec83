import { syncObject } from '../../src/catalog/builtin/entry';
import { orderByTriggers } from '../../src/domain/trigger-order';
import { columnsSet, readTriggers, sideEffects, type StateTrigger } from '../../src/domain/state-triggers';

const tables = ['a', 'b', 'c', 'log', 'odd name'];
const trigger = (body: string, of: Partial<StateTrigger> = {}): StateTrigger => ({
  name: 't',
  table: 'a',
  event: 'INSERT',
  timing: 'AFTER',
  body,
  ...of,
});
const written = (body: string): string[] =>
  readTriggers([trigger(body)], tables)[0]!.writes.map(({ table, how }) => `${how} ${table}`);

test.each([
  ['INSERT INTO b VALUES (1)', ['INSERT b']],
  ['insert high_priority `b` (x) select 1 from c', ['INSERT b']],
  ['INSERT INTO b SET x = 1 ON DUPLICATE KEY UPDATE x = 2', ['INSERT b', 'UPDATE b']],
  ['REPLACE s.b VALUES (1)', ['INSERT b', 'DELETE b']],
  ['UPDATE LOW_PRIORITY b JOIN c ON b.id = c.id SET b.x = 1', ['UPDATE b']],
  ['UPDATE b JOIN c ON b.id = c.id SET y = 1', ['UPDATE b', 'UPDATE c']],
  ['UPDATE b JOIN c ON b.id = c.id SET b.x = IF(c.x, 1, 2), y = 1', ['UPDATE b', 'UPDATE c']],
  ['UPDATE b AS p, s.c q SET p.x = (SELECT x FROM log), q.y = 1 WHERE 1', ['UPDATE b', 'UPDATE c']],
  ['UPDATE b p JOIN (SELECT id FROM c, log) q ON p.id = q.id SET p.x = q.id, p.y = 1', ['UPDATE b']],
  [
    'IF 1 THEN UPDATE `odd name` o, c SET `o`.x = c.x; END IF; UPDATE c SET x = 1',
    ['UPDATE odd name', 'UPDATE c'],
  ],
  ['UPDATE s.b, c SET s.b.x = 1', ['UPDATE b']],
  ['UPDATE b, c SET b.x = CASE WHEN 1 THEN 2 END, c.x = 1', ['UPDATE b', 'UPDATE c']],
  ['DELETE FROM `odd name` WHERE id = OLD.id', ['DELETE odd name']],
  ['DELETE b, c FROM b JOIN c USING (id) WHERE 1', ['DELETE b', 'DELETE c']],
  [
    'BEGIN IF NEW.x THEN INSERT INTO LOG VALUES (1); END IF; UPDATE b SET x = 1; END',
    ['INSERT log', 'UPDATE b'],
  ],
  ["SET @x = 'INSERT INTO b' /* DELETE FROM c */ -- UPDATE a SET x = 1", []],
  ["SET @x = REPLACE(NEW.b, 'c', INSERT('b', 1, 1, 'c'))", []],
  ['SELECT id INTO @x FROM b WHERE id = 1 FOR UPDATE', []],
  ['/*!50003 INSERT INTO b VALUES (1) */', ['INSERT b']],
])('%s', (body, expected) => expect(written(body)).toEqual(expected));

test.each([
  ['SET NEW.x = 1, NEW.`y z` = NEW.q', ['x', 'y z']],
  ['BEGIN IF NEW.x = 1 THEN SET @a = 1, new.y := 2; END IF; END', ['y']],
  ['SELECT p, q INTO NEW.x, @b FROM b', ['x']],
  ['SELECT p, q INTO @b, NEW.x FROM b', ['x']],
  ['INSERT INTO b SET x = NEW.x, y = NEW.y', []],
  ['BEGIN NEW.x := UPPER(:NEW.y); END', ['x']],
  ['CALL s.P(NEW.x, NEW.q, f(NEW.r, NEW.x), NEW.y)', ['x', 'y']],
  ['BEGIN CALL p(@a, NEW.q); SET @b = f(NEW.x, NEW.y); END', []],
])('columns that %s sets', (body, expected) => {
  const effects = readTriggers([trigger(body, { timing: 'BEFORE' })], tables, {
    outParameters: new Map([['p', [0, 3]]]),
  });
  expect(columnsSet(effects, 'a')).toEqual(expected);
});

test('routines are read along, however deep, and those that may not be read are named', () => {
  const routines = new Map([
    ['outer_one', 'CALL inner_one()'],
    ['inner_one', 'BEGIN UPDATE b SET x = 1; CALL outer_one(); END'],
    ['hidden', null],
  ]);
  const [effect] = readTriggers([trigger('BEGIN CALL outer_one(); SET @x = hidden(1); END')], tables, {
    routines,
  });
  expect(effect).toMatchObject({ writes: [{ table: 'b', how: 'UPDATE' }], unread: ['hidden'] });
});

test('what is written through a view is written in the tables behind it, and a view that may not be read is named', () => {
  const views = new Map([
    ['seen', 'select `s`.`b`.`x` AS `x` from (`s`.`b` join `s`.`below`)'],
    ['below', 'select 1 AS `x` from `s`.`c`'],
    ['hidden', null],
  ]);
  const [effect] = readTriggers(
    [trigger('BEGIN UPDATE seen SET x = 1; INSERT INTO s.Hidden VALUES (1); END')],
    [...tables, ...views.keys()],
    { views },
  );
  expect(effect).toMatchObject({
    writes: [
      { table: 'b', how: 'UPDATE' },
      { table: 'c', how: 'UPDATE' },
    ],
    unread: ['hidden'],
  });
});

test('triggers set each other off, each in the way it is fired by', () => {
  const effects = readTriggers(
    [
      trigger('UPDATE b SET x = 1'),
      trigger('DELETE FROM c', { table: 'b', event: 'UPDATE' }),
      trigger('INSERT INTO log VALUES (1)', { table: 'b', event: 'INSERT' }),
      trigger('UPDATE a SET x = 1', { table: 'c', event: 'DELETE' }),
    ],
    tables,
  );
  expect([...sideEffects(effects, 'a', ['INSERT']).keys()]).toEqual(['b', 'c']);
  expect(sideEffects(effects, 'a', ['DELETE']).size).toBe(0);
});

test('tables are the catalog’s where the state keeps their names in lower case', () => {
  const objects = ['Parent', 'Child'].map((name) =>
    syncObject({ name, label: name, key: ['id'], guidColumn: null }),
  );
  const planned = objects.map(({ name }) => ({
    ...{ name, after: [], dependsOn: [], cycle: null },
    reason: { kind: 'requested' as const },
  }));
  const effects = readTriggers([trigger('UPDATE parent SET x = 1', { table: 'child' })], ['parent', 'child']);
  const plan = orderByTriggers({ name: 'test', objects }, planned, effects);
  expect(plan.objects.map(({ name, changedBy }) => [name, changedBy])).toEqual([
    ['Child', undefined],
    ['Parent', ['Child']],
  ]);
  expect(plan.notes.map(({ object }) => object)).toEqual(['Child', 'Parent']);
});
