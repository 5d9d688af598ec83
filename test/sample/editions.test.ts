import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise';
import { builtinCatalog } from '../../src/catalog/builtin';
import { migrate } from '../../src/migrate';
import { createTestDatabases, type TestDatabases } from '../support/stack';

let databases: TestDatabases;
beforeAll(async () => {
  databases = await createTestDatabases();
});
afterAll(() => databases.drop());

const ours = [...new Set(builtinCatalog.objects.map(({ table }) => table))].sort();

async function query<Row>(url: string, sql: string): Promise<Row[]> {
  const connection: Connection = await createConnection(url);
  try {
    const [rows] = await connection.query<RowDataPacket[]>(sql);
    return rows as Row[];
  } finally {
    await connection.end();
  }
}

/** Tables of the edition, without the migrations' own. */
async function tablesOf(url: string): Promise<string[]> {
  const rows = await query<{ name: string }>(
    url,
    `SELECT table_name AS name FROM information_schema.tables
     WHERE table_schema = DATABASE() AND table_name NOT LIKE 'knex%'`,
  );
  return rows.map(({ name }) => name).sort();
}

interface EditionColumn {
  readonly table: string;
  readonly column: string;
  readonly type: string;
  readonly isNullable: string;
}

async function columnsOf(url: string): Promise<Map<string, EditionColumn[]>> {
  const rows = await query<EditionColumn>(
    url,
    `SELECT table_name AS \`table\`, column_name AS \`column\`, column_type AS type, is_nullable AS isNullable
     FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name NOT LIKE 'knex%'
       AND column_name <> 'districtID' ORDER BY table_name, ordinal_position`,
  );
  const byTable = new Map<string, EditionColumn[]>();
  for (const row of rows) byTable.set(row.table, [...(byTable.get(row.table) ?? []), row]);
  return byTable;
}

it.each(['district', 'state'] as const)(
  'goes up, down to nothing and up again: the %s edition, one table an object',
  async (edition) => {
    const url = edition === 'district' ? databases.districtUrl : databases.stateUrl;
    expect(await migrate(url, edition)).not.toEqual([]);
    expect(await tablesOf(url)).toEqual(ours);
    await migrate(url, edition, 'down');
    expect(await tablesOf(url)).toEqual([]);
    await migrate(url, edition);
    expect(await tablesOf(url)).toEqual(ours);
  },
);

describe('the two editions', () => {
  it('have the same columns in the same order; a state differs only where it is stricter', async () => {
    const [district, state] = [await columnsOf(databases.districtUrl), await columnsOf(databases.stateUrl)];
    const differences: string[] = [];
    for (const [table, columns] of district) {
      const atState = state.get(table)!;
      expect({ table, columns: atState.map(({ column }) => column) }).toEqual({
        table,
        columns: columns.map(({ column }) => column),
      });
      columns.forEach((column, index) => {
        const other = atState[index]!;
        if (column.type !== other.type || column.isNullable !== other.isNullable) {
          differences.push(`${table}.${column.column}`);
        }
      });
    }
    expect(differences).toEqual(['ContactLog.contactType', 'PersonIdentity.lastName']);
  });

  it('enforce the hierarchy on both sides: a child without its parent is refused', async () => {
    const orphan = (columns: string, values: string): string =>
      `INSERT INTO School (${columns}schoolID, districtNumber, guid, number, name, type)
       VALUES (${values}1, 99, UUID(), '1', 'Nowhere', 'HIGH')`;
    await expect(query(databases.districtUrl, orphan('', ''))).rejects.toMatchObject({ errno: 1452 });
    await expect(query(databases.stateUrl, orphan('districtID, ', '7, '))).rejects.toMatchObject({
      errno: 1452,
    });
  });

  it('let two districts have the same key at the state, but not the same GUID', async () => {
    const insert = (district: number, guid: string): string =>
      `INSERT INTO CourseCode (districtID, courseCode, guid, title) VALUES (${district}, 'ALG-1', '${guid}', 'Algebra')`;
    await query(databases.stateUrl, insert(1, '00000000-0000-4000-8000-000000000001'));
    await query(databases.stateUrl, insert(2, '00000000-0000-4000-8000-000000000002'));
    const again = query(databases.stateUrl, insert(3, '00000000-0000-4000-8000-000000000002'));
    await expect(again).rejects.toMatchObject({ errno: 1062 });
  });
});
