import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { statements } from '../../migrations/control/20261128000000_initial';
import { migrationsOf } from '../../src/migrate';

const folder = join(__dirname, '..', '..', 'migrations');

test.each(['district', 'state', 'control'] as const)(
  'migrations of the %s database are imported as files, as Node wants them of a build, and stored without extension',
  async (kind) => {
    const source = migrationsOf(kind);
    const files = await source.getMigrations();
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) {
      expect([file, existsSync(join(folder, kind, file))]).toEqual([file, true]);
      expect(source.getMigrationName(file)).toMatch(/^\d{14}_[\w-]+$/);
      expect(await source.getMigration(file)).toMatchObject({ up: expect.any(Function) as unknown });
    }
  },
);

test('a document of the control database is a text that every server gives back as it was written', () => {
  const columns = statements.flatMap((sql) => sql.split('\n')).filter((line) => /^ {6}\w+ /.test(line));
  expect(columns.filter((line) => /^ *\w+ JSON\b/.test(line))).toEqual([]);
  const checked = columns.filter((line) => line.includes('JSON_VALID'));
  expect(checked.length).toBeGreaterThan(0);
  for (const line of checked) {
    const [, name = ''] = /^ *(\w+) LONGTEXT /.exec(line) ?? [];
    expect(line).toContain(`CHECK (JSON_VALID(${name}))`);
  }
});
