import { clip, now } from '../../control/columns';
import type { Knex } from 'knex';
import { inBatches } from '../../domain/batches';
import { countNames, type ObjectDoubt, type ObjectStatus, type RangeCounts } from '../../domain/outcome';
import { storedKey, type RecordKey } from '../../domain/record-error';
import { isAboveThreshold, type RemovalDecision } from '../../domain/removals';
import type { ResyncRequest } from '../../domain/resync';
import { NotFoundError } from '../../control/control-error';
import { type CountRow, toCounts } from '../resyncs/ledger-sums';
import { inTransaction, selectRows } from '../../control/database';
import { postAlert } from '../alerts/post';
import { alertCategories } from '../../domain/alert-categories';
import { acceptShrunk } from '../resyncs/object-store';

/** Rows of one INSERT. */
const rowsPerInsert = 500;

interface ObjectRef {
  readonly resyncId: string;
  readonly object: string;
}

/** How an object ended in a run. */
interface ObjectEnd {
  readonly position: number;
  readonly status: ObjectStatus;
  readonly counts: RangeCounts;
  readonly doubt: ObjectDoubt | null;
}

/** Status and counts of an object in a run. @throws NotFoundError when it isn't planned */
export async function readObjectEnd(control: Knex, { resyncId, object }: ObjectRef): Promise<ObjectEnd> {
  const [row] = await selectRows<CountRow & Omit<ObjectEnd, 'counts'>>(
    control,
    `SELECT position, status, doubt, ${countNames.join(', ')} FROM DISBatchHistory WHERE resyncID = ? AND objectName = ?`,
    [resyncId, object],
  );
  if (!row) throw new NotFoundError(`${object} is not planned in this resync.`);
  return { position: row.position, status: row.status, doubt: row.doubt, counts: toCounts(row) };
}

/** Stores records found gone; one that is stored already stays as it is. */
export async function storeFound(
  control: Knex,
  { resyncId, object }: ObjectRef,
  records: readonly { readonly key: RecordKey; readonly guid: string | null }[],
): Promise<void> {
  for (const batch of inBatches(records, rowsPerInsert)) {
    await control('removal')
      .insert(
        batch.map(({ key, guid }) => ({
          resyncID: resyncId,
          objectName: object,
          recordKey: storedKey(key),
          guid,
          status: 'found',
        })),
      )
      .onConflict(['resyncID', 'objectName', 'recordKey'])
      .merge(['recordKey']);
  }
}

/** What was found of an object, and what was decided about it. */
export interface FoundRemovals {
  readonly found: number;
  readonly decision: RemovalDecision;
}

/**
 * Decides about what was found of an object, once: a repeated call gives the first answer.
 * @param refusal why nothing of it may be removed; `null`: it may
 * @returns `found` 0 and nothing stored when there is nothing to decide about
 */
export async function decideFound(
  control: Knex,
  {
    resyncId,
    object,
    position,
    records,
    thresholdPercent,
    refusal,
  }: ObjectRef & {
    readonly position: number;
    readonly records: number;
    readonly thresholdPercent: number;
    readonly refusal: string | null;
  },
): Promise<FoundRemovals> {
  const [{ found } = { found: 0 }] = await selectRows<{ found: number }>(
    control,
    'SELECT COUNT(*) AS found FROM removal WHERE resyncID = ? AND objectName = ?',
    [resyncId, object],
  );
  if (found === 0 && refusal === null) return { found: 0, decision: 'below' };
  const above = isAboveThreshold({ found, records, thresholdPercent });
  const decision: RemovalDecision = refusal !== null ? 'refused' : above ? 'awaiting' : 'below';
  await control('removalObject')
    .insert({
      resyncID: resyncId,
      objectName: object,
      position,
      records,
      found,
      thresholdPercent,
      decision,
      reason: clip(refusal),
    })
    .onConflict(['resyncID', 'objectName'])
    .merge(['objectName']);
  const [stored] = await selectRows<FoundRemovals>(
    control,
    'SELECT found, decision FROM removalObject WHERE resyncID = ? AND objectName = ?',
    [resyncId, object],
  );
  return stored!;
}

/**
 * Begins the wait for an approval: its end, and the alert that tells whom it concerns. Safe to
 * repeat: the first end stays.
 * @param waitMs from now
 */
export async function holdForApproval(
  control: Knex,
  { resyncId, districtId, initiator }: ResyncRequest,
  waitMs: number,
): Promise<void> {
  await control('removalObject')
    .where({ resyncID: resyncId, decision: 'awaiting' })
    .whereNull('expiresAt')
    .update({
      expiresAt: control.raw('UTC_TIMESTAMP(3) + INTERVAL ? MICROSECOND', [Math.round(waitMs) * 1000]),
    });
  const awaiting = await selectRows<{
    objectName: string;
    found: number;
    records: number;
    thresholdPercent: string;
    expiresAt: string;
  }>(
    control,
    `SELECT objectName, found, records, thresholdPercent, expiresAt FROM removalObject
      WHERE resyncID = ? AND decision = 'awaiting' ORDER BY position`,
    [resyncId],
  );
  const [first] = awaiting;
  if (!first) return;
  const what = awaiting
    .map(({ objectName, found, records }) => `${objectName} ${found} of ${records}`)
    .join(', ');
  await postAlert(control, {
    alertKey: `removals-await:${resyncId}`,
    category: alertCategories.resync,
    name: 'Removals Await Approval',
    text:
      `Resync ${resyncId} of ${districtId} found more than ${Number(first.thresholdPercent)} % of an object’s records at ` +
      `the state gone at the district: ${what}. Open its removals, look at the ` +
      `records and decide: remove them, or keep them. Without a decision by ${first.expiresAt.slice(0, 16)} UTC none of them is removed.`,
    districtId,
    right: 'resyncBatch',
    level: initiator === 'state' ? 'state' : null,
    resyncId,
    link: { kind: 'removals', id: resyncId },
    dueAt: new Date(`${first.expiresAt.replace(' ', 'T')}Z`),
  });
}

/** What was decided about the removals of a run, and by whom. */
interface DecidedRemovals {
  readonly resyncId: string;
  readonly objects: readonly string[];
  readonly decision: 'approved' | 'rejected' | 'expired';
  readonly by: string | null;
}

/**
 * Ends the wait for these objects; one that doesn't wait any more is left alone. `by`: `null` when
 * time decided.
 */
export async function decideRemovals(
  control: Knex,
  { resyncId, objects, decision, by }: DecidedRemovals,
): Promise<void> {
  await inTransaction(control, async (transaction) => {
    await transaction('removalObject')
      .where({ resyncID: resyncId, decision: 'awaiting' })
      .whereIn('objectName', [...objects])
      .update({ decision, decidedBy: by, decidedAt: now(transaction) });
    // Whoever approves that most of an object goes has accepted that the district lost it.
    if (decision === 'approved') await acceptShrunk(transaction, resyncId, objects);
  });
}

/**
 * Notes why removing an object's records stopped, or never began. What was removed stays removed
 * and is counted.
 */
export async function noteRemovalStopped(
  control: Knex,
  { resyncId, object, message }: ObjectRef & { readonly message: string },
): Promise<void> {
  const { position } = await readObjectEnd(control, { resyncId, object });
  await control('removalObject')
    .insert({
      resyncID: resyncId,
      objectName: object,
      position,
      records: 0,
      found: 0,
      thresholdPercent: 0,
      decision: 'refused',
      reason: clip(message),
    })
    .onConflict(['resyncID', 'objectName'])
    .merge(['reason']);
}
