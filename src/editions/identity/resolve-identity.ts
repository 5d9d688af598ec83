import type { SyncObject } from '../../domain/catalog';
import type { IdentityAction, IdentityChange } from '../../domain/identity-conflict';
import { type RecordKey } from '../../domain/record-error';
import { keyLiteral } from '../columns/key-column';
import { sameName, spelledLike } from '../columns/spelling';
import { readTableShape, type TableShape } from '../columns/table-shape';
import { DatabaseError } from '../connection/errors';
import type { Session } from '../connection/session';
import { quoteName, quoteTable, quoteText } from '../connection/sql';
import type { CompareJob } from '../mapping/job';
import { keyList, keySelect } from '../mapping/keyset';
import { columnsNamed } from '../mapping/object-columns';
import { stateTenant, where } from '../mapping/scope';
import { ofTenant, tenantOf } from '../mapping/tenant';

/** A conflict that a person of the state resolves. */
export interface IdentityWork {
  readonly action: IdentityAction;
  /** The record's key at the district. */
  readonly key: RecordKey;
  /** Its GUID there. */
  readonly guid: string;
  /** With `carryKey`: the key that the state has it under. */
  readonly oldKey: RecordKey | null;
  /** Nothing is kept. */
  readonly preview: boolean;
}

type Job = Pick<CompareJob, 'editions' | 'catalog' | 'mapping' | 'scope'>;

/**
 * Brings the state's record and the district's together again, in one transaction at the state:
 * its key with whatever refers to it, its GUID, or the GUID of another district's record that has
 * it. Looked at anew under lock first.
 * @param settle writes what is kept of it, in the same transaction; not called for a preview
 * @throws DatabaseError configuration with a sentence when it is not as it was found
 */
export async function resolveIdentity(
  job: Job,
  work: IdentityWork,
  settle: (session: Session) => Promise<void>,
): Promise<IdentityChange[]> {
  const { state } = job.editions;
  const session = await state.openSession();
  try {
    await session.write('SET SESSION foreign_key_checks = 0');
    await session.write('START TRANSACTION');
    const changes = await changeState(session, job, work);
    if (!work.preview) await settle(session);
    await session.write(work.preview ? 'ROLLBACK' : 'COMMIT');
    await session.write('SET SESSION foreign_key_checks = 1');
    session.release();
    return changes;
  } catch (error) {
    session.destroy();
    throw error;
  }
}

async function changeState(session: Session, job: Job, work: IdentityWork): Promise<IdentityChange[]> {
  await refuseGoneAtDistrict(job, work);
  switch (work.action) {
    case 'carryKey':
      return carryKey(session, job, work);
    case 'takeGuid':
      return takeGuid(session, job, work);
    case 'release':
      return release(session, job, work);
  }
}

/** The district's record still is as it was found. */
async function refuseGoneAtDistrict({ editions, mapping }: Job, { key, guid }: IdentityWork): Promise<void> {
  const { districtKey, districtTable, guid: column } = mapping;
  if (column === null) throw notAsFound(`${mapping.object.name} has no GUID.`);
  const rows = await editions.district.rows(
    `SELECT 1 FROM ${districtTable} WHERE ${keyList(districtKey, [key])}
       AND ${quoteName(column.district.name)} = ${keyLiteral(column.district, guid)}`,
  );
  if (rows.length === 0) throw notAsFound('The district no longer has this record under this key and GUID.');
}

async function takeGuid(
  session: Session,
  { mapping, scope }: Job,
  work: IdentityWork,
): Promise<IdentityChange[]> {
  const { object, stateTable, stateKey } = mapping;
  const guid = mapping.guid!.state;
  const mine = where([...stateTenant(mapping, scope), keyList(stateKey, [work.key])]);
  const found = await session.rows(`SELECT 1 FROM ${stateTable} ${mine} FOR UPDATE`);
  if (found.length !== 1) throw notAsFound('The state no longer has a record under this key.');
  const others = await session.rows(
    `SELECT 1 FROM ${stateTable} WHERE ${quoteName(guid.name)} = ${keyLiteral(guid, work.guid)} LIMIT 1`,
  );
  if (others.length > 0)
    throw notAsFound('Another record at the state has the new GUID: resolve that one first.');
  await session.write(
    `UPDATE ${stateTable} SET ${quoteName(guid.name)} = ${keyLiteral(guid, work.guid)} ${mine}`,
  );
  return [{ object: object.name, records: 1 }];
}

/**
 * The record of the district left stays with all below it, under a GUID that nobody has: NULL
 * where there may be none.
 */
async function release(
  session: Session,
  { mapping, scope }: Job,
  work: IdentityWork,
): Promise<IdentityChange[]> {
  const { object, stateTable, tenant } = mapping;
  const guid = mapping.guid!.state;
  if (tenant === null) throw notAsFound(`${object.name} does not tell districts apart at the state.`);
  const held = `${quoteName(guid.name)} = ${keyLiteral(guid, work.guid)} AND NOT ${ofTenant(tenant, scope)}`;
  const found = await session.rows(`SELECT 1 FROM ${stateTable} WHERE ${held} FOR UPDATE`);
  if (found.length === 0) throw notAsFound('No other district holds this GUID at the state any more.');
  await session.write(
    `UPDATE ${stateTable} SET ${quoteName(guid.name)} = ${guid.nullable ? 'NULL' : 'UUID()'} WHERE ${held}`,
  );
  return [{ object: object.name, records: found.length }];
}

