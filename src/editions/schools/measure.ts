import { createHash } from 'node:crypto';
import type { Catalog, SyncObject } from '../../domain/catalog';
import { type CertifiedCount, inOrder, type Manifest, type MeasuredObject } from '../../domain/certification';
import type { RecordScope } from '../../domain/range';
import { schoolPath } from '../../domain/school-path';
import { type ColumnPair, pairColumns } from '../columns/pair';
import { rowText } from '../columns/row-hash';
import { spelledLike } from '../columns/spelling';
import { readTableShape } from '../columns/table-shape';
import { DatabaseError } from '../connection/errors';
import type { Editions } from '../connection/pools';
import type { Session } from '../connection/session';
import { joinSchool, schoolOf, type SchoolJoin } from '../mapping/school-join';
import { columnsNamed } from '../mapping/object-columns';
import { stateScope, where } from '../mapping/scope';
import { tenantOf } from '../mapping/tenant';
import { quoteName, quoteNumber, quoteTable, quoteText } from '../connection/sql';

/**
 * Longest list of digests hashed at once, in bytes: 250,000 records of one school whose digests
 * begin with the same byte.
 */
const digestListBytes = 16_000_000;
/** Hexadecimal digits of one SHA-256. */
const digestLength = 64;

/** What is read of one object, made before the snapshot is opened. */
export interface ObjectReading {
  readonly object: SyncObject;
  readonly sql: string;
  readonly join: SchoolJoin;
  readonly measured: Omit<MeasuredObject, 'counts'>;
}

/**
 * Prepares the reading of an object from the state's own schema alone: what is certified is what
 * the state holds, its own columns included, and it can be read while the district is away. Left
 * out are generated columns, the district's number (the same in every record) and the columns the
 * catalog ignores.
 * @param columns only these, in this order; absent: all
 * @throws DatabaseError configuration naming what is missing
 */
export async function prepareReading(
  editions: Editions,
  catalog: Catalog,
  {
    object,
    scope,
    columns,
  }: {
    readonly object: SyncObject;
    readonly scope: RecordScope;
    readonly columns?: readonly string[] | undefined;
  },
): Promise<ObjectReading> {
  const found = await readTableShape(editions.state, object.stateTable);
  if (!found) throw problem(object, `the state has no table ${object.stateTable}`);
  const shape = spelledLike(found, columnsNamed(object));
  if (object.tenantColumn !== null && !shape.columns.has(object.tenantColumn))
    throw problem(object, `the state's table ${object.stateTable} has no column ${object.tenantColumn}`);
  const offered = [...shape.columns.values()].filter(
    ({ name, generated }) =>
      !generated && name !== object.tenantColumn && !object.ignoredColumns.includes(name),
  );
  const selected = columns ?? offered.map(({ name }) => name);
  const pairs: ColumnPair[] = [];
  const absent: string[] = [];
  for (const name of selected) {
    const column = shape.columns.get(name);
    if (!column) {
      absent.push(name);
      continue;
    }
    const pair = pairColumns(column, column);
    if (typeof pair === 'string') throw problem(object, `column ${name}: ${pair}`);
    // A NULL bit for every column: allowing NULL later doesn't change what stands for a record.
    pairs.push({ ...pair, nullable: true });
  }
  if (absent.length > 0)
    throw problem(object, `the state’s table ${object.stateTable} no longer has ${absent.join(', ')}`);
  const join = await joinSchool(editions, catalog, { mapping: { object }, scope }, 'state');
  const path = join.key.length === 0 ? null : schoolPath(catalog, object.name);
  return {
    object,
    join,
    sql: readingSql(join, rowText(pairs, 'state', { digestsBy: 'SHA2' }), {
      table: quoteTable(editions.state.schema, object.stateTable),
      conditions: stateScope({ object, tenant: tenantOf(object, shape) }, scope),
    }),
    measured: {
      object: object.name,
      table: object.stateTable,
      columns: selected.map((name) => ({ name, type: shape.columns.get(name)!.fullType })),
      schoolPath: path === null ? null : path.map(({ reference }) => reference.object),
    },
  };
}

function problem({ name }: SyncObject, why: string): DatabaseError {
  return new DatabaseError(`${name} can't be measured: ${why}.`, {
    errorClass: 'configuration',
    side: 'state',
  });
}

/**
 * Records by school with digests over sorted digests: of the records that begin their way to the
 * school alike, then of a school's. 256 digests of each at most, by first byte, so that no list of
 * them is long and no row of data leaves the server. Beside them what shows that no list was cut:
 * how many digests there are, and the longest list.
 */
