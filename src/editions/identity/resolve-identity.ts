import type { IdentityAction, IdentityChange } from '../../domain/identity-conflict';
import { formatRecordKey, type RecordKey } from '../../domain/record-error';
import { keyLiteral } from '../columns/key-column';
import type { Session } from '../connection/session';
import { quoteName, quoteText } from '../connection/sql';
import type { CompareJob } from '../mapping/job';
import { keyList } from '../mapping/keyset';
import { stateTenant, where } from '../mapping/scope';
import { ofTenant } from '../mapping/tenant';
import { isUniqueEverywhere } from '../transfer/guid-holders';
import { carryKey } from './carry-key';
import { notAsFound } from './not-as-found';

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

interface Changed {
  readonly changes: IdentityChange[];
  /** Keys at the district of the records that go together again. */
  readonly settled: readonly RecordKey[];
}

/**
 * Brings the state's record and the district's together again, in one transaction at the state:
 * its key with whatever refers to it, its GUID, or the GUID of another district's record that has
 * it. Looked at anew under lock first.
 * @param settle writes what is kept of it, in the same transaction, of all that was settled with
 *   it; not called for a preview
 * @throws DatabaseError configuration with a sentence when it is not as it was found
 */
export async function resolveIdentity(
  job: Job,
  work: IdentityWork,
  settle: (session: Session, keys: readonly RecordKey[]) => Promise<void>,
): Promise<IdentityChange[]> {
  const { state } = job.editions;
  const session = await state.openSession();
  try {
    await session.write('SET SESSION foreign_key_checks = 0');
    await session.write('START TRANSACTION');
    const { changes, settled } = await changeState(session, job, work);
    if (!work.preview) await settle(session, settled);
    await session.write(work.preview ? 'ROLLBACK' : 'COMMIT');
    await session.write('SET SESSION foreign_key_checks = 1');
    session.release();
    return changes;
  } catch (error) {
    session.destroy();
    throw error;
  }
}

async function changeState(session: Session, job: Job, work: IdentityWork): Promise<Changed> {
  await refuseGoneAtDistrict(job, work);
  const settled = [work.key];
  switch (work.action) {
    case 'carryKey': {
      const { changes, carried } = await carryKey(session, job, work);
      return { changes, settled: carried };
    }
    case 'takeGuid':
      return { changes: await takeGuid(session, job, work), settled };
    case 'release':
      return { changes: await release(session, job, work), settled };
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
  // Where the state lets two districts have one GUID, another district's is no matter of ours.
  const whose = isUniqueEverywhere(mapping) ? [] : stateTenant(mapping, scope);
  const others = await session.rows(
    `SELECT 1 FROM ${stateTable}
      ${where([...whose, `${quoteName(guid.name)} = ${keyLiteral(guid, work.guid)}`])} LIMIT 1`,
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

/**
 * Marks a conflict as resolved, beside what resolved it, and with it those of the same run whose
 * records went along.
 */
export async function storeResolution(
  session: Session,
  control: string,
  {
    conflictId,
    action,
    by,
    keys,
  }: {
    readonly conflictId: number;
    readonly action: IdentityAction;
    readonly by: string;
    readonly keys: readonly RecordKey[];
  },
): Promise<void> {
  const along = keys.map((key) => quoteText(formatRecordKey(key)));
  await session.write(
    `INSERT INTO ${control}.identityResolution (recordErrorID, action, resolvedBy)
     SELECT e.recordErrorID, ${quoteText(action)}, ${quoteText(by)}
       FROM ${control}.recordError own
       JOIN ${control}.recordError e ON e.resyncID = own.resyncID AND e.objectName = own.objectName
        AND e.code = own.code
       LEFT JOIN ${control}.identityResolution i ON i.recordErrorID = e.recordErrorID
      WHERE own.recordErrorID = ${conflictId} AND i.recordErrorID IS NULL
        AND (e.recordErrorID = ${conflictId} OR e.recordKey IN (${along.join(', ')}))`,
  );
}
