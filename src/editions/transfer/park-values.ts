import { randomBytes } from 'node:crypto';
import { familyOf } from '../columns/families';
import type { ColumnPair } from '../columns/pair';
import type { Column, UniqueIndex } from '../columns/table-shape';
import type { Session } from '../connection/pools';
import { quoteName } from '../connection/sql';
import type { PageJob } from '../mapping/job';
import { stateTenant } from '../mapping/scope';
import type { DistrictRecord, FetchedValue } from './records';
import { updateByKey } from './write';

/**
 * Moves records out of the way of others that take their unique values, within the transaction that
 * gives them their own: NULL where the column may be, otherwise a value that nobody has.
 * @returns false when there is no such value
 * @throws DatabaseError when the state refuses it
 */
export async function parkValues(
  session: Session,
  job: PageJob,
  parked: ReadonlyMap<DistrictRecord, ReadonlySet<UniqueIndex>>,
): Promise<boolean> {
  const byColumn = new Map<string, DistrictRecord[]>();
  for (const [record, indexes] of parked) {
    for (const index of indexes) {
      const column = movableColumn(job, index);
      if (column === null) return false;
      byColumn.set(column, [...(byColumn.get(column) ?? []), record]);
    }
  }
  for (const [name, records] of byColumn) {
    const pair = job.mapping.pairs.find((known) => known.name === name)!;
    const values = await freeValues(session, job, pair, records.length);
    if (values === null) return false;
    await updateByKey(session, {
      table: job.mapping.stateTable,
      key: job.mapping.stateKey,
      conditions: stateTenant(job.mapping, job.scope),
      pairs: [pair],
      records: records.map(({ key }, n) => ({ key, values: [values[n]!] })),
    });
  }
  return true;
}

/** One that may be NULL rather than another. */
function movableColumn({ mapping }: PageJob, { columns }: UniqueIndex): string | null {
  const movable = columns.filter(
    (name) => !mapping.object.key.includes(name) && mapping.pairs.some((pair) => pair.name === name),
  );
  return movable.find((name) => mapping.stateShape.columns.get(name)!.nullable) ?? movable[0] ?? null;
}

/** Characters of a text nobody has: fewer would be too few to be sure of it. */
const fewestCharacters = 6;
const mostCharacters = 20;

async function freeValues(
  session: Session,
  job: PageJob,
  { name }: ColumnPair,
  n: number,
): Promise<FetchedValue[] | null> {
  const column = job.mapping.stateShape.columns.get(name)!;
  const each = (value: () => FetchedValue): FetchedValue[] => Array.from({ length: n }, value);
  if (column.nullable) return each(() => null);
  const longest = Math.min(column.characters ?? 0, mostCharacters);
  switch (familyOf(column)) {
    case 'integer':
      return freeIntegers(session, job, column, n);
    case 'text':
      return longest < fewestCharacters
        ? null
        : each(() => randomBytes(mostCharacters).toString('hex').slice(0, longest));
    case 'binary':
      return longest < fewestCharacters ? null : each(() => randomBytes(longest));
    default:
      return null;
  }
}

const bits: Readonly<Record<string, number>> = {
  tinyint: 8,
  smallint: 16,
  mediumint: 24,
  int: 32,
  bigint: 64,
};

async function freeIntegers(
  session: Session,
  { mapping }: PageJob,
  { name, type, fullType }: Column,
  n: number,
): Promise<string[] | null> {
  const size = bits[type];
  if (size === undefined) return null;
  const unsigned = /unsigned/i.test(fullType);
  const highest = 2n ** BigInt(unsigned ? size : size - 1) - 1n;
  const lowest = unsigned ? 0n : -(2n ** BigInt(size - 1));
  const [row] = await session.rows(
    `SELECT MIN(${quoteName(name)}), MAX(${quoteName(name)}) FROM ${mapping.stateTable}`,
  );
  const [least, greatest] = row!.map((value) => BigInt(String(value ?? 0)));
  const count = BigInt(n);
  const from = greatest! + count <= highest ? greatest! + 1n : least! - count;
  return from < lowest ? null : Array.from({ length: n }, (_, i) => String(from + BigInt(i)));
}
