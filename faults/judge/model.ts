import type { Contents, Row } from '../district/records';
import { columnNames, type ReferenceSpec, type TableSpec, tables } from '../district/tables';

export const outcomes = ['inserted', 'updated', 'unchanged', 'excluded', 'blocked', 'failed'] as const;
export type Outcome = (typeof outcomes)[number];

/** What a resync of these records into this state must come to. */
export interface Expectation {
  /** Of each table, each record's outcome by its key. */
  readonly outcomes: ReadonlyMap<string, ReadonlyMap<string, Outcome>>;
  /** Of each table, keys that only the state has. */
  readonly extra: ReadonlyMap<string, ReadonlySet<string>>;
}

/**
 * Worked out in memory from the rules alone: a record that the state's columns refuse has failed,
 * an excluded one is excluded, and one whose parent is neither at the state nor arrives there is
 * blocked, round after round until nothing more falls.
 */
export function expect(district: Contents, before: Contents): Expectation {
  const stopped = new Map<string, Map<string, Outcome>>(
    tables.map((table) => [table.name, refusedAlone(table, district.get(table.name)!)]),
  );
  const present = ({ table, columns }: ReferenceSpec, row: Row): boolean => {
    const values = columns.map((column) => row[column] ?? null);
    if (values.includes(null)) return true;
    const key = JSON.stringify(values.map(String));
    if (before.get(table)!.has(key)) return true;
    return district.get(table)!.has(key) && !stopped.get(table)!.has(key);
  };
  for (let fell = true; fell;) {
    fell = false;
    for (const table of tables) {
      const known = stopped.get(table.name)!;
      for (const [key, row] of district.get(table.name)!) {
        const outcome = known.get(key);
        if (outcome === 'excluded' || outcome === 'blocked') continue;
        if (table.references.every((reference) => present(reference, row))) continue;
        known.set(key, 'blocked');
        fell = true;
      }
    }
  }
  return {
    outcomes: new Map(
      tables.map((table) => {
        const atState = before.get(table.name)!;
        const records = [...district.get(table.name)!].map(([key, row]): [string, Outcome] => {
          const outcome = stopped.get(table.name)!.get(key);
          if (outcome !== undefined) return [key, outcome];
          const there = atState.get(key);
          return [
            key,
            there === undefined ? 'inserted' : sameRow(table, row, there) ? 'unchanged' : 'updated',
          ];
        });
        return [table.name, new Map(records)];
      }),
    ),
    extra: new Map(
      tables.map(({ name }) => [
        name,
        new Set([...before.get(name)!.keys()].filter((key) => !district.get(name)!.has(key))),
      ]),
    ),
  };
}

/** What a table's own columns say against a record. */
function refusedAlone(table: TableSpec, rows: ReadonlyMap<string, Row>): Map<string, Outcome> {
  const refused = new Map<string, Outcome>();
  for (const [key, row] of rows) {
    if (row['excluded'] === 1) refused.set(key, 'excluded');
    else if (table.name === 'student' && String(row['name']).length > 30) refused.set(key, 'failed');
    else if (table.name === 'attendance' && Number(row['minutes']) > 255) refused.set(key, 'failed');
  }
  return refused;
}

export function sameRow(table: TableSpec, one: Row, other: Row): boolean {
  return columnNames(table).every((column) => one[column] === other[column]);
}

/** Records whose parent is missing in the very same contents. */
export function dangling(contents: Contents): string[] {
  return tables.flatMap((table) =>
    [...contents.get(table.name)!].flatMap(([key, row]) =>
      table.references
        .filter(({ columns, table: parent }) => {
          const values = columns.map((column) => row[column] ?? null);
          return !values.includes(null) && !contents.get(parent)!.has(JSON.stringify(values.map(String)));
        })
        .map(({ table: parent }) => `${table.name} ${key} lacks ${parent}`),
    ),
  );
}

/** Records that arrive, as they are at the district. */
export function arriving(district: Contents): Contents {
  const nothing: Contents = new Map(tables.map(({ name }) => [name, new Map<string, Row>()]));
  const { outcomes: expected } = expect(district, nothing);
  return new Map(
    tables.map(({ name }) => [
      name,
      new Map([...district.get(name)!].filter(([key]) => expected.get(name)!.get(key) === 'inserted')),
    ]),
  );
}

/** Takes away what has no parent any more, until all have. */
export function withoutDangling(contents: Contents): Contents {
  const left = new Map([...contents].map(([name, rows]) => [name, new Map(rows)]));
  for (let gone = dangling(left); gone.length > 0; gone = dangling(left))
    for (const line of gone) {
      const [name = '', key = ''] = line.split(' ', 2);
      left.get(name)!.delete(key);
    }
  return left;
}