function readingSql(
  { columns, joins, key }: SchoolJoin,
  text: string,
  from: { readonly table: string; readonly conditions: readonly string[] },
): string {
  const begin = columns.map(quoteName);
  const digestOf = (name: string) => `SHA2(GROUP_CONCAT(${name} ORDER BY ${name} SEPARATOR ''), 256)`;
  // The limit keeps the server from merging the subquery and making each record's digest four times
  // (half the time).
  const hashed = `SELECT ${[...begin, `SHA2(${text}, 256) AS h`].join(', ')} FROM ${from.table} ${where(from.conditions)} LIMIT 18446744073709551615`;
  const alike = [...begin, 'COUNT(*) AS n', 'COUNT(h) AS digests', `${digestOf('h')} AS d`].join(', ');
  const together = `SELECT ${alike} FROM (${hashed}) a GROUP BY ${[...begin, 'LEFT(h, 2)'].join(', ')}`;
  const sums = ['SUM(n)', 'SUM(digests)', 'GREATEST(MAX(n), COUNT(*))', digestOf('d')];
  return `SELECT ${[...key, ...sums].join(', ')} FROM (${together}) r ${joins} GROUP BY ${[...key, 'LEFT(d, 2)'].join(', ')}`;
}

/** What the state held at one instant, or the resync that was writing then. */
export type Measurement =
  | { readonly busyWith: string }
  | {
      readonly busyWith: null;
      /** By the state database's clock, ISO 8601. */
      readonly measuredAt: string;
      readonly newestResync: Manifest['newestResync'];
      readonly objects: readonly MeasuredObject[];
    };

/**
 * Reads all objects in one snapshot of the state's server: every count and checksum is of the same
 * instant, whatever is written meanwhile. The control database is in the same snapshot; while they
 * have a run of the district and year under way (paused ones too: what they wrote is half of
 * something) nothing is measured.
 * @throws DatabaseError
 */
export async function measureState(
  editions: Editions,
  readings: readonly ObjectReading[],
  {
    scope,
    signal,
    onObject,
  }: {
    readonly scope: RecordScope;
    readonly signal: AbortSignal;
    /** Before an object is read. */
    readonly onObject?: (name: string) => Promise<void> | void;
  },
): Promise<Measurement> {
  return editions.state.withSession(async (session) => {
    const listBytes = Math.min(digestListBytes, session.maxPacketBytes);
    await session.write(`SET SESSION group_concat_max_len = ${listBytes}`);
    await session.write('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ');
    await session.write('START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY');
    const [now] = await session.rows(`SELECT ${isoOf('UTC_TIMESTAMP(3)')}`);
    const ofYear = `districtID = ${quoteText(scope.districtId)} AND schoolYear = ${quoteNumber(scope.schoolYear)}`;
    const [busy] = await session.rows(
      `SELECT resyncID FROM ${editions.control}.resync
        WHERE ${ofYear} AND status IN ('running', 'paused', 'preempted') LIMIT 1`,
    );
    const [newest] = await session.rows(
      `SELECT resyncID, initiator, ${isoOf('endedAt')} FROM ${editions.control}.resync
        WHERE ${ofYear} AND endedAt IS NOT NULL ORDER BY endedAt DESC, resyncID LIMIT 1`,
    );
    const objects: MeasuredObject[] = [];
    for (const reading of busy ? [] : readings) {
      signal.throwIfAborted();
      await onObject?.(reading.object.name);
      objects.push({
        ...reading.measured,
        counts: await countsOf(session, reading, { ...scope, listBytes }),
      });
    }
    await session.write('COMMIT');
    await session.write('SET SESSION group_concat_max_len = DEFAULT');
    if (busy) return { busyWith: String(busy[0]) };
    return {
      busyWith: null,
      measuredAt: String(now![0]),
      newestResync: newest
        ? {
            resyncId: String(newest[0]),
            initiator: newest[1] === 'state' ? 'state' : 'district',
            endedAt: String(newest[2]),
          }
        : null,
      objects,
    };
  });
}

/** A DATETIME(3) of ours, which is UTC, as ISO 8601. */
const isoOf = (expression: string): string =>
  `CONCAT(LEFT(DATE_FORMAT(${expression}, '%Y-%m-%dT%H:%i:%s.%f'), 23), 'Z')`;

async function countsOf(
  session: Session,
  { object, sql, join }: ObjectReading,
  { schoolYear, listBytes }: RecordScope & { readonly listBytes: number },
): Promise<CertifiedCount[]> {
  const at = join.key.length;
  const bySchool = new Map<string | null, { records: number; digests: string[] }>();
  for (const row of await session.rows(sql)) {
    const [records, digests, longest, digest] = row.slice(at);
    // A digest that is NULL (a text longer than a packet) or a list that was cut would hide a
    // difference.
    if (records !== digests || Number(longest) * digestLength > listBytes)
      throw problem(
        object,
        'more records of one school, or a longer record, than its server hashes at once; raise max_allowed_packet at the state',
      );
    const school = schoolOf(join, row);
    const sums = bySchool.get(school) ?? { records: 0, digests: [] };
    sums.records += Number(records);
    sums.digests.push(String(digest));
    bySchool.set(school, sums);
  }
  return inOrder(
    [...bySchool].map(([school, { records, digests }]) => ({
      school,
      schoolYear: object.schoolYear === null ? null : schoolYear,
      records,
      checksum: createHash('sha256').update(digests.sort().join('')).digest('hex'),
    })),
  );
}
