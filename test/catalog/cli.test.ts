import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { catalogCommand } from '../../src/cli/verbs/catalog';
import { loadCatalog } from '../../src/catalog/load';
import { createTestDatabases } from '../support/stack';
import { loadUglySchemas } from './ugly';

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