/** Columns of an object that hold parts of the changed key, by the part's place. */
type Carried = ReadonlyMap<number, string>;

interface Bearer {
  readonly object: SyncObject;
  readonly shape: TableShape;
  readonly columns: Carried;
}

async function carryKey(session: Session, job: Job, work: IdentityWork): Promise<IdentityChange[]> {
  const { editions, mapping, scope } = job;
  const { object, stateTable, stateKey, stateShape } = mapping;
  const oldKey = work.oldKey;
  if (oldKey === null) throw notAsFound('The key at the state is not known: send the object again.');
  const guid = mapping.guid!.state;
  const at = (key: RecordKey): string => where([...stateTenant(mapping, scope), keyList(stateKey, [key])]);
  const [old] = await session.rows(
    `SELECT ${keySelect(stateKey)} FROM ${stateTable} ${at(oldKey)}
       AND ${quoteName(guid.name)} = ${keyLiteral(guid, work.guid)} FOR UPDATE`,
  );
  if (!old) throw notAsFound('The state no longer has the record under its former key and this GUID.');
  const taken = await session.rows(`SELECT 1 FROM ${stateTable} ${at(work.key)} FOR UPDATE`);
  if (taken.length > 0)
    throw notAsFound('The state has another record under the new key: send or remove that one first.');
  const stillThere = await editions.district.rows(
    `SELECT 1 FROM ${mapping.districtTable} WHERE ${keyList(mapping.districtKey, [oldKey])}`,
  );
  if (stillThere.length > 0) throw notAsFound('The district has a record under the former key again.');
  const root: Bearer = {
    object,
    shape: stateShape,
    columns: new Map(object.key.map((name, part) => [part, name])),
  };
  const changes: IdentityChange[] = [];
  for (const bearer of await bearersOf(job, root)) {
    const records = await rewrite(session, job, bearer, { from: oldKey, to: work.key });
    if (records > 0) changes.push({ object: bearer.object.name, records });
  }
  return changes;
}

/**
 * The object and everything that has its key in columns of its own, down to those whose key is
 * made of it.
 */
async function bearersOf({ catalog, editions }: Job, root: Bearer): Promise<Bearer[]> {
  const found = [root];
  const seen = new Set([idOf(root)]);
  for (const parent of found)
    for (const child of catalog.objects)
      for (const reference of [...child.references, ...child.softReferences]) {
        if (reference.object !== parent.object.name) continue;
        const columns = new Map<number, string>();
        for (const [part, name] of parent.columns) {
          const place = reference.parentColumns.findIndex((column) => sameName(column, name));
          if (place >= 0) columns.set(part, reference.columns[place]!);
        }
        if (columns.size === 0) continue;
        if (columns.size < root.columns.size)
          throw notAsFound(`${child.name} refers to a part of the key only: it can't be carried over.`);
        const read = await readTableShape(editions.state, child.stateTable);
        if (read === null) continue;
        const bearer = { object: child, shape: spelledLike(read, columnsNamed(child)), columns };
        if (seen.has(idOf(bearer))) continue;
        seen.add(idOf(bearer));
        found.push(bearer);
      }
  return found;
}

/** One table is rewritten once, whichever objects share it. */
function idOf({ object, columns }: Bearer): string {
  return JSON.stringify([object.stateTable, [...columns]]);
}

async function rewrite(
  session: Session,
  { editions, scope }: Job,
  { object, shape, columns }: Bearer,
  { from, to }: { readonly from: RecordKey; readonly to: RecordKey },
): Promise<number> {
  const tenant = tenantOf(object, shape);
  const table = quoteTable(editions.state.schema, object.stateTable);
  const column = (name: string) => shape.columns.get(name)!;
  const conditions = [
    ...(tenant === null ? [] : [ofTenant(tenant, scope)]),
    ...[...columns].map(([part, name]) => `${quoteName(name)} = ${keyLiteral(column(name), from[part]!)}`),
  ];
  const changed = [...columns].filter(([part]) => from[part] !== to[part]);
  const [row] = await session.rows(`SELECT COUNT(*) FROM ${table} ${where(conditions)} FOR UPDATE`);
  if (changed.length > 0)
    await session.write(
      `UPDATE ${table} SET ${changed
        .map(([part, name]) => `${quoteName(name)} = ${keyLiteral(column(name), to[part]!)}`)
        .join(', ')} ${where(conditions)}`,
    );
  return Number(row![0]);
}

function notAsFound(message: string): DatabaseError {
  return new DatabaseError(message, { errorClass: 'configuration', side: 'state' });
}

/** Marks a conflict as resolved, beside what resolved it. */
export async function storeResolution(
  session: Session,
  control: string,
  {
    conflictId,
    action,
    by,
  }: {
    readonly conflictId: number;
    readonly action: IdentityAction;
    readonly by: string;
  },
): Promise<void> {
  await session.write(
    `INSERT INTO ${control}.identityResolution (recordErrorID, action, resolvedBy)
      VALUES (${conflictId}, ${quoteText(action)}, ${quoteText(by)})`,
  );
}
