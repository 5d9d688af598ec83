import type { RecordKey } from '../../domain/record-error';
import { typedLiteral } from '../columns/key-column';
import type { ColumnPair } from '../columns/pair';
import { DatabaseError } from '../connection/errors';
import type { PageJob } from '../mapping/job';
import { keyList, type KeySide } from '../mapping/keyset';
import type { Session } from '../connection/session';
import { isOneWrites } from './ask-each';
import { writeRecords } from './raised-locks';
import { type DistrictRecord, type FetchedValue, writtenPairs } from './records';
import { stateTenant, where } from '../mapping/scope';
import { tenantLiteral } from '../mapping/tenant';
import { quoteBytes, quoteName, quoteNumber, quoteText } from '../connection/sql';

/** The two statements that write records. Neither can touch a record of another key. */

/** Longest statement of several records; a longer one gains nothing. */
const statementCharacters = 2_000_000;

/** A value as a literal. */
export function valueLiteral({ write }: ColumnPair, value: FetchedValue): string {
  if (value === null) return 'NULL';
  // Text comes as bytes where it is no text of JavaScript's.
  if (Buffer.isBuffer(value)) return `${write === 'bytes' ? '' : '_utf8mb4 '}${quoteBytes(value)}`;
  return write === 'number' || write === 'unsigned' ? quoteNumber(value) : quoteText(String(value));
}

/** Cuts records into stretches that fit one statement. */
export function statementsOf(session: Session, records: readonly DistrictRecord[]): DistrictRecord[][] {
  const limit = Math.min(statementCharacters, session.maxPacketBytes / 4);
  const parts: DistrictRecord[][] = [];
  let characters = Infinity;
  for (const record of records) {
    const size = sizeOf(record);
    if (characters + size > limit) {
      parts.push([]);
      characters = 0;
    }
    parts.at(-1)!.push(record);
    characters += size;
  }
  return parts;
}

function sizeOf({ values }: DistrictRecord): number {
  return values.reduce<number>((sum, value) => sum + 4 + charactersOf(value), 0);
}

/** About as many as the value's literal has. */
function charactersOf(value: FetchedValue): number {
  if (typeof value === 'string') return value.length;
  return Buffer.isBuffer(value) ? 2 * value.length : 12;
}

/**
 * Plain INSERT, all columns named: a clash with any unique key is an error that names it. ON
 * DUPLICATE KEY UPDATE would fire on ANY unique key and overwrite another student's record
 * (docs/data-path.md, Never used).
 */
export async function insertRecords(
  session: Session,
  job: PageJob,
  records: readonly DistrictRecord[],
): Promise<void> {
  const { mapping, scope } = job;
  const pairs = writtenPairs(mapping);
  const { tenant } = mapping;
  const names = [...(tenant === null ? [] : [tenant.column.name]), ...pairs.map(({ name }) => name)].map(
    quoteName,
  );
  const first = tenant === null ? '' : `${tenantLiteral(tenant, scope)}, `;
  const literal = (pair: ColumnPair, i: number, value: FetchedValue): string =>
    // State-owned and without a value of the district's: what the state gives a new record.
    value === null && i >= mapping.pairs.length ? 'DEFAULT' : valueLiteral(pair, value);
  const rows = records.map(
    ({ values }) => `(${first}${pairs.map((pair, i) => literal(pair, i, values[i]!)).join(', ')})`,
  );
  await write(
    session,
    `INSERT INTO ${mapping.stateTable} (${names.join(', ')}) VALUES ${rows.join(', ')}`,
    records,
  );
}

/**
 * UPDATE joined to the new values by the match key. The caller holds the rows' locks. Key, tenant
 * and state-owned columns are never set.
 */
export async function updateRecords(
  session: Session,
  job: PageJob,
  records: readonly DistrictRecord[],
): Promise<void> {
  const { key } = job.mapping.object;
  await setColumns(session, job, records, (name) => !key.includes(name));
}

/** Sets the sent columns that `which` takes, of records found by their match keys. */
export async function setColumns(
  session: Session,
  { mapping, scope }: PageJob,
  records: readonly DistrictRecord[],
  which: (name: string) => boolean,
): Promise<void> {
  const sets = mapping.pairs.map((pair, at) => ({ pair, at })).filter(({ pair }) => which(pair.name));
  if (records.length === 0 || sets.length === 0) return;
  await updateByKey(session, {
    table: mapping.stateTable,
    key: mapping.stateKey,
    conditions: stateTenant(mapping, scope, 't.'),
    pairs: sets.map(({ pair }) => pair),
    records: records.map(({ key, values }) => ({ key, values: sets.map(({ at }) => values[at]!) })),
  });
}

