import { Random } from '../../src/sample/generator/random';
import { arriving, withoutDangling } from '../judge/model';
import { type Contents, keyOf, type Row, type Value } from './records';
import { type TableSpec, tables } from './tables';

export const startKinds = ['empty', 'drifted'] as const;
/** What the state holds of the district when a run begins. */
export type StartKind = (typeof startKinds)[number];

const removed = 0.25;
const changed = 0.25;
const extraPerTable = 6;
const extraFrom = 800_000;

/**
 * The state's records at the start: none, or most of what arrives, some with old values, some under
 * another's unique number, and some that the district doesn't have.
 */
export function stateAtStart(district: Contents, kind: StartKind, seed: string): Contents {
  const random = new Random(`drift/${seed}`);
  const nothing = new Map(tables.map(({ name }) => [name, new Map<string, Row>()]));
  if (kind === 'empty') return nothing;
  const kept = new Map(
    [...arriving(district)].map(([name, rows]) => [
      name,
      new Map([...rows].filter(() => !random.chance(removed))),
    ]),
  );
  const there = withoutDangling(kept);
  const drifted = new Map(
    tables.map((table) => {
      const rows = [...there.get(table.name)!].map(([key, row]): [string, Row] => [
        key,
        random.chance(changed) ? aged(table, row) : row,
      ]);
      return [table.name, new Map([...rows, ...extraOf(table, rows)])];
    }),
  );
  swapNumbers(drifted.get('student')!, random);
  return drifted;
}

/** The record with another value in its first plain column. */
function aged(table: TableSpec, row: Row): Row {
  const column = table.plain[0]!;
  const old: Readonly<Record<string, Value>> = { born: '2001-01-01', minutes: 251, grade: 'old' };
  return { ...row, [column]: old[column] ?? 'as it was' };
}

/** Records that only the state has: copies under keys of their own, of which nothing hangs. */
function extraOf(table: TableSpec, rows: readonly [string, Row][]): [string, Row][] {
  const last = table.key.at(-1)!;
  return rows.slice(0, extraPerTable).map(([, row], index) => {
    const value = typeof row[last] === 'number' ? extraFrom + index : `X-${index}`;
    const extra: Row = {
      ...row,
      [last]: value,
      ...(table.unique === undefined ? {} : { [table.unique]: `X${index}` }),
    };
    return [keyOf(table, extra), extra];
  });
}

/** Some pairs have each other's number, near and far: a resync has to pass unique values on. */
function swapNumbers(students: Map<string, Row>, random: Random): void {
  const own = [...students].filter(([, row]) => Number(row['id']) < extraFrom);
  for (let pair = 0; pair < 15; pair += 1) {
    const [one, other] = [random.pick(own)[0], random.pick(own)[0]];
    const numberOf = (key: string): Value => students.get(key)!['number']!;
    const [first, second] = [numberOf(one), numberOf(other)];
    students.set(one, { ...students.get(one)!, number: second });
    students.set(other, { ...students.get(other)!, number: first });
  }
}
