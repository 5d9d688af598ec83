import { inBatches } from '../../domain/batches';
import type { SyncObject } from '../../domain/catalog';
import { formatRecordKey, type RecordError, type RecordKey } from '../../domain/record-error';
import { rowHash } from '../columns/row-hash';
import type { Session } from '../connection/session';
import type { PageJob } from '../mapping/job';
import { keyList, keyOf, type KeySide, keySelect, keysPerList, storedText } from '../mapping/keyset';
import { districtScope, stateTenant, where } from '../mapping/scope';
import type { ObjectMapping } from '../mapping/types';
import { isOneWrites } from './ask-each';
import type { DistrictRecord } from './records';
import { insertRecords, statementsOf, updateRecords } from './write';

/**
 * What the state's own triggers make of records, where they set columns that are sent: found out by
 * writing the records and taking that back. A record that would not come out as it was sent is an
 * error that names the columns, and it is only written where that brings it nearer to the
 * district's; so the next run finds nothing to write.
 */

/** What is known of records before they are written for good, by the key's text. */
export interface Foreseen {
  /** Columns that will not hold what was sent. */
  readonly changed: ReadonlyMap<string, readonly string[]>;
  /** Writing them would bring nothing nearer, or make other records of them. */
  readonly futile: ReadonlySet<string>;
  /** Inserted ones that are updated right after, because only inserting changes them. */
  readonly touchedUp: ReadonlySet<string>;
}

const nothing: Foreseen = { changed: new Map(), futile: new Set(), touchedUp: new Set() };

/**
 * Writes records within a savepoint, compares them, and takes everything back.
 * @throws DatabaseError of a class that takes the whole page back
 */
export async function foresee(
  session: Session,
  job: PageJob,
  kind: 'insert' | 'update',
  records: readonly DistrictRecord[],
): Promise<Foreseen> {
  if (records.length === 0 || job.mapping.triggerColumns.length === 0) return nothing;
  const keys = records.map(({ key }) => key);
  const wanted = await partsAt('district', job.editions.district, job, keys);
  const before = kind === 'update' ? await partsAt('state', session, job, keys) : new Map<string, Parts>();
  await session.write('SAVEPOINT foreseen');
  const found: { written: Map<string, Parts>; updated: Map<string, Parts> } | null = await attempt(
    async () => {
      const send = kind === 'insert' ? insertRecords : updateRecords;
      for (const part of statementsOf(session, records)) await send(session, job, part);
      const written = await partsAt('state', session, job, keys);
      const apart = records.filter(({ key }) => !same(wanted, written, formatRecordKey(key)));
      if (kind === 'update' || apart.length === 0) return { written, updated: written };
      for (const part of statementsOf(session, apart)) await updateRecords(session, job, part);
      return { written, updated: await partsAt('state', session, job, keys) };
    },
  );
  await session.write('ROLLBACK TO SAVEPOINT foreseen');
  if (found !== null) return judge(job.mapping, kind, records, { wanted, before, ...found });
  // One of them is refused by the state for another reason: writing will find out which and why.
  if (records.length === 1) return nothing;
  const middle = Math.ceil(records.length / 2);
  return together(
    await foresee(session, job, kind, records.slice(0, middle)),
    await foresee(session, job, kind, records.slice(middle)),
  );
}

/** @returns `null` when the state refuses a record */
async function attempt<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (isOneWrites(error)) return null;
    throw error;
  }
}

