import { inBatches } from '../../domain/batches';
import { requireObject } from '../../domain/catalog';
import { formatRecordKey, type RecordKey } from '../../domain/record-error';
import { keyText, typedLiteral } from '../columns/key-column';
import { type Column, readTableShape } from '../columns/table-shape';
import type { CompareJob } from '../mapping/job';
import { keysPerList } from '../mapping/keyset';
import type { ReferenceMapping } from '../mapping/types';
import { conditionSql } from '../mapping/scope';
import { missingParents } from '../transfer/parents';
import type { DistrictRecord } from '../transfer/records';
import { quoteName, quoteNumber, quoteTable } from '../connection/sql';

/**
 * Whether what a record needs at the state is there, or would come before it in a resync of the
 * verified objects.
 */

/**
 * Records that would not reach the state, of objects others refer to; kept for as long as the
 * verification runs.
 */
export interface BlockedKeys {
  /** Of these keys (formatRecordKey) those that won't come; `true`: for a known exclusion. */
  lookUp(object: string, keys: readonly string[]): Promise<ReadonlyMap<string, boolean>>;
  add(object: string, keys: ReadonlyMap<string, boolean>): Promise<void>;
}

/** Beside the comparison: what else is verified, and what was found of it so far. */
export interface ParentGround {
  /** Objects of the verification. */
  readonly planned: ReadonlySet<string>;
  readonly blockedKeys: BlockedKeys;
}

/** Whether a record's parents are or will be at the state. */
export interface ParentOutcome {
  /**
   * A parent won't be there: `true` for a known exclusion; `null`: as far as is known all are or
   * will be.
   */
  readonly blocked: boolean | null;
  /**
   * Parents of the record's own cycle that aren't at the state: to be judged when the cycle is read
   * to its end.
   */
  readonly pending: readonly { readonly object: string; readonly key: string }[];
}

const allThere: ParentOutcome = { blocked: null, pending: [] };

/**
 * The parents of records that would be sent. A record that isn't in the answer has all it needs.
 */
export async function parentOutcomes(
  job: CompareJob,
  ground: ParentGround,
  records: readonly DistrictRecord[],
): Promise<Map<DistrictRecord, ParentOutcome>> {
  const predictedOutcomes = new Map<DistrictRecord, ParentOutcome>();
  for (const reference of job.mapping.references) {
    const missing = await missingParents(job.editions.state, job, records, [reference]);
    if (missing.size === 0) continue;
    const keys = new Map([...missing.values()].map(({ key }) => [formatRecordKey(key), key]));
    const judged = await judge(job, ground, reference, [...keys.values()]);
    for (const [record, { key }] of missing) {
      const before = predictedOutcomes.get(record) ?? allThere;
      predictedOutcomes.set(record, together(before, judged.get(formatRecordKey(key))!));
    }
  }
  return predictedOutcomes;
}

/**
 * One parent that won't come for another reason than an exclusion is enough: then the exclusion
 * explains nothing.
 */
function together(a: ParentOutcome, b: ParentOutcome): ParentOutcome {
  return {
    blocked: blockedByBoth(a.blocked, b.blocked),
    pending: [...a.pending, ...b.pending],
  };
}

function blockedByBoth(a: boolean | null, b: boolean | null): boolean | null {
  if (a === null) return b;
  if (b === null) return a;
  return a && b;
}

async function judge(
  job: CompareJob,
  { planned, blockedKeys }: ParentGround,
  reference: ReferenceMapping,
  keys: readonly RecordKey[],
): Promise<Map<string, ParentOutcome>> {
  const lost: ParentOutcome = { blocked: false, pending: [] };
  const predictedOutcomes = new Map(keys.map((key) => [formatRecordKey(key), lost]));
  if (!planned.has(reference.object)) return predictedOutcomes;
  const present = await atDistrict(job, reference, keys);
  const known = reference.inCycle
    ? new Map<string, boolean>()
    : await blockedKeys.lookUp(reference.object, [...present.values()]);
  for (const [asked, key] of present) {
    predictedOutcomes.set(
      asked,
      reference.inCycle
        ? { blocked: null, pending: [{ object: reference.object, key }] }
        : { blocked: known.get(key) ?? null, pending: [] },
    );
  }
  return predictedOutcomes;
}

/**
 * Parents that the district has in this year: the key as the child writes it, and the parent's own.
 */
async function atDistrict(
  { editions, catalog, scope }: CompareJob,
  reference: ReferenceMapping,
  keys: readonly RecordKey[],
): Promise<Map<string, string>> {
  const parent = requireObject(catalog, reference.object);
  const shape = await readTableShape(editions.district, parent.table);
  const column = (name: string): Column | undefined => shape?.columns.get(name);
  const columns = reference.parentColumns.map(({ name }) => column(name));
  const own = parent.key.map(column);
  const present = new Map<string, string>();
  if (columns.includes(undefined) || own.includes(undefined)) return present;
  const conditions = [
    ...columns.map((referred, i) => `p.${quoteName(referred!.name)} = v.k${i}`),
    ...(parent.schoolYear
      ? [`p.${quoteName(parent.schoolYear.column)} = ${quoteNumber(scope.schoolYear)}`]
      : []),
    // The derived table has none of its columns.
    ...(parent.only ? [conditionSql(parent.only)] : []),
  ];
  for (const part of inBatches(keys, keysPerList)) {
    const rows = part.map((key, n) => {
      const literals = columns.map((referred, i) => {
        const literal = typedLiteral(referred!, key[i]!);
        return n === 0 ? `${literal} AS k${i}` : literal;
      });
      return `SELECT ${[n === 0 ? '0 AS n' : String(n), ...literals].join(', ')}`;
    });
    const found = await editions.district.rows(
      `SELECT v.n, ${own.map((part) => keyText(part!, 'p.')).join(', ')} FROM (${rows.join(' UNION ALL ')}) v
         JOIN ${quoteTable(editions.district.schema, parent.table)} p ON ${conditions.join(' AND ')}`,
    );
    for (const [n, ...key] of found)
      present.set(formatRecordKey(part[Number(n)]!), formatRecordKey(key.map(String)));
  }
  return present;
}
