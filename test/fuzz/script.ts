/** A draw as SQL: what is run before the product sees it, and what a counterexample prints. */
import { drifted, type Picks } from './drift';
import type { Draw } from './draw-records';
import type { ColumnDraw, TableDraw } from './draw-schema';

export type Side = 'district' | 'state';

export const tenantColumn = 'districtID';
/** The district's own, and two that a careless comparison takes for it. */
export const tenants = {
  number: { type: 'INT NOT NULL', own: '7', others: ['70', '8'] },
  code: { type: 'VARCHAR(6) NOT NULL', own: "'7A'", others: ["'7'", "'7B'"] },
} as const;

/** A column of one side as CREATE TABLE says it, without NULL and default. */
export function typeOf(column: ColumnDraw, side: Side): string {
  return column[side];
}

/** Columns of a table at one side, but for the computed one; the tenant's first. */
export function createTable(draw: Draw, table: TableDraw, side: Side): string {
  const tenant = side === 'state' && draw.schema.tenant !== null ? draw.schema.tenant : null;
  const lead = tenant === null ? [] : [tenantColumn];
  const unique = table.unique;
  const hasUnique = unique !== null && (side === 'state' || unique.atDistrict);
  const scope = unique?.scoped === true ? lead : [];
  const counts = table.columns.find((column) => typeOf(column, side).includes('AUTO_INCREMENT'));
  return `CREATE TABLE ${table.name} (${[
    ...(tenant === null ? [] : [`${tenantColumn} ${tenants[tenant].type}`]),
    ...table.columns.map((column) => declaration(column, side)),
    ...generated(table, side),
    ...(side === 'state' && table.stateOnly ? ["own VARCHAR(10) NOT NULL DEFAULT 'state'"] : []),
    `PRIMARY KEY (${[...lead, ...table.key].join(', ')})`,
    ...(hasUnique ? [`UNIQUE KEY uniq (${[...scope, unique.column].join(', ')})`] : []),
    ...(counts === undefined ? [] : [`KEY counting (${counts.name})`]),
  ].join(', ')}) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci`;
}

/** Foreign keys of the state, once all tables are there. */
export function foreignKeys(draw: Draw, table: TableDraw): string[] {
  const lead = draw.schema.tenant === null ? [] : [tenantColumn];
  return table.references
    .filter(({ guarded }) => guarded)
    .map(
      ({ columns, parent, parentColumns }, n) =>
        `ALTER TABLE ${table.name} ADD CONSTRAINT ${table.name}_${n} FOREIGN KEY (${[...lead, ...columns].join(', ')})
           REFERENCES ${parent} (${[...lead, ...parentColumns].join(', ')})`,
    );
}

/** DELETE statements of what stands below a foreign key and refers to nothing. */
export function danglingRecords(draw: Draw, table: TableDraw): string[] {
  const lead = draw.schema.tenant === null ? [] : [tenantColumn];
  return table.references
    .filter(({ guarded }) => guarded)
    .map(({ columns, parent, parentColumns }) => {
      const from = [...lead, ...columns];
      const on = [...lead, ...parentColumns].map((name, i) => `p.${name} = c.${from[i]!}`).join(' AND ');
      return `DELETE c FROM ${table.name} c LEFT JOIN ${parent} p ON ${on}
        WHERE ${from.map((name) => `c.${name} IS NOT NULL`).join(' AND ')} AND p.${parentColumns[0]!} IS NULL`;
    });
}

function declaration(column: ColumnDraw, side: Side): string {
  const hidden = column.invisible === 'both' || column.invisible === side ? ' INVISIBLE' : '';
  return `${column.name} ${typeOf(column, side)} ${column.nullable[side] ? 'NULL' : 'NOT NULL'}${hidden}`;
}

/** The computed column, or an ordinary one where only the other side computes it. */
function generated({ generated: place, key }: TableDraw, side: Side): string[] {
  if (place === 'none') return [];
  const type = 'g VARCHAR(80) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin';
  if (place !== 'both' && place !== side) return [`${type} NULL`];
  return [
    `${type} GENERATED ALWAYS AS (CONCAT('g', HEX(${key[0]!}))) ${side === 'district' ? 'VIRTUAL' : 'STORED'}`,
  ];
}