function judge(
  { object, stateKey, triggerColumns }: ObjectMapping,
  kind: 'insert' | 'update',
  records: readonly DistrictRecord[],
  {
    wanted,
    before,
    written,
    updated,
  }: Readonly<Record<'wanted' | 'before' | 'written' | 'updated', ReadonlyMap<string, Parts>>>,
): Foreseen {
  const changed = new Map<string, readonly string[]>();
  const futile = new Set<string>();
  const touchedUp = new Set<string>();
  for (const { key } of records) {
    const id = formatRecordKey(key);
    const asked = wanted.get(id);
    if (asked === undefined) continue;
    if (!updated.has(id)) {
      // The state spells its key in another way.
      if (updated.has(storedText(stateKey, key)) || (kind === 'update' && !before.has(id))) continue;
      // It stands there as another record, maybe another district's.
      changed.set(id, namesOf(object, triggerColumns));
      futile.add(id);
      continue;
    }
    if (equalParts(asked, updated.get(id)) > equalParts(asked, written.get(id))) touchedUp.add(id);
    if (same(wanted, updated, id)) continue;
    const end = updated.get(id)!;
    const columns = triggerColumns.filter((_, i) => asked[i + 1] !== end[i + 1]);
    changed.set(id, columns.length === 0 ? triggerColumns : columns);
    const gained = asked.some((part, i) => part === end[i] && part !== before.get(id)?.[i]);
    if (before.has(id) && !gained) futile.add(id);
  }
  return { changed, futile, touchedUp };
}

/** Of the columns that triggers set, those by which the record is found. */
function namesOf({ key, tenantColumn }: SyncObject, triggerColumns: readonly string[]): readonly string[] {
  const names = triggerColumns.filter((name) => key.includes(name) || name === tenantColumn);
  return names.length === 0 ? triggerColumns : names;
}

function together(a: Foreseen, b: Foreseen): Foreseen {
  return {
    changed: new Map([...a.changed, ...b.changed]),
    futile: new Set([...a.futile, ...b.futile]),
    touchedUp: new Set([...a.touchedUp, ...b.touchedUp]),
  };
}

/** The hash of the columns that no trigger sets, then each of the others as text. */
type Parts = readonly (string | number | null)[];

function same(a: ReadonlyMap<string, Parts>, b: ReadonlyMap<string, Parts>, id: string): boolean {
  const [left, right] = [a.get(id), b.get(id)];
  return left !== undefined && right !== undefined && equalParts(left, right) === left.length;
}

function equalParts(a: Parts, b: Parts | undefined): number {
  return b === undefined ? -1 : a.filter((part, i) => part === b[i]).length;
}

async function partsAt(
  side: 'district' | 'state',
  source: Pick<Session, 'rows'>,
  { editions, mapping, scope }: PageJob,
  keys: readonly RecordKey[],
): Promise<Map<string, Parts>> {
  const keySide: KeySide = side === 'district' ? mapping.districtKey : mapping.stateKey;
  const table = side === 'district' ? mapping.districtTable : mapping.stateTable;
  const conditions = side === 'district' ? districtScope(mapping, scope) : stateTenant(mapping, scope);
  const isSet = ({ name }: { readonly name: string }): boolean => mapping.triggerColumns.includes(name);
  const rest = rowHash(
    mapping.pairs.filter((pair) => !isSet(pair)),
    await editions.hashing(),
  )[side];
  const items = mapping.pairs.filter(isSet).map((pair) => pair[side]);
  const found = new Map<string, Parts>();
  for (const part of inBatches(keys, keysPerList)) {
    const rows = await source.rows(
      `SELECT ${[keySelect(keySide), rest, ...items].join(', ')}
         FROM ${table} ${where([...conditions, keyList(keySide, part)])}`,
    );
    const at = keySide.columns.length;
    for (const row of rows) found.set(formatRecordKey(keyOf(keySide, row)), row.slice(at));
  }
  return found;
}

/** The record's error. */
export function changedByState(
  { object, triggers, stateShape }: ObjectMapping,
  { key, guid }: DistrictRecord,
  columns: readonly string[],
): RecordError {
  const names = triggers
    .filter(({ table, sets }) => table === stateShape.table && sets.length > 0)
    .map(({ name }) => name);
  return {
    object: object.name,
    key,
    guid,
    outcome: 'failed',
    code: 'STATE_CHANGES_VALUE',
    field: columns[0] ?? null,
    message: `The state changes what it is sent: ${columns.join(', ')} (${names.length === 1 ? 'trigger' : 'triggers'} ${names.join(', ')}). Make such a field the state's own, or have the trigger changed.`,
    parent: null,
  };
}