/** New values of some columns of records that are there. */
export interface KeyedUpdate {
  /** Quoted. */
  readonly table: string;
  readonly key: KeySide;
  /**
   * What holds for every record of the table that may be written, over the table as `t`, e.g. the
   * tenant's.
   */
  readonly conditions: readonly string[];
  readonly pairs: readonly ColumnPair[];
  /** `values` in the order of `pairs`. */
  readonly records: readonly { readonly key: RecordKey; readonly values: readonly FetchedValue[] }[];
}

/**
 * Bytes up to which a binary value may stand in a derived table: MariaDB gives its column a length
 * of 16 bits, stores a piece of what is longer, or ends.
 */
const derivedBytes = 65_535;

/** Sets columns of records found by their key. The caller holds the rows' locks. */
export async function updateByKey(session: Session, update: KeyedUpdate): Promise<void> {
  const isLong = (value: FetchedValue): boolean => Buffer.isBuffer(value) && value.length > derivedBytes;
  if (!update.records.some(({ values }) => values.some(isLong))) return updateJoined(session, update);
  await session.write('SAVEPOINT one_by_one');
  try {
    for (const record of update.records) await updateAlone(session, update, record);
  } catch (error) {
    // As one statement: all or nothing.
    if (isOneWrites(error)) await session.write('ROLLBACK TO SAVEPOINT one_by_one');
    throw error;
  }
}

async function updateAlone(
  session: Session,
  { table, key, conditions, pairs }: KeyedUpdate,
  record: KeyedUpdate['records'][number],
): Promise<void> {
  const assignments = pairs.map(
    (pair, i) => `t.${quoteName(pair.name)} = ${valueLiteral(pair, record.values[i]!)}`,
  );
  await write(
    session,
    `UPDATE ${table} t SET ${assignments.join(', ')} ${where([...conditions, keyList(key, [record.key])])}`,
    [record],
  );
}

async function updateJoined(
  session: Session,
  { table, key: { columns }, conditions, pairs, records }: KeyedUpdate,
): Promise<void> {
  const rows = records.map(({ key, values }, n) => {
    const keys = columns.map(({ column }, i) => named(typedLiteral(column, key[i]!), `k${i}`, n));
    const news = pairs.map((pair, i) => named(valueLiteral(pair, values[i]!), `v${i}`, n));
    return `SELECT ${[...keys, ...news].join(', ')}`;
  });
  const on = [...conditions, ...columns.map(({ name }, i) => `t.${quoteName(name)} = n.k${i}`)];
  // Not the bare column: MariaDB copies it into a shorter BLOB or TEXT whatever its length.
  const assignments = pairs.map(
    ({ name, length }, i) => `t.${quoteName(name)} = ${length === null ? `n.v${i}` : `COALESCE(n.v${i})`}`,
  );
  await write(
    session,
    `UPDATE (${rows.join(' UNION ALL ')}) n STRAIGHT_JOIN ${table} t
         ON ${on.join(' AND ')}
        SET ${assignments.join(', ')}`,
    records,
  );
}

/** Names are given once, by the first SELECT of the UNION. */
function named(literal: string, name: string, row: number): string {
  return row === 0 ? `${literal} AS ${name}` : literal;
}

/**
 * Strict mode still cuts decimals and trailing spaces with a mere note: taken back, and treated as
 * an error.
 */
async function write(session: Session, sql: string, records: readonly unknown[]): Promise<void> {
  if (records.length === 1 && isTooLong(session, sql)) {
    throw new DatabaseError(
      `The record is larger than the ${session.side}'s server takes in one statement.`,
      {
        errorClass: 'record',
        side: session.side,
        errno: 1153,
      },
    );
  }
  const { warnings } = await writeRecords(session, sql, records.length);
  if (warnings === 0) return;
  await session.write('ROLLBACK TO SAVEPOINT statement');
  throw new DatabaseError(`The ${session.side} would have cut a value.`, {
    errorClass: 'record',
    side: session.side,
    errno: 1265,
  });
}

/** A statement is one packet; a few bytes of it are the protocol's own. */
function isTooLong({ maxPacketBytes }: Session, sql: string): boolean {
  const most = maxPacketBytes - 64;
  return sql.length * 3 > most && Buffer.byteLength(sql) > most;
}
