/** Districts that were registered. */
import type { Knex } from 'knex';
import type { DistrictSettings } from '../../config';
import { now } from '../../control/columns';
import { ConflictError } from '../../control/control-error';
import { inTransaction, selectRows, toIso } from '../../control/database';
import { endedStatuses } from '../../domain/resync';
import type { AccountKind, StoredAccount } from './account';

/** A district as it is registered. */
export interface Registered {
  readonly settings: DistrictSettings;
  readonly account: StoredAccount;
  readonly changedBy: string;
  readonly changedAt: string;
  readonly retiredAt: string | null;
}

interface Row {
  readonly districtID: string;
  readonly settings: string;
  readonly accountKind: AccountKind;
  readonly accountText: string | null;
  readonly changedBy: string;
  readonly changedAt: string;
  readonly retiredAt: string | null;
}

/** A count of all changes so far. @throws ControlError */
export async function readRevision(control: Knex): Promise<number> {
  const [row] = await selectRows<{ revision: number }>(control, 'SELECT revision FROM districtRegistry');
  return Number(row?.revision ?? 0);
}

/** All of them, the retired ones too, by number. @throws ControlError */
export async function readRegistered(control: Knex): Promise<Registered[]> {
  const rows = await selectRows<Row>(
    control,
    `SELECT districtID, settings, accountKind, accountText, changedBy, changedAt, retiredAt
       FROM registeredDistrict ORDER BY number`,
  );
  return rows.map(toRegistered);
}

/** One of them; `null`: it isn't registered. @throws ControlError */
export async function findRegistered(control: Knex, districtId: string): Promise<Registered | null> {
  const row = await control<Row>('registeredDistrict').where({ districtID: districtId }).first();
  return row === undefined ? null : toRegistered(row);
}

/**
 * Changes the registry: one change at a time, which every process notices.
 * @throws what `change` throws, then nothing is changed; ControlError
 */
export function changeRegistry<T>(
  control: Knex,
  change: (transaction: Knex.Transaction) => Promise<T>,
): Promise<T> {
  return inTransaction(control, async (transaction) => {
    await transaction.raw(
      'INSERT INTO districtRegistry (one, revision) VALUES (1, 1) ON DUPLICATE KEY UPDATE revision = revision + 1',
    );
    return change(transaction);
  });
}

/** Puts a district in, or in the place of what it was. In `changeRegistry`. */
export async function putRegistered(
  transaction: Knex.Transaction,
  {
    settings,
    account,
    changedBy,
    retired = false,
  }: Pick<Registered, 'settings' | 'account' | 'changedBy'> & { readonly retired?: boolean },
): Promise<void> {
  await transaction('registeredDistrict')
    .insert({
      districtID: settings.id,
      number: settings.number,
      codeKey: settings.code?.toLowerCase() ?? null,
      settings: JSON.stringify(settings),
      accountKind: account.kind,
      accountText: account.text,
      changedBy,
      changedAt: now(transaction),
      retiredAt: retired ? now(transaction) : null,
    })
    .onConflict('districtID')
    .merge();
}

/**
 * Another registered district of this number or code. A retired one has it still: its records are
 * at the state.
 */
export async function findSameKey(
  transaction: Knex,
  { id, number, code }: DistrictSettings,
): Promise<{ readonly id: string; readonly field: 'number' | 'code'; readonly retired: boolean } | null> {
  const [row] = await selectRows<{ districtID: string; number: number; retiredAt: string | null }>(
    transaction,
    `SELECT districtID, number, retiredAt FROM registeredDistrict
      WHERE districtID <> :id AND (number = :number OR codeKey = :codeKey) LIMIT 1`,
    { id, number, codeKey: code?.toLowerCase() ?? null },
  );
  if (row === undefined) return null;
  const field = row.number === number ? 'number' : 'code';
  return { id: row.districtID, field, retired: row.retiredAt !== null };
}

/**
 * What is under way or asked for of a district.
 * @throws ConflictError naming it, and saying what has to come first
 */
export async function requireIdle(transaction: Knex, districtId: string, first: string): Promise<void> {
  const [found] = await selectRows<{ kind: string; id: string }>(
    transaction,
    `SELECT 'resync' AS kind, resyncID AS id FROM resync
      WHERE districtID = :districtId AND status NOT IN (:ended)
     UNION ALL
     SELECT 'verification', verificationID FROM verification WHERE districtID = :districtId AND endedAt IS NULL
     UNION ALL
     SELECT 'certification', certificationID FROM certification WHERE districtID = :districtId AND endedAt IS NULL
     LIMIT 1`,
    { districtId, ended: endedStatuses },
  );
  if (found !== undefined)
    throw new ConflictError(
      `The ${found.kind} ${found.id} of ${districtId} is under way: ${first} once it has ended, or cancel it.`,
    );
}

function toRegistered(row: Row): Registered {
  return {
    settings: JSON.parse(row.settings) as DistrictSettings,
    account: { kind: row.accountKind, text: row.accountText },
    changedBy: row.changedBy,
    changedAt: toIso(row.changedAt),
    retiredAt: toIso(row.retiredAt),
  };
}
