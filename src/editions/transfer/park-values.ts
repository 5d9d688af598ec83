import { randomBytes } from 'node:crypto';
import { familyOf } from '../columns/families';
import type { Column, UniqueIndex } from '../columns/table-shape';
import type { Session } from '../connection/session';
import { quoteName } from '../connection/sql';
import type { PageJob } from '../mapping/job';
import { stateTenant } from '../mapping/scope';
import { exemptFromForeignKeys } from './cycle-insertions';
import { freeValue } from './free-values';
import type { DistrictRecord, FetchedValue } from './records';
import { type KeyedUpdate, updateByKey } from './write';

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
  const byColumn = new Map<Column, { readonly record: DistrictRecord; readonly index: UniqueIndex }[]>();
  for (const [record, indexes] of parked) {
    for (const index of indexes) {
      const [column] = movableColumns(job, index);
      if (column === undefined) return false;
      byColumn.set(column, [...(byColumn.get(column) ?? []), { record, index }]);
    }
  }
  for (const [column, moves] of byColumn) {
    const values = await freeValues(session, job, column, moves.length);
    const records = moves.map(({ record }, n) => ({ key: record.key, values: [values?.[n] ?? null] }));
    if (values !== null) await park(session, job, column, records);
    else
      for (const { record, index } of moves)
        if (!(await parkAmongFew(session, job, record, index))) return false;
  }
  return true;
}

/** One record of an index with so few values that each has to be looked for. */
async function parkAmongFew(
  session: Session,
  job: PageJob,
  record: DistrictRecord,
  index: UniqueIndex,
): Promise<boolean> {
  for (const column of movableColumns(job, index)) {
    const value = await freeValue(session, job, record, index, column);
    if (value === null) continue;
    const values = [familyOf(column) === 'binary' ? Buffer.from(value, 'hex') : value];
    await park(session, job, column, [{ key: record.key, values }]);
    return true;
  }
  return false;
}

async function park(
  session: Session,
  job: PageJob,
  column: Column,
  records: KeyedUpdate['records'],
): Promise<void> {
  const { mapping, scope } = job;
  const update = (): Promise<void> =>
    updateByKey(session, {
      table: mapping.stateTable,
      key: mapping.stateKey,
      conditions: stateTenant(mapping, scope),
      pairs: [mapping.pairs.find(({ name }) => name === column.name)!],
      records,
    });
  // A value that nobody has is no parent's either; what stands there in the end is checked.
  return refersToParent(job, column) ? exemptFromForeignKeys(session, update) : update();
}

function refersToParent({ mapping }: PageJob, { name }: Column): boolean {
  return mapping.stateShape.foreignKeys.some(({ columns }) => columns.includes(name));
}

/**
 * Those of an index that may be moved, or that it is computed from: one that may be NULL first, one
 * with a parent last.
 */
function movableColumns(job: PageJob, index: UniqueIndex): Column[] {
  const { object, pairs, stateShape } = job.mapping;
  const columns = index.columns.flatMap((name) => [
    name,
    ...(stateShape.columns.get(name)?.computedFrom ?? []),
  ]);
  const last = (column: Column): number => (column.nullable ? 0 : refersToParent(job, column) ? 2 : 1);
  return columns
    .filter((name) => !object.key.includes(name) && pairs.some((pair) => pair.name === name))
    .map((name) => stateShape.columns.get(name)!)
    .sort((a, b) => last(a) - last(b));
}

/** Characters of a text nobody has: fewer would be too few to be sure of it. */
const fewestCharacters = 6;
const mostCharacters = 20;

/** For many records at once; `null` where there may be none, or too few to take one blindly. */
async function freeValues(
  session: Session,
  job: PageJob,
  column: Column,
  n: number,
): Promise<FetchedValue[] | null> {
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
