import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { catalogCommand } from '../../src/cli/verbs/catalog';
import { loadCatalog } from '../../src/catalog/load';
import { createTestDatabases } from '../support/stack';
import { loadUglySchemas, runSql } from './ugly';

/** Runs the verb in this process. */
async function run(...args: string[]): Promise<{ out: string; err: string; code: number }> {
  const written = { out: '', err: '' };
  const spies = (['stdout', 'stderr'] as const).map((stream) =>
    jest.spyOn(process[stream], 'write').mockImplementation((text) => {
      written[stream === 'stdout' ? 'out' : 'err'] += String(text);
      return true;
    }),
  );
  process.exitCode = 0;
  try {
    await catalogCommand().parseAsync(args, { from: 'user' });
    return { ...written, code: Number(process.exitCode) };
  } finally {
    process.exitCode = 0;
    spies.forEach((spy) => spy.mockRestore());
  }
}

let folder: string;
let databases: { districtUrl: string; stateUrl: string; drop(): Promise<void> };
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'catalog-cli-'));
  databases = await createTestDatabases();
  await loadUglySchemas(databases);
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await databases.drop();
});
const introspect = (...args: string[]) =>
  run('introspect', '--district-url', databases.districtUrl, '--state-url', databases.stateUrl, ...args);

test('list --json has every object with parents, soft parents, year tie and whether it is on', async () => {
  const { out, err, code } = await run('list', '--json');
  expect({ err, code }).toEqual({ err: '', code: 0 });
  const objects = JSON.parse(out) as Record<string, unknown>[];
  expect(objects).toHaveLength(62);
  expect(objects.find(({ name }) => name === 'Day')).toMatchObject({
    parents: ['ScheduleStructure'],
    softParents: ['PeriodSchedule'],
    enabled: true,
  });
  expect(objects.find(({ name }) => name === 'Evaluation')).toMatchObject({ enabled: false });
  expect(objects.every(({ schoolYearTied }) => typeof schoolYearTied === 'boolean')).toBe(true);
});

test('list is a table of the same objects', async () => {
  const { out } = await run('list');
  for (const { name } of loadCatalog().objects) expect(out).toContain(` ${name} `);
});

test('check ends with 0 for the built-in catalog and with 7 for a file with problems, naming them', async () => {
  expect(await run('check')).toMatchObject({ code: 0, out: expect.stringContaining('62 objects') as string });
  const file = join(folder, 'bad.yaml');
  writeFileSync(file, 'extends: builtin\nobjects: [{name: A, key: [a], tenantColumn: null, parents: [B]}]');
  const refused = await run('check', file);
  expect(refused).toMatchObject({ code: 7, out: '' });
  expect(refused.err).toContain('A.parents: there is no object "B"');
  expect(JSON.parse((await run('check', file, '--json')).out)).toMatchObject({
    problems: [{ object: 'A', field: 'parents' }],
  });
});

