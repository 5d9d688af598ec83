import type { Catalog } from '../../src/domain/catalog';
import { requireObject } from '../../src/domain/catalog';
import { planResync } from '../../src/domain/plan';
import { checkCatalog } from '../../src/catalog/check';
import { introspect, type Introspection } from '../../src/introspection/introspect';
import { IntrospectionError } from '../../src/introspection/findings';
import { parseCatalog } from '../../src/catalog/parse';
import { catalogToYaml } from '../../src/catalog/print';
import { readEditions } from '../../src/introspection/read-editions';
import { createTestDatabases } from '../support/stack';
import { loadUglySchemas, runSql } from './ugly';
import { parse } from 'yaml';

type Urls = { districtUrl: string; stateUrl: string };

/** Introspects two fresh schemas made of the given SQL. */
async function introspectSql(district: string, state: string, tenantColumn?: string): Promise<Introspection> {
  const databases = await createTestDatabases();
  try {
    await runSql(databases.districtUrl, district);
    await runSql(databases.stateUrl, state);
    return introspect(await readEditions(databases), tenantColumn === undefined ? {} : { tenantColumn });
  } finally {
    await databases.drop();
  }
}

describe('the ugly schemas', () => {
  let databases: Urls & { drop(): Promise<void> };
  let found: Introspection;
  let catalog: Catalog;
  const object = (name: string) => requireObject(catalog, name);
  const findings = (table: string): string[] =>
    found.findings.filter((f) => f.table === table).map(({ kind, message }) => `${kind}: ${message}`);

  beforeAll(async () => {
    databases = await createTestDatabases();
    await loadUglySchemas(databases);
    found = introspect(await readEditions(databases));
    catalog = found.catalog;
  });
  afterAll(() => databases.drop());

  test('give a catalog that passes every check and can be planned in one order', () => {
    expect(checkCatalog(catalog)).toEqual([]);
    const plan = planResync(catalog, { objects: 'all', checkDependencies: true }, { state: null });
    expect(plan.objects).toHaveLength(catalog.objects.length);
  });

  test('give the same catalog again, and from the YAML it is printed as', async () => {
    expect(introspect(await readEditions(databases))).toEqual(found);
    const builtin = { name: 'none', objects: [] };
    expect(parseCatalog(parse(catalogToYaml(catalog)), { source: 'yaml', builtin })).toEqual(catalog);
  });

  test('have composite and string keys, without the tenant column that the state puts before them', () => {
    expect(object('campus')).toMatchObject({ key: ['code'], tenantColumn: 'district_no' });
    expect(object('lesson').key).toEqual(['held_on', 'period', 'campus_code', 'room_no']);
    expect(object('lesson').references).toEqual([
      {
        object: 'room',
        columns: ['campus_code', 'room_no'],
        parentColumns: ['campus_code', 'room_no'],
      },
      { object: 'teacher', columns: ['teacher_no'], parentColumns: ['teacher_no'] },
    ]);
    expect(object('lesson').parents).toEqual(['room', 'teacher']);
  });

  test('have a table without a tenant column: the state has the same key', () => {
    expect(object('country')).toMatchObject({ key: ['country_code'], tenantColumn: null });
    expect(object('campus').references).toEqual([
      { object: 'country', columns: ['country_code'], parentColumns: ['country_code'] },
    ]);
  });

  test('make a cycle of a table that references itself', () => {
    expect(object('teacher')).toMatchObject({ cycle: 'teacher', parents: [], guidColumn: 'guid' });
    expect(object('teacher').references[0]).toMatchObject({ object: 'teacher', columns: ['mentor_no'] });
  });

  test('make one group of each cycle, of NOT NULL or nullable foreign keys, and lose none of its keys', () => {
    const cycles = catalog.objects.filter((o) => o.cycle !== null).map((o) => [o.name, o.cycle]);
    expect(cycles).toEqual([
      ['chairperson', 'chairperson'],
      ['department', 'chairperson'],
      ['depot', 'depot'],
      ['household', 'household'],
      ['household_member', 'household'],
      ['route', 'depot'],
      ['teacher', 'teacher'],
      ['vehicle', 'depot'],
    ]);
    expect(object('department').references.map((r) => r.object)).toEqual(['campus', 'chairperson']);
    expect(object('department').parents).toEqual(['campus']);
    expect(object('bus_stop')).toMatchObject({ cycle: null, parents: ['route'] });
    for (const [child, parent] of [
      ['route', 'depot'],
      ['depot', 'vehicle'],
      ['vehicle', 'route'],
      ['household', 'household_member'],
    ] as const) {
      expect(object(child).references.map((r) => r.object)).toEqual([parent]);
    }
  });

  test('leave out generated columns and those the state has not, and say so', () => {
    expect(object('room').ignoredColumns).toEqual(['room_tag', 'size_word']);
    expect(object('campus').ignoredColumns).toEqual(['website']);
    expect(findings('campus')).toEqual([
      'note: the state has no column "website": left out',
      'note: only the state has the column "district_rank" (its default stays)',
    ]);
    expect(findings('room')).toEqual([
      'note: "seats" is int at the district and bigint at the state: values that it can\'t hold fail',
    ]);
  });

  test('refuse the table without a key, and match one by its unique key of NOT NULL columns', () => {
    expect(findings('audit_log')[0]).toMatch(/^refused: no primary key and no unique key/);
    expect(catalog.objects.map(({ name }) => name)).not.toContain('audit_log');
    expect(object('locker').key).toEqual(['hall', 'locker_no']);
  });

  test('keep a foreign key to another unique key as order only, and say what that means', () => {
    expect(object('legacy_note')).toMatchObject({ parents: ['campus'], references: [] });
    expect(findings('legacy_note')[0]).toMatch(/legacy_no.*match key is \(code\).*order only/);
  });

  test('name every table that is left out: views, tables of one side, and keys that lead to them', () => {
    expect(found.findings.filter((f) => f.kind === 'omitted').map((f) => f.table)).toEqual([
      'local_setting',
      'room_list',
      'state_district',
    ]);
    expect(findings('local_use')[0]).toMatch(/local_setting, which is not in the catalog/);
  });
});

