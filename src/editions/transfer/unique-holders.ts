import { inBatches } from '../../domain/batches';
import { formatRecordKey, type RecordError, type RecordKey } from '../../domain/record-error';
import { familyOf, type TypeFamily } from '../columns/families';
import { asStored, keyColumnProblem, keyText, typedLiteral } from '../columns/key-column';
import type { Column, UniqueIndex } from '../columns/table-shape';
import type { Session } from '../connection/session';
import { quoteName } from '../connection/sql';
import type { PageJob } from '../mapping/job';
import { keysPerList } from '../mapping/keyset';
import { ofTenant } from '../mapping/tenant';
import type { ObjectMapping } from '../mapping/types';
import { type DistrictRecord, writtenPairs } from './records';
import { failedWith } from './refusal';

/** Who has the unique values that records are about to take, as the state's own server compares. */

/** A record of the state that has a unique value another record needs. */
export interface Holder {
  readonly index: UniqueIndex;
  readonly key: RecordKey;
  /** Of the same district: its key may be named. */
  readonly ours: boolean;
  /** Value of its tenant column; `null`: the table has none. */
  readonly tenant: string | null;
}

/** An index whose values can be looked for, and the columns that tell them apart. */
interface SearchedIndex {
  readonly index: UniqueIndex;
  readonly columns: readonly Column[];
  /** Places of the columns' values in a record. */
  readonly at: readonly number[];
}

/**
 * Unique indexes, the match key's among them, whose values are all sent. Others (over a part of a
 * column, an expression, a column that the state computes) can't be looked for.
 */
export function searchedIndexes(mapping: ObjectMapping): SearchedIndex[] {
  const { object, stateShape } = mapping;
  const pairs = writtenPairs(mapping);
  return stateShape.uniqueIndexes.flatMap((index) => {
    const names = index.columns.filter((name) => name !== object.tenantColumn);
    const columns = names.map((name) => stateShape.columns.get(name)!);
    const at = names.map((name) => pairs.findIndex((pair) => pair.name === name));
    const usable = at.every((place) => place >= 0) && columns.every(canBeSearched);
    return !usable ? [] : [{ index, columns, at }];
  });
}

/** Types that no derived table's value finds in an index, but a literal does. */
const byLiteral: readonly (TypeFamily | null)[] = ['enum', 'set', 'double'];

function canBeSearched(column: Column): boolean {
  return keyColumnProblem(column) === null || byLiteral.includes(familyOf(column));
}

/**
 * Looks for other records that have the unique values of these.
 * @param respelled keys as the state spells them, where it does so otherwise
 * @returns for each record that is in somebody's way, who that is; at most one by index
 */
export async function holdersOf(
  session: Pick<Session, 'rows'>,
  job: PageJob,
  records: readonly DistrictRecord[],
  respelled: ReadonlyMap<DistrictRecord, RecordKey> = new Map(),
): Promise<Map<DistrictRecord, Holder[]>> {
  const holders = new Map<DistrictRecord, Holder[]>();
  for (const searched of searchedIndexes(job.mapping)) {
    const wanted = records.flatMap((record) => {
      const literals = literalsOf(searched, record);
      return literals === null ? [] : [{ record, literals }];
    });
    for (const part of inBatches(wanted, keysPerList)) {
      for (const { n, key, ours, tenant } of await findHolders(session, job, searched, part)) {
        const { record } = part[n]!;
        const own = respelled.get(record) ?? record.key;
        if (ours && formatRecordKey(key) === formatRecordKey(own)) continue;
        holders.set(record, [...(holders.get(record) ?? []), { index: searched.index, key, ours, tenant }]);
      }
    }
  }
  return holders;
}

async function findHolders(
  session: Pick<Session, 'rows'>,
  { mapping, scope }: PageJob,
  { index, columns }: SearchedIndex,
  wanted: readonly { readonly literals: readonly string[] }[],
): Promise<(Omit<Holder, 'index'> & { readonly n: number })[]> {
  const { object, stateKey, stateTable } = mapping;
  const tenant = mapping.tenant === null ? null : ofTenant(mapping.tenant, scope, 'p.');
  const found = [
    tenant ?? '1',
    mapping.tenant === null ? 'NULL' : keyText(mapping.tenant.column, 'p.'),
    ...stateKey.columns.map(({ column }) => keyText(column, 'p.')),
  ].join(', ');
  const on = (values: readonly string[]): string =>
    [
      ...(tenant !== null && index.columns.includes(object.tenantColumn!) ? [tenant] : []),
      ...columns.map(({ name }, i) => `p.${quoteName(name)} = ${values[i]!}`),
    ].join(' AND ');
  const derived = wanted.map(({ literals }, n) => {
    const values = literals.map((literal, i) => (n === 0 ? `${literal} AS k${i}` : literal));
    return `SELECT ${[n === 0 ? '0 AS n' : String(n), ...values].join(', ')}`;
  });
  const rows = await session.rows(
    columns.some((column) => byLiteral.includes(familyOf(column)))
      ? wanted
          .map(({ literals }, n) => `SELECT ${n}, ${found} FROM ${stateTable} p WHERE ${on(literals)}`)
          .join(' UNION ALL ')
      : `SELECT v.n, ${found} FROM (${derived.join(' UNION ALL ')}) v
           STRAIGHT_JOIN ${stateTable} p ON ${on(columns.map((_, i) => `v.k${i}`))}`,
  );
  return rows.map(([n, ours, whose, ...key]) => ({
    n: Number(n),
    ours: Number(ours) === 1,
    tenant: whose === null ? null : String(whose),
    key: key.map(String),
  }));
}

/**
 * The error of a record whose unique value another one has. Whose it is stands in `parent`, not in
 * the sentence, and only where it is the district's own.
 */
export function heldBy(
  mapping: ObjectMapping,
  record: DistrictRecord,
  { index, key: holder, ours }: Holder,
): RecordError {
  const { object } = mapping;
  const columns = index.columns.filter((name) => name !== object.tenantColumn);
  return failedWith(mapping, record, {
    code: 'UNIQUE_CLASH',
    field: columns[0] ?? null,
    message: ours
      ? `Another record at the state already has this ${columns.join(' and ')}: the ${object.label} whose key is named here as its parent.`
      : `A record of another district already has this ${columns.join(' and ')} at the state.`,
    parent: ours ? { object: object.name, key: holder } : null,
  });
}

/** `null`: a part is NULL, which is never in the way, or no value of such a column at all. */
function literalsOf({ columns, at }: SearchedIndex, { values }: DistrictRecord): string[] | null {
  const literals: string[] = [];
  for (const [i, column] of columns.entries()) {
    const value = values[at[i]!] ?? null;
    if (value === null) return null;
    try {
      const text = Buffer.isBuffer(value) ? value.toString('hex') : String(value);
      literals.push(typedLiteral(column, asStored(column, text)));
    } catch (error) {
      if (error instanceof TypeError) return null;
      throw error;
    }
  }
  return literals;
}
