import { createConnection } from 'mysql2/promise';
import { introspect } from '../src/introspection/introspect';
import { catalogToYaml } from '../src/catalog/print';
import { readEditions } from '../src/introspection/read-editions';

/** Many small districts, each a database of its own on one server: four tables, 92 records. */

/** Databases made at the same time. */
const dispatchConcurrency = 4;
const recordsOf = { school: 2, student: 40, course: 10, enrollment: 40 } as const;
/** Records of one district. */
export const recordsPerDistrict = Object.values(recordsOf).reduce((sum, records) => sum + records, 0);

/** The tables of a side; at the state every key begins with the district's number. */
function tables(tenant: boolean): string[] {
  const column = tenant ? 'districtID INT NOT NULL, ' : '';
  const key = (name: string): string => (tenant ? `districtID, ${name}` : name);
  const parent = (name: string, table: string): string =>
    `FOREIGN KEY (${key(name)}) REFERENCES ${table} (${key(name)})`;
  const table = (name: string, columns: string, parents: string[] = []): string =>
    `CREATE TABLE ${name} (${column}${name}ID INT NOT NULL, guid CHAR(36) NOT NULL, ${columns},
       PRIMARY KEY (${key(`${name}ID`)}), UNIQUE KEY one_guid (guid)${parents.map((sql) => `, ${sql}`).join('')}) ENGINE=InnoDB`;
  return [
    table('school', 'name VARCHAR(80) NOT NULL'),
    table('student', 'lastName VARCHAR(60) NOT NULL, birthDate DATE NULL'),
    table('course', 'schoolID INT NOT NULL, title VARCHAR(80) NOT NULL', [parent('schoolID', 'school')]),
    table('enrollment', 'studentID INT NOT NULL, schoolID INT NOT NULL, grade VARCHAR(4) NOT NULL', [
      parent('studentID', 'student'),
      parent('schoolID', 'school'),
    ]),
  ];
}

const records = [
  `INSERT INTO school SELECT seq, UUID(), CONCAT('School ', seq) FROM seq_1_to_${recordsOf.school}`,
  `INSERT INTO student SELECT seq, UUID(), CONCAT('Student ', seq), '2012-01-01' + INTERVAL seq DAY
     FROM seq_1_to_${recordsOf.student}`,
  `INSERT INTO course SELECT seq, UUID(), 1 + seq % ${recordsOf.school}, CONCAT('Course ', seq)
     FROM seq_1_to_${recordsOf.course}`,
  `INSERT INTO enrollment SELECT seq, UUID(), seq, 1 + seq % ${recordsOf.school}, CONCAT(1 + seq % 12)
     FROM seq_1_to_${recordsOf.enrollment}`,
];

export interface SmallDistrict {
  readonly id: string;
  readonly number: number;
  readonly name: string;
  readonly schoolYear: number;
  readonly databaseUrl: string;
}

/** Makes the districts' databases with their records, and the state's tables. */
export async function makeSmallDistricts({
  count,
  serverUrl,
  stateUrl,
  say,
}: {
  count: number;
  serverUrl: string;
  stateUrl: string;
  say: (line: string) => void;
}): Promise<SmallDistrict[]> {
  await runAll(stateUrl, tables(true));
  const districts = Array.from({ length: count }, (_, index): SmallDistrict => {
    const name = String(index + 1).padStart(4, '0');
    const at = new URL(serverUrl);
    at.pathname = `/small_${name}`;
    return {
      id: `small-${name}`,
      number: index + 1,
      name: `Small District ${name}`,
      schoolYear: 2027,
      databaseUrl: at.toString(),
    };
  });
  const left = [...districts];
  let made = 0;
  await Promise.all(
    Array.from({ length: dispatchConcurrency }, async () => {
      for (let district = left.shift(); district; district = left.shift()) {
        const schema = new URL(district.databaseUrl).pathname.slice(1);
        const statements = [`CREATE DATABASE ${schema}`, `USE ${schema}`, ...tables(false), ...records];
        await runAll(serverUrl, statements);
        made += 1;
        if (made % 100 === 0) say(`  ${made} of ${count} districts made`);
      }
    }),
  );
  return districts;
}

/** The catalog of the four tables, from their own foreign keys, as a file. */
export async function smallCatalog(districtUrl: string, stateUrl: string): Promise<string> {
  const { catalog, findings } = introspect(await readEditions({ districtUrl, stateUrl }), {
    tenantColumn: 'districtID',
  });
  const refused = findings.find(({ kind }) => kind === 'refused');
  if (refused || catalog.objects.length !== Object.keys(recordsOf).length)
    throw new Error(`The catalog could not be made: ${refused?.message ?? catalog.objects.length}`);
  return catalogToYaml(catalog);
}

async function runAll(url: string, statements: readonly string[]): Promise<void> {
  const connection = await createConnection({ uri: url });
  try {
    for (const sql of statements) await connection.query(sql);
  } finally {
    await connection.end();
  }
}