/** INSERT statements of a table's records at the district. */
export function districtRecords(draw: Draw, at: number): string[] {
  const table = draw.schema.tables[at]!;
  const ordinary = table.generated === 'state' ? "'d'" : null;
  return draw.records[at]!.district.map(({ picks }) => insert(table, 'district', picks, { g: ordinary }));
}

/** INSERT statements of a table's records at the state: the district's own, then another's. */
export function stateRecords(draw: Draw, at: number): string[] {
  const { schema } = draw;
  const table = schema.tables[at]!;
  const { district, extra, others, uniqueShift } = draw.records[at]!;
  const isKey = (column: number): boolean => table.key.includes(table.columns[column]?.name ?? '');
  const unique = table.columns.findIndex(({ name }) => name === table.unique?.column);
  const shifted = (picks: Picks, n: number): Picks => {
    const from = district[(n + uniqueShift) % district.length]!.picks;
    return picks.map((pick, i) => (i === unique && uniqueShift > 0 ? from[i]! : pick));
  };
  const own = district.flatMap(({ picks, drift }, n) => {
    const state = drifted(picks, drift, isKey);
    return state === null ? [] : [shifted(state, n)];
  });
  const { tenant } = schema;
  const g = table.generated === 'district' ? "'s'" : null;
  return [
    ...[...own, ...extra].map((picks) =>
      insert(table, 'state', picks, { g, tenant: tenant === null ? null : tenants[tenant].own }),
    ),
    ...(tenant === null ? [] : others).map((picks, n) =>
      insert(table, 'state', picks, { g, tenant: tenants[tenant!].others[n % 2]! }),
    ),
  ];
}

function insert(
  { name, columns }: TableDraw,
  side: Side,
  picks: Picks,
  { g, tenant = null }: { readonly g: string | null; readonly tenant?: string | null },
): string {
  const names = [
    ...(tenant === null ? [] : [tenantColumn]),
    ...columns.map((column) => column.name),
    ...(g === null ? [] : ['g']),
  ];
  const values = [
    ...(tenant === null ? [] : [tenant]),
    ...columns.map((column, i) => literal(column, side, picks[i]!)),
    ...(g === null ? [] : [g]),
  ];
  return `INSERT INTO ${name} (${names.join(', ')}) VALUES (${values.join(', ')})`;
}

/** Every fifth value is NULL where the column takes it, on both sides the same. */
function literal({ values, nullable }: ColumnDraw, side: Side, pick: number): string {
  const some = nullable.district || nullable.state;
  const value = values[pick % (some ? Math.ceil(values.length * 1.25) : values.length)];
  return value ?? (nullable[side] ? 'NULL' : values[0]!);
}

/** The whole draw, for a person: the statements to make both sides by hand. */
export function scriptOf(draw: Draw): string {
  const { schema, pageRecords, rangeRecords, mode, removals, killedBefore } = draw;
  const { tables } = schema;
  const lines = (statements: readonly string[]): string => statements.map((sql) => `${sql};\n`).join('');
  return [
    `-- pages of ${pageRecords}, ranges of ${rangeRecords}, mode ${mode}, removals ${removals}, killed before ${killedBefore}\n`,
    `-- the district; a statement that is refused is left out\n`,
    lines(tables.map((table) => createTable(draw, table, 'district'))),
    lines(tables.flatMap((_table, at) => districtRecords(draw, at))),
    `-- the state; references: ${JSON.stringify(tables.map(({ references }) => references))}\n`,
    lines(tables.map((table) => createTable(draw, table, 'state'))),
    lines(tables.flatMap((table) => foreignKeys(draw, table))),
    lines(tables.flatMap((_table, at) => stateRecords(draw, at))),
    lines(tables.flatMap((table) => danglingRecords(draw, table))),
  ].join('');
}