test('introspect ends with 7 where a table has no key, and names it', async () => {
  const { code, out, err } = await introspect();
  expect({ code, out }).toEqual({ code: 7, out: '' });
  expect(err).toMatch(/refused: audit_log: no primary key/);
  expect(err).toMatch(/Records of audit_log can't be sent for the reasons above.*--skip-keyless/);
});

describe('options of introspect', () => {
  let fresh: { districtUrl: string; stateUrl: string; drop(): Promise<void> };
  const urls = () => ['--district-url', fresh.districtUrl, '--state-url', fresh.stateUrl];
  const both = async (sql: string) => {
    await runSql(fresh.districtUrl, sql);
    await runSql(fresh.stateUrl, sql);
  };
  beforeEach(async () => {
    fresh = await createTestDatabases();
    await both(`CREATE TABLE pupil (id INT NOT NULL PRIMARY KEY, name VARCHAR(20));
      CREATE TABLE \`roll, call\` (pupil INT NOT NULL, day DATE NOT NULL, \`a.b\` INT);
      CREATE TABLE tmp_a (id INT NOT NULL PRIMARY KEY); CREATE TABLE tmp_b (id INT NOT NULL PRIMARY KEY);`);
  });
  afterEach(() => fresh.drop());
  const word = [
    ...['--match', '`roll, call`.pupil,DAY'],
    ...['--reference', '`roll, call`.pupil=pupil.id'],
    ...['--leave-out', 'tmp_*'],
  ];

  test('a person says which tables, keys and relations are meant', async () => {
    const { code, out, err } = await run('introspect', ...urls(), ...word, '--json');
    expect(code).toBe(0);
    const { catalog } = JSON.parse(out) as { catalog: { objects: object[] } };
    expect(catalog.objects).toMatchObject([
      { name: 'pupil', key: ['id'] },
      {
        name: 'roll, call',
        key: ['pupil', 'day'],
        parents: ['pupil'],
        references: [{ object: 'pupil', columns: ['pupil'], parentColumns: ['id'] }],
      },
    ]);
    expect(err).toMatch(/left out: tmp_a: left out as asked/);
    expect(err).toMatch(
      /note: roll, call: no unique key of the district and the state guards \(pupil, day\)/,
    );
    expect(err).toMatch(/2 objects; tables refused: 0, left out: 2; to decide: 1, notes: 2\n$/);
    const only = await run('introspect', ...urls(), '--only', 'pupil,tmp_?', '--json');
    expect(
      (JSON.parse(only.out) as typeof catalog & { catalog: typeof catalog }).catalog.objects,
    ).toMatchObject([{ name: 'pupil' }, { name: 'tmp_a' }, { name: 'tmp_b' }]);
  });

  test.each([
    [['--only', 'pupils'], /--only: neither database has a table "pupils"/],
    [['--leave-out', 'x*'], /--leave-out: neither database has a table "x\*"/],
    [['--match', 'pupils.id'], /--match: no table "pupils" is among those to be sent/],
    [['--match', 'pupil.no'], /--match: the district's table pupil has no column "no"/],
    [['--skip-keyless', '--reference', 'tmp_a.id=nobody.id'], /--reference: no table "nobody"/],
    [
      ['--skip-keyless', '--reference', 'tmp_a.x=pupil.id'],
      /--reference: the district's table tmp_a has no column "x"/,
    ],
    [['--tenant-column', 'lea'], /No table of both sides has the column "lea"/],
  ])('%j leads nowhere and is refused', async (options, message) => {
    const { code, out, err } = await run('introspect', ...urls(), ...options);
    expect({ code, out }).toEqual({ code: 7, out: '' });
    expect(err).toMatch(message);
  });

  test('--out replaces what it wrote itself, and nothing that a person changed', async () => {
    const file = join(folder, 'mine.yaml');
    const write = (...more: string[]) => run('introspect', ...urls(), ...word, '--out', file, ...more);
    expect((await write()).code).toBe(0);
    const first = readFileSync(file, 'utf8');
    expect((await write('--name', 'again')).code).toBe(0);
    expect((await write()).code).toBe(0);
    expect(readFileSync(file, 'utf8')).toBe(first);
    writeFileSync(file, first.replace('- name: pupil', '- name: pupil # ours'));
    const refused = await write();
    expect(refused).toMatchObject({ code: 7, err: expect.stringMatching(/add --merge/) as string });
    expect(readFileSync(file, 'utf8')).toContain('# ours');
    const foreign = join(folder, 'foreign.yaml');
    writeFileSync(foreign, 'objects: []\n');
    expect((await run('introspect', ...urls(), ...word, '--out', foreign)).code).toBe(7);
    expect(readFileSync(foreign, 'utf8')).toBe('objects: []\n');
  });

  test('--merge keeps what a person changed, and brings the rest up to date', async () => {
    const file = join(folder, 'merged.yaml');
    const write = (...more: string[]) => run('introspect', ...urls(), ...word, '--out', file, ...more);
    await write();
    const changed = readFileSync(file, 'utf8')
      .replace(
        '- name: pupil\n',
        '- name: Student # as we call them\n    table: pupil\n    label: Students\n',
      )
      .replace('- pupil\n      - day', '- pupil\n      - day # and hour, one day')
      .replaceAll('object: pupil', 'object: Student')
      .replace('parents:\n      - pupil', 'parents:\n      - Student');
    writeFileSync(file, changed);
    await both(
      'ALTER TABLE pupil ADD UNIQUE (name), ADD boss INT, ADD FOREIGN KEY (boss) REFERENCES pupil (id)',
    );
    await both(
      'CREATE TABLE club (id INT NOT NULL PRIMARY KEY, pupil INT, FOREIGN KEY (pupil) REFERENCES pupil (id))',
    );
    await runSql(fresh.stateUrl, 'ALTER TABLE `roll, call` DROP COLUMN `a.b`');
    const { code, err } = await write('--merge');
    expect([code, err]).toEqual([0, expect.stringContaining('3 objects written')]);
    const text = readFileSync(file, 'utf8');
    expect(text).toMatch(/Student # as we call them[^]*day # and hour, one day/);
    const { objects } = loadCatalog({ file });
    expect(objects).toMatchObject([
      {
        name: 'Student',
        label: 'Students',
        cycle: 'Student',
        references: [{ object: 'Student', columns: ['boss'] }],
      },
      { name: 'roll, call', parents: ['Student'], ignoredColumns: ['a.b'] },
      { name: 'club', parents: ['Student'], references: [{ object: 'Student', columns: ['pupil'] }] },
    ]);
    expect((await write('--merge')).code).toBe(0);
    expect(readFileSync(file, 'utf8')).toBe(text);
    // Another key by hand, and an object taken out: both stay so.
    writeFileSync(
      file,
      text.replace(/ {2}- name: club\n(?: {4}.*\n)*/, '').replace('      - day # and hour, one day\n', ''),
    );
    const again = await write('--merge');
    expect(again.err).toMatch(/note: club: taken out of the file by hand, and stays out/);
    expect(again.err).toMatch(
      /note: roll, call: its "key" stays as the file has it; the databases say otherwise/,
    );
    expect(loadCatalog({ file }).objects).toMatchObject([
      { name: 'Student' },
      { name: 'roll, call', key: ['pupil'] },
    ]);
    await expect(run('introspect', ...urls(), '--merge')).rejects.toThrow(/--merge goes with --out/);
  });
});

describe('check against databases', () => {
  let fresh: { districtUrl: string; stateUrl: string; controlUrl: string; drop(): Promise<void> };
  beforeAll(async () => {
    fresh = await createTestDatabases();
    const sql = `CREATE TABLE good (id INT NOT NULL PRIMARY KEY);
      CREATE TABLE doubled (a INT NOT NULL, b INT NOT NULL); CREATE TABLE typed (id INT NOT NULL PRIMARY KEY, v INT);
      INSERT INTO doubled VALUES (1, 1), (1, 1);`;
    await runSql(fresh.districtUrl, sql);
    await runSql(fresh.stateUrl, sql.replace('v INT', 'v YEAR').replace('(1, 1), (1, 1)', '(2, 2)'));
  });
  afterAll(() => fresh.drop());
  const urls = () => ['--district-url', fresh.districtUrl, '--state-url', fresh.stateUrl];

  test('what a run would refuse is refused, object by object; without databases only the file is looked at', async () => {
    const file = join(folder, 'checked.yaml');
    const objects = [
      '{name: good, key: [id], tenantColumn: null}',
      '{name: doubled, key: [a, b], tenantColumn: null}',
      '{name: typed, key: [id], tenantColumn: null}',
      '{name: missing, key: [id], tenantColumn: null}',
    ];
    writeFileSync(file, `name: checked\nobjects: [${objects.join(', ')}]`);
    const { code, out, err } = await run('check', file, ...urls());
    expect({ code, out }).toEqual({ code: 7, out: '' });
    expect(err).toMatch(
      /doubled\.district district: .*\(a, b\) does not tell its records apart: the district's table doubled has one value of several records/,
    );
    expect(err).toMatch(/typed\.district district: .*column v: int at the district and year at the state/);
    expect(err).toMatch(/missing\.district district: .*the table missing does not exist/);
    expect(err).not.toContain('good');
    expect(await run('check', file, '--offline')).toMatchObject({
      code: 0,
      out: expect.stringContaining('4 objects, no problem in itself; no database was asked') as string,
    });
    writeFileSync(file, `name: checked\nobjects: [${objects[0]!}]`);
    expect((await run('check', file, ...urls())).out).toBe(
      'checked: 1 objects, no problem at district and the state.\n',
    );
  });

  test('the configuration’s districts are asked, each for what it sends, and a name that is no object’s is refused', async () => {
    const file = join(folder, 'of-config.yaml');
    writeFileSync(
      file,
      'objects: [{name: good, key: [id], tenantColumn: null}, {name: typed, key: [id], tenantColumn: null}]',
    );
    const config = join(folder, 'check.config.yaml');
    const write = (disabled: string) =>
      writeFileSync(
        config,
        JSON.stringify({
          stateDatabaseUrl: fresh.stateUrl,
          controlDatabaseUrl: fresh.controlUrl,
          catalogFile: file,
          districts: [
            {
              id: 'own',
              number: 7,
              name: 'Own',
              schoolYear: 2027,
              databaseUrl: fresh.districtUrl,
              objects: { disabled: [disabled] },
            },
          ],
        }),
      );
    process.env['RESYNC_CONFIG'] = config;
    try {
      write('typed');
      expect(await run('check')).toMatchObject({
        code: 0,
        out: 'catalog: 2 objects, no problem at own and the state.\n',
      });
      write('good');
      const { code, err } = await run('check');
      expect([code, err]).toEqual([7, expect.stringMatching(/typed\.district own: /)]);
      write('tpyed');
      expect(await run('check')).toMatchObject({
        code: 2,
        err: expect.stringContaining(
          'own, objects.disabled: there is no object "tpyed" in the catalog',
        ) as string,
      });
    } finally {
      delete process.env['RESYNC_CONFIG'];
    }
  });

  test('a database that is not there ends it with 8', async () => {
    const url = 'mysql://someone:sesame@127.0.0.1:1/nowhere';
    const { code, err } = await run('check', '--district-url', url, '--state-url', fresh.stateUrl);
    expect(code).toBe(8);
    expect(err).not.toContain('sesame');
  });
});

test('introspect --skip-keyless writes a file that check accepts', async () => {
  const file = join(folder, 'ugly.yaml');
  expect(await introspect('--skip-keyless', '--out', file)).toMatchObject({ code: 0, out: '' });
  expect(await run('check', file)).toMatchObject({ code: 0 });
  const listed = JSON.parse((await run('list', '--file', file, '--json')).out) as { name: string }[];
  expect(listed.map(({ name }) => name)).toContain('lesson');
});

test('introspect --json prints catalog and findings', async () => {
  const { out } = await introspect('--skip-keyless', '--json');
  const { catalog, findings } = JSON.parse(out) as { catalog: { objects: unknown[] }; findings: unknown[] };
  expect(catalog.objects.length).toBeGreaterThan(10);
  expect(findings).toContainEqual(expect.objectContaining({ kind: 'omitted', table: 'room_list' }));
});

test("introspect without addresses takes those of the configuration's district", async () => {
  const file = join(folder, 'resync.config.yaml');
  const district = {
    id: 'ugly',
    number: 7,
    name: 'Ugly',
    schoolYear: 2027,
    databaseUrl: databases.districtUrl,
  };
  const stateDatabaseUrl = databases.stateUrl;
  writeFileSync(
    file,
    JSON.stringify({
      ...{ stateDatabaseUrl, controlDatabaseUrl: stateDatabaseUrl },
      districts: [
        { ...district, id: 'nowhere', number: 8, databaseUrl: 'mysql://127.0.0.1:1/none' },
        district,
      ],
    }),
  );
  process.env['RESYNC_CONFIG'] = file;
  try {
    const { code, out } = await run('introspect', '--district', 'ugly', '--skip-keyless');
    expect({ code, out }).toEqual({ code: 0, out: (await introspect('--skip-keyless')).out });
    expect(await run('introspect')).toMatchObject({ code: 8 });
  } finally {
    delete process.env['RESYNC_CONFIG'];
  }
});

test('introspect ends with 8 when a database is not there, and never shows the password', async () => {
  const url = 'mysql://someone:sesame@127.0.0.1:1/nowhere';
  const { code, err } = await run('introspect', '--district-url', url, '--state-url', databases.stateUrl);
  expect(code).toBe(8);
  expect(err).toMatch(/district database at 127\.0\.0\.1:1\/nowhere can't be read: ECONNREFUSED/);
  expect(err).not.toContain('sesame');
});