describe('two schemas', () => {
  const keyed = (name: string, lead = '') =>
    `CREATE TABLE ${name} (${lead && `${lead} INT NOT NULL, `}id INT NOT NULL, PRIMARY KEY (${lead && `${lead}, `}id));`;

  test('without any tenant column match by the same key', async () => {
    const { catalog, findings } = await introspectSql(keyed('a'), keyed('a'));
    expect(catalog.objects).toMatchObject([{ name: 'a', key: ['id'], tenantColumn: null }]);
    expect(findings).toEqual([
      {
        kind: 'note',
        table: '(every table)',
        message: expect.stringMatching(/^no tenant column; where several districts/) as string,
      },
    ]);
  });

  test('whose state tables lead with different columns need a word from a person, and take it', async () => {
    const district = keyed('a') + keyed('b');
    const state = keyed('a', 'tenant') + keyed('b', 'owner');
    await expect(introspectSql(district, state)).rejects.toThrow(/owner, tenant.*--tenant-column/);
    const { catalog, findings } = await introspectSql(district, state, 'tenant');
    expect(catalog.objects).toMatchObject([{ name: 'a', tenantColumn: 'tenant' }]);
    expect(findings).toContainEqual(expect.objectContaining({ kind: 'refused', table: 'b' }));
    await expect(introspectSql(district, state, 'nobody')).rejects.toThrow(IntrospectionError);
  });

  test('whose state lost the key refuse the table instead of matching by something else', async () => {
    const { catalog, findings } = await introspectSql(keyed('a'), 'CREATE TABLE a (id INT NOT NULL);');
    expect(catalog.objects).toEqual([]);
    expect(findings).toEqual([
      { kind: 'refused', table: 'a', message: expect.stringContaining('key (id)') as string },
    ]);
  });

  test('with names of any characters take them, and name objects so that an address can lead to them', async () => {
    const odd = ['`odd name`', '`.`', '`a,b`', '`back``tick`', "`it's`"].map((name) => keyed(name)).join('');
    const { catalog } = await introspectSql(odd, odd);
    expect(catalog.objects.map(({ name, table }) => [name, table])).toEqual([
      ['(2e)', '.'],
      ['a,b', 'a,b'],
      ['back`tick', 'back`tick'],
      ["it's", "it's"],
      ['odd name', 'odd name'],
    ]);
  });

  test('take a foreign key that only the state has, once, without its tenant column', async () => {
    const child = (lead: string, fk: string) =>
      `CREATE TABLE b (${lead}id INT NOT NULL, a_id INT NULL, PRIMARY KEY (${lead ? 't, ' : ''}id)${fk});`;
    const { catalog } = await introspectSql(
      keyed('a') + child('', ''),
      keyed('a', 't') + child('t INT NOT NULL, ', ', FOREIGN KEY (t, a_id) REFERENCES a (t, id)'),
    );
    expect(requireObject(catalog, 'b')).toMatchObject({
      parents: ['a'],
      references: [{ object: 'a', columns: ['a_id'], parentColumns: ['id'] }],
    });
  });

  test('with columns generated at one side only, unique prefixes and the books of migrations', async () => {
    const table = (n: string, m: string) =>
      `CREATE TABLE a (id INT NOT NULL PRIMARY KEY, n INT ${n}, m INT ${m});`;
    const computed = 'AS (id + 1) VIRTUAL';
    const prefixOnly = 'CREATE TABLE p (name VARCHAR(50) NOT NULL, UNIQUE KEY (name(5)));';
    const { catalog, findings } = await introspectSql(
      table('NULL', computed) + prefixOnly + keyed('knex_migrations'),
      table(computed, 'NULL') + prefixOnly + keyed('knex_migrations'),
    );
    expect(catalog.objects).toMatchObject([{ name: 'a', ignoredColumns: ['n'] }]);
    expect(findings).toMatchObject([
      { kind: 'note', table: '(every table)' },
      { kind: 'note', table: 'a', message: '"n" is generated at the state: left out' },
      { kind: 'note', table: 'a', message: '"m" is generated at the district only: its value is sent' },
      { kind: 'omitted', table: 'knex_migrations' },
      { kind: 'refused', table: 'p' },
    ]);
  });

  test('whose only way around a circle is no match key keep an order, make no cycle and say so', async () => {
    const sql = `
      CREATE TABLE a (id INT NOT NULL PRIMARY KEY, no INT NOT NULL UNIQUE, b_id INT NOT NULL, boss_no INT NULL,
        FOREIGN KEY (boss_no) REFERENCES a (no));
      CREATE TABLE b (id INT NOT NULL PRIMARY KEY, a_no INT NOT NULL, FOREIGN KEY (a_no) REFERENCES a (no));
      ALTER TABLE a ADD FOREIGN KEY (b_id) REFERENCES b (id);`;
    const { catalog, findings } = await introspectSql(sql, sql);
    expect(requireObject(catalog, 'a')).toMatchObject({ parents: ['b'], cycle: null });
    expect(requireObject(catalog, 'b')).toMatchObject({ parents: [], references: [], cycle: null });
    const notes = findings.map(({ table, message }) => `${table}: ${message}`);
    expect(notes).toContainEqual(expect.stringMatching(/^a: foreign key \(boss_no\).*not followed/));
    expect(notes).toContainEqual(expect.stringMatching(/^b: a can't come first/));
  });

  test('whose foreign key has a column that is not sent keep the order and make no reference', async () => {
    const child = (column: string) =>
      `CREATE TABLE b (id INT NOT NULL PRIMARY KEY${column && `, a_id INT NULL, FOREIGN KEY (a_id) REFERENCES a (id)`});`;
    for (const [district, state] of [
      [child('a_id'), child('')],
      [child(''), child('a_id')],
    ] as const) {
      const { catalog, findings } = await introspectSql(keyed('a') + district, keyed('a') + state);
      expect(requireObject(catalog, 'b')).toMatchObject({ parents: ['a'], references: [] });
      expect(findings.map(({ message }) => message)).toContainEqual(
        expect.stringMatching(/\(a_id\) has a column that is not sent/),
      );
    }
  });
});
