/**
 * What the district wants to stand at the state, record by record: each is tried on a table of the
 * state's server that has the state's types and no keys, and read back.
 */
import type { ColumnDraw, TableDraw } from './draw-schema';
import { type Answer, type Databases } from './databases';
import { type Exact, exactOf, isBroken, isEqual, keyText, literalOf, readExact } from './exact';
import { tenantColumn, tenants } from './script';
import type { Draw } from './draw-records';

/** A district record, and why the state can't hold it. */
export interface Wanted {
  readonly n: number;
  /** As an error of the product names it. */
  readonly key: string;
  /** Codes that say why the state can't hold a column's value, by column. */
  readonly bad: ReadonlyMap<string, ReadonlySet<string>>;
  /** May be refused as no text, or kept. */
  readonly broken: boolean;
  /** What the state would hold, in the order of the sent columns; NULL where it can't. */
  readonly image: readonly Exact[];
}

const strict = "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,NO_AUTO_VALUE_ON_ZERO'";

const codes: Readonly<Record<number, string>> = {
  1406: 'VALUE_TOO_LONG',
  1264: 'VALUE_OUT_OF_RANGE',
  1690: 'VALUE_OUT_OF_RANGE',
  1265: 'VALUE_INVALID',
  1292: 'VALUE_INVALID',
  1366: 'VALUE_INVALID',
  1048: 'VALUE_MISSING',
  1300: 'CHARACTERS_NOT_ALLOWED',
  1977: 'CHARACTERS_NOT_ALLOWED',
  3140: 'JSON_INVALID',
  4025: 'CHECK_FAILED',
  1416: 'GEOMETRY_INVALID',
};
/** Said by the product before the server is asked, because the server would round or bend. */
const beforehand = ['VALUE_PRECISION', 'VALUE_NOT_ALLOWED', 'VALUE_OUT_OF_RANGE'];

/** Columns whose values the district sends. */
export function sentColumns({ columns, generated }: TableDraw): ColumnDraw[] {
  if (generated !== 'district') return [...columns];
  const type = 'VARCHAR(80) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin';
  const nullable = { district: true, state: true };
  return [
    ...columns,
    { name: 'g', district: type, state: type, values: [], nullable, invisible: 'none', refused: false },
  ];
}

/** The table of what is wanted of a table, with the state's types. */
export function wantedTable(databases: Databases, table: TableDraw): string {
  return `${databases.scratch}.${table.name}`;
}

/** Fills the table of what is wanted, and says of each record what the state can hold of it. */
export async function findWanted(databases: Databases, draw: Draw, table: TableDraw): Promise<Wanted[]> {
  const columns = sentColumns(table);
  const to = wantedTable(databases, table);
  const { tenant } = draw.schema;
  await databases.run('state', strict);
  await databases.run('state', `DROP TABLE IF EXISTS ${to}`);
  await databases.run(
    'state',
    `CREATE TABLE ${to} (n INT PRIMARY KEY${tenant === null ? '' : `, ${tenantColumn} ${tenants[tenant].type} DEFAULT ${tenants[tenant].own}`},
       ${columns.map(({ name, state }) => `${name} ${plainType(state)} NULL`).join(', ')}) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci`,
  );
  const rows = await databases.rows(
    'district',
    `SELECT ${columns.flatMap(({ name, district }) => readExact(name, district)).join(', ')} FROM ${table.name}`,
  );
  const wanted: Wanted[] = [];
  for (const [n, row] of rows.entries())
    wanted.push(await tryRecord(databases, { to, columns, table, n, values: exactOf(row) }));
  return wanted;
}

interface Trial {
  readonly to: string;
  readonly columns: readonly ColumnDraw[];
  readonly table: TableDraw;
  readonly n: number;
  readonly values: readonly Exact[];
}

async function tryRecord(databases: Databases, trial: Trial): Promise<Wanted> {
  const { columns, table, n, values } = trial;
  const missing = columns.filter(({ nullable }, i) => !nullable.state && values[i]!.raw === null);
  const bad = new Map<string, ReadonlySet<string>>(
    missing.map(({ name }) => [name, new Set(['VALUE_MISSING'])]),
  );
  let image = await store(databases, trial, columns);
  if ('answer' in image || image.some((held, i) => !holds(columns[i]!, values[i]!, held))) {
    for (const [i, column] of columns.entries()) {
      const alone = await store(databases, trial, [column]);
      if (!('answer' in alone) && holds(column, values[i]!, alone[i]!)) continue;
      const { errno } = 'answer' in alone ? alone.answer : { errno: null };
      const code = errno === null ? 'VALUE_INVALID' : (codes[errno] ?? `STATE_ERROR_${errno}`);
      bad.set(column.name, new Set([code, ...beforehand, ...(bad.get(column.name) ?? [])]));
    }
    image = await store(
      databases,
      trial,
      columns.filter(({ name }) => !bad.has(name)),
    );
  }
  if ('answer' in image)
    throw new Error(`${table.name}: what is held column by column isn't together (${image.answer.errno})`);
  const key = table.key.map((name) => {
    const at = columns.findIndex((column) => column.name === name);
    return keyText(values[at]!, columns[at]!.district);
  });
  const broken = columns.some(({ district }, i) => isBroken(values[i]!, district));
  return { n, key: JSON.stringify(key), bad, broken, image };
}

function holds({ district, state }: ColumnDraw, value: Exact, held: Exact): boolean {
  return isEqual(value, district, held, plainType(state));
}

/** @returns all columns read back; the server's answer where it refused or noted anything */
async function store(
  databases: Databases,
  { to, columns, n, values }: Trial,
  which: readonly ColumnDraw[],
): Promise<readonly Exact[] | { readonly answer: Answer }> {
  const names = which.map(({ name }) => name);
  const literals = columns.flatMap(({ name, district, state }, i) =>
    names.includes(name) ? [literalOf(values[i]!, district, state)] : [],
  );
  await databases.run('state', `DELETE FROM ${to} WHERE n = ${n}`);
  const answer = await databases.attempt(
    'state',
    `INSERT INTO ${to} (${['n', ...names].join(', ')}) VALUES (${[String(n), ...literals].join(', ')})`,
  );
  if (answer.errno !== null || answer.warnings > 0) {
    await databases.run('state', `DELETE FROM ${to} WHERE n = ${n}`);
    return { answer };
  }
  const [row] = await databases.rows(
    'state',
    `SELECT ${columns.flatMap(({ name, state }) => readExact(name, plainType(state))).join(', ')} FROM ${to} WHERE n = ${n}`,
  );
  return exactOf(row!);
}

export function plainType(type: string): string {
  return type.replace(' AUTO_INCREMENT', '');
}
