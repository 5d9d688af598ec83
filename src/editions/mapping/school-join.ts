import { type Catalog, requireObject, type SyncObject } from '../../domain/catalog';
import type { RecordScope } from '../../domain/range';
import { formatRecordKey, type RecordKey } from '../../domain/record-error';
import { schoolObject, schoolPath } from '../../domain/school-path';
import { keyText } from '../columns/key-column';
import { type Column, readTableShape } from '../columns/table-shape';
import type { KeySide } from './keyset';
import type { ObjectMapping } from './types';
import type { Edition, Editions } from '../connection/pools';
import type { Row } from '../connection/session';
import { where } from './scope';
import { ofTenant, type Tenant, tenantOf } from './tenant';
import { quoteName, quoteTable } from '../connection/sql';

/** How the records of one object, on one side, find their school. */
export interface SchoolJoin {
  /** Columns of the object's own table by which the way begins; none: no way leads to a school. */
  readonly columns: readonly string[];
  /** LEFT JOINs along the way, from a row source named `r` that has those columns. */
  readonly joins: string;
  /**
   * Expressions of the parts of the school's key, as text; NULL where the way is broken. None: no
   * way.
   */
  readonly key: readonly string[];
}

/** The records whose schools are looked for. */
interface SchoolGround {
  readonly mapping: Pick<ObjectMapping, 'object'>;
  readonly scope: RecordScope;
}

const noWay: SchoolJoin = { columns: [], joins: '', key: [] };

/**
 * The joins from an object's table to its records' schools. A record whose way is broken (a parent
 * that isn't there, a NULL) has no school, as an object without a way.
 * @throws DatabaseError
 */
export async function joinSchool(
  editions: Editions,
  catalog: Catalog,
  { mapping: { object }, scope }: SchoolGround,
  side: 'district' | 'state',
): Promise<SchoolJoin> {
  const path = schoolPath(catalog, object.name);
  if (path === null) return noWay;
  const end = requireObject(catalog, path.at(-1)?.reference.object ?? object.name);
  const names = end.name === schoolObject ? end.key : [end.schoolColumn!];
  const edition = editions[side];
  const shape = await readTableShape(edition, side === 'district' ? end.table : end.stateTable);
  const keyColumns = names.map((name) => shape?.columns.get(name));
  if (keyColumns.includes(undefined)) return noWay;

  const joins: string[] = [];
  for (const [i, { reference }] of path.entries()) {
    const parent = requireObject(catalog, reference.object);
    const [below, alias] = [i === 0 ? 'r' : `s${i - 1}`, `s${i}`];
    const on = reference.parentColumns.map(
      (name, c) => `${alias}.${quoteName(name)} = ${below}.${quoteName(reference.columns[c]!)}`,
    );
    const tenant = side === 'state' ? await tenantAt(edition, parent) : null;
    if (tenant !== null) on.push(ofTenant(tenant, scope, `${alias}.`));
    const table = quoteTable(edition.schema, side === 'district' ? parent.table : parent.stateTable);
    joins.push(`LEFT JOIN ${table} ${alias} ON ${on.join(' AND ')}`);
  }
  const first = path[0]?.reference.columns ?? names;
  const last = path.length === 0 ? 'r.' : `s${path.length - 1}.`;
  return {
    columns: first,
    joins: joins.join(' '),
    key: (keyColumns as Column[]).map((column) => keyText(column, last)),
  };
}

async function tenantAt(edition: Edition, parent: SyncObject): Promise<Tenant | null> {
  if (parent.tenantColumn === null) return null;
  const shape = await readTableShape(edition, parent.stateTable);
  return shape === null ? null : tenantOf(parent, shape);
}

/**
 * An aggregate over the records of a school: first of those that begin their way alike, then of all
 * of a school.
 */
export interface SchoolSum {
  /** Over the object's table, e.g. `COUNT(*)`. */
  readonly records: string;
  /** Over the first ones, `n` being their name, e.g. `SUM(n)`. */
  readonly together: (name: string) => string;
}

/** Counts records. */
export const countRecords: SchoolSum = { records: 'COUNT(*)', together: (name) => `SUM(${name})` };

/**
 * One row a school: the parts of its key (see schoolOf), then the sums. Records are summed by the
 * columns the way begins with before anything is joined, so that a million of them cost a join for
 * each calendar, not for each record.
 * @param from table of the object, quoted; its conditions name bare columns
 */
export function groupedBySchool(
  { columns, joins, key }: SchoolJoin,
  from: { readonly table: string; readonly conditions: readonly string[] },
  sums: readonly SchoolSum[],
): string {
  const names = sums.map((_, i) => `n${i}`);
  const begin = columns.map(quoteName);
  const inner = [...begin, ...sums.map(({ records }, i) => `${records} AS ${names[i]!}`)].join(', ');
  // Without columns: one group of all, and still none when there is no record.
  const groups = begin.length === 0 ? 'HAVING COUNT(*) > 0' : `GROUP BY ${begin.join(', ')}`;
  const outer = [...key, ...sums.map(({ together }, i) => together(names[i]!))].join(', ');
  const by = key.length === 0 ? 'HAVING COUNT(*) > 0' : `GROUP BY ${key.join(', ')}`;
  return `SELECT ${outer} FROM (SELECT ${inner} FROM ${from.table} ${where(from.conditions)} ${groups}) r ${joins} ${by}`;
}

/**
 * The school in a row, its key's parts beginning at column `at`, as text of that key; `null`: none.
 */
export function schoolOf({ key }: SchoolJoin, row: Row, at = 0): string | null {
  const parts: (string | null)[] = row
    .slice(at, at + key.length)
    .map((part) => (part === null ? null : String(part)));
  if (parts.length === 0 || parts.includes(null)) return null;
  return formatRecordKey(parts as RecordKey);
}

/**
 * Reads the school of single records: their key as text, then the parts of the school's.
 * @param from the object's table, quoted; `conditions` choose the records by bare columns
 */
export function eachWithSchool(
  { columns, joins, key }: SchoolJoin,
  from: { readonly table: string; readonly conditions: readonly string[]; readonly side: KeySide },
): string {
  const own = from.side.columns.map(({ name }) => name);
  const inner = [...new Set([...own, ...columns])].map(quoteName).join(', ');
  const outer = [...from.side.columns.map(({ column }) => keyText(column, 'r.')), ...key].join(', ');
  return `SELECT ${outer} FROM (SELECT ${inner} FROM ${from.table} ${where(from.conditions)}) r ${joins}`;
}
