import { clip } from '../../control/columns';
import { randomBytes } from 'node:crypto';
import type { Knex } from 'knex';
import { oneAtATime } from '../../control/under-limit';
import { type BlackoutRule, holdsRun } from '../../domain/blackout';
import type { Initiator } from '../../domain/resync';
import { ConflictError } from '../../control/control-error';
import { inTransaction, selectRows, toIso } from '../../control/database';

/** Most windows of one district: they are laid out at every question. */
const maxBlackouts = 50;

/** A blackout window of a district as it stands. */
export interface Blackout {
  readonly blackoutId: string;
  readonly districtId: string;
  /** `state`: holds every run, and only the state takes it away. */
  readonly setBy: Initiator;
  readonly rule: BlackoutRule;
  readonly note: string | null;
  readonly createdBy: string;
  /** ISO 8601. */
  readonly createdAt: string;
}

interface BlackoutRow {
  readonly blackoutID: string;
  readonly districtID: string;
  readonly setBy: Initiator;
  readonly rule: string;
  readonly note: string | null;
  readonly createdBy: string;
  readonly createdAt: string;
}

/** The windows of a district, the oldest first. */
export async function listBlackouts(control: Knex, districtId: string): Promise<Blackout[]> {
  const rows = await selectRows<BlackoutRow>(
    control,
    'SELECT * FROM blackout WHERE districtID = ? ORDER BY createdAt, blackoutID LIMIT ?',
    [districtId, 2 * maxBlackouts],
  );
  return rows.map(toBlackout);
}

/** The rules that hold a run of this initiator in this district. */
export async function rulesFor(
  control: Knex,
  { districtId, initiator }: { readonly districtId: string; readonly initiator: Initiator },
): Promise<BlackoutRule[]> {
  const all = await listBlackouts(control, districtId);
  return all.filter((blackout) => holdsRun(blackout, initiator)).map(({ rule }) => rule);
}

/** Adds a window. @throws ConflictError when the district has as many as it may */
export async function addBlackout(
  control: Knex,
  { districtId, setBy, rule, note, createdBy }: Omit<Blackout, 'blackoutId' | 'createdAt'>,
): Promise<Blackout> {
  const blackoutId = randomBytes(5).toString('hex');
  return inTransaction(control, async (transaction) => {
    await oneAtATime(transaction, `blackouts of ${districtId}`);
    // The state's own windows never stand back behind the district's.
    const present = (await listBlackouts(transaction, districtId)).filter((other) => other.setBy === setBy);
    if (present.length >= maxBlackouts)
      throw new ConflictError(`There are ${maxBlackouts} blackout windows already; remove one first.`);
    await transaction('blackout').insert({
      blackoutID: blackoutId,
      districtID: districtId,
      setBy,
      rule: JSON.stringify(rule),
      note,
      createdBy: clip(createdBy, 128),
    });
    return toBlackout(await transaction<BlackoutRow>('blackout').where({ blackoutID: blackoutId }).first());
  });
}

/** One window of a district; `null`: the district has none of this id. */
export async function readBlackout(
  control: Knex,
  { districtId, blackoutId }: Pick<Blackout, 'districtId' | 'blackoutId'>,
): Promise<Blackout | null> {
  const row = await control<BlackoutRow>('blackout')
    .where({ districtID: districtId, blackoutID: blackoutId })
    .first();
  return row ? toBlackout(row) : null;
}

/** Changes a window. @throws ConflictError when it is gone */
export async function updateBlackout(
  control: Knex,
  { districtId, blackoutId }: Pick<Blackout, 'districtId' | 'blackoutId'>,
  { rule, note }: Pick<Blackout, 'rule' | 'note'>,
): Promise<Blackout> {
  const at = { districtID: districtId, blackoutID: blackoutId };
  await control('blackout')
    .where(at)
    .update({ rule: JSON.stringify(rule), note });
  return toBlackout(await control<BlackoutRow>('blackout').where(at).first());
}

/** Removes a window; one that is gone already is no error. */
export async function removeBlackout(
  control: Knex,
  { districtId, blackoutId }: Pick<Blackout, 'districtId' | 'blackoutId'>,
): Promise<void> {
  await control('blackout').where({ districtID: districtId, blackoutID: blackoutId }).del();
}

function toBlackout(row: BlackoutRow | undefined): Blackout {
  if (!row) throw new ConflictError('The blackout window was removed meanwhile.');
  return {
    blackoutId: row.blackoutID,
    districtId: row.districtID,
    setBy: row.setBy,
    rule: JSON.parse(row.rule) as BlackoutRule,
    note: row.note,
    createdBy: row.createdBy,
    createdAt: toIso(row.createdAt),
  };
}
