import { createHash } from 'node:crypto';
import type { Knex } from 'knex';
import { inBatches } from '../../domain/batches';
import type { RangeCounts } from '../../domain/outcome';
import {
  type ComparedCounts,
  describeVerdict,
  type Difference,
  endedVerification,
  nothingCompared,
  type Verdict,
  type VerificationRequest,
  type VerificationStatus,
  type VerifiedObject,
  type VerifiedStatus,
  verdictOf,
} from '../../domain/verification';
import { ConflictError, ControlError, NotFoundError } from '../../control/control-error';
import { toCounts } from '../resyncs/ledger-sums';
import { inTransaction } from '../../control/database';

/** Rows of one INSERT. */
const rowsPerInsert = 500;

export interface VerificationRow {
  readonly verificationID: string;
  readonly districtID: string;
  readonly schoolYear: number;
  readonly objects: string;
  readonly checkDependencies: number;
  readonly initiator: VerificationRequest['initiator'];
  readonly requestedBy: string;
  readonly kind: VerificationRequest['kind'];
  readonly mode: 'everything' | null;
  readonly resyncID: string | null;
  readonly idempotencyKey: string | null;
  readonly requestHash: string;
  readonly status: VerificationStatus;
  readonly bothEqual: number | null;
  readonly resyncNecessary: number | null;
  readonly objectsToResync: string | null;
  readonly message: string | null;
  readonly requestedAt: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
}

/** Columns that hold ComparedCounts. */
export interface ComparedRow extends Omit<ComparedCounts, 'excluded'> {
  readonly knownExclusions: number;
}

export interface VerifiedObjectRow extends ComparedRow, RangeCounts {
  readonly predictedExtra: number;
  readonly verificationID: string;
  readonly objectName: string;
  readonly position: number;
  readonly cycle: string | null;
  readonly status: VerifiedStatus;
  readonly message: string | null;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
}

export function toCompared(row: ComparedRow): ComparedCounts {
  return {
    districtRecords: row.districtRecords,
    stateRecords: row.stateRecords,
    missing: row.missing,
    different: row.different,
    extra: row.extra,
    excluded: row.knownExclusions,
  };
}

function fromCompared({ excluded, ...counts }: ComparedCounts): ComparedRow {
  return { ...counts, knownExclusions: excluded };
}

export function toVerificationRequest(row: VerificationRow): VerificationRequest {
  return {
    verificationId: row.verificationID,
    districtId: row.districtID,
    schoolYear: row.schoolYear,
    objects: JSON.parse(row.objects) as VerificationRequest['objects'],
    checkDependencies: row.checkDependencies !== 0,
    initiator: row.initiator,
    requestedBy: row.requestedBy,
    kind: row.kind,
    resyncId: row.resyncID,
    ...(row.mode !== null && { mode: row.mode }),
  };
}

/**
 * Stores a request in status `accepted`. One that is stored already is given back, by its id or by the idempotency key of
 * the same requester.
 * @throws ConflictError when the key was used for another request
 */
export async function insertVerification(
  control: Knex,
  request: VerificationRequest,
  idempotencyKey: string | null = null,
): Promise<{
  readonly request: VerificationRequest;
  readonly status: VerificationStatus;
  readonly created: boolean;
}> {
  const { districtId, schoolYear, objects, checkDependencies, initiator, kind, resyncId, mode } = request;
  const asked = [districtId, schoolYear, objects, checkDependencies, initiator, kind, resyncId, mode];
  const requestHash = createHash('sha256').update(JSON.stringify(asked)).digest('hex');
  try {
    await control('verification').insert({
      verificationID: request.verificationId,
      districtID: districtId,
      schoolYear,
      objects: JSON.stringify(objects),
      checkDependencies,
      initiator,
      requestedBy: request.requestedBy,
      kind,
      mode: mode ?? null,
      resyncID: resyncId,
      idempotencyKey,
      requestHash,
      status: 'accepted',
    });
    return { request, status: 'accepted', created: true };
  } catch (error) {
    if (!(error instanceof ControlError) || (error.kind !== 'duplicate' && error.kind !== 'transient'))
      throw error;
    const row =
      (await control<VerificationRow>('verification')
        .where({ verificationID: request.verificationId })
        .first()) ??
      (idempotencyKey === null
        ? undefined
        : await control<VerificationRow>('verification')
            .where({ requestedBy: request.requestedBy, idempotencyKey })
            .first());
    if (!row) throw error;
    if (row.requestHash !== requestHash)
      throw new ConflictError('This Idempotency-Key was used for another request: use a new key.');
    return { request: toVerificationRequest(row), status: row.status, created: false };
  }
}

/** @throws NotFoundError */
export async function readVerificationRow(control: Knex, verificationId: string): Promise<VerificationRow> {
  const row = await control<VerificationRow>('verification')
    .where({ verificationID: verificationId })
    .first();
  if (!row) throw new NotFoundError('There is no such verification.');
  return row;
}

/** Where it stands and why, unless it has ended. `startedAt` is set the first time. */
export async function setVerificationStatus(
  control: Knex,
  {
    verificationId,
    status,
    message,
  }: { verificationId: string; status: 'running' | 'waiting'; message: string | null },
): Promise<void> {
  await control('verification')
    .where({ verificationID: verificationId })
    .whereNotIn('status', endedVerification)
    .update({
      status,
      message: message?.slice(0, 2000) ?? null,
      startedAt: control.raw('COALESCE(startedAt, UTC_TIMESTAMP(3))'),
    });
}

/** One row for each planned object. Repeating it changes nothing. @param objects in the order of the plan */
export async function planVerifiedObjects(
  control: Knex,
  verificationId: string,
  objects: readonly { readonly name: string; readonly cycle: string | null }[],
): Promise<void> {
  const rows = objects.map(({ name, cycle }, position) => ({
    verificationID: verificationId,
    objectName: name,
    position,
    cycle,
    status: 'waiting',
  }));
  await control('verificationObject')
    .insert(rows)
    .onConflict(['verificationID', 'objectName'])
    .merge(['position', 'cycle']);
}

interface ObjectRef {
  readonly verificationId: string;
  readonly object: string;
}

/** An object is being compared, or compared anew. */
export async function startVerifiedObject(
  control: Knex,
  { verificationId, object }: ObjectRef,
): Promise<void> {
  await control('verificationObject')
    .where({ verificationID: verificationId, objectName: object })
    .update({ status: 'running', startedAt: control.raw('COALESCE(startedAt, UTC_TIMESTAMP(3))') });
}

/** What one object came to. */
export interface VerifiedOutcome extends ObjectRef {
  readonly counts: ComparedCounts;
  readonly predicted: RangeCounts;
  readonly schools: ReadonlyMap<string | null, ComparedCounts>;
  readonly samples: readonly Difference[];
}

/** Stores what an object came to; what an earlier attempt had stored of it is replaced. */
export async function storeVerifiedObject(control: Knex, outcome: VerifiedOutcome): Promise<void> {
  const of = { verificationID: outcome.verificationId, objectName: outcome.object };
  await inTransaction(control, async (transaction) => {
    const lock: unknown = await transaction('verificationObject').where(of).forUpdate().first();
    if (!lock) throw new NotFoundError(`${outcome.object} is not planned in this verification.`);
    await transaction('verificationSchool').where(of).del();
    await transaction('verificationSample').where(of).del();
    const schools = [...outcome.schools].map(([school, counts]) => ({
      ...of,
      schoolKey: school ?? '',
      ...fromCompared(counts),
    }));
    for (const batch of inBatches(schools, rowsPerInsert))
      await transaction('verificationSchool').insert(batch);
    if (outcome.samples.length > 0)
      await transaction('verificationSample').insert(
        outcome.samples.map(({ kind, key, guid, school, predictedOutcome, code }) => ({
          ...of,
          kind,
          recordKey: key,
          guid: guid?.slice(0, 64) ?? null,
          schoolKey: school,
          predictedOutcome,
          code,
        })),
      );
    await transaction('verificationObject')
      .where(of)
      .update({
        status: 'finished',
        ...fromCompared(outcome.counts),
        ...fromPredicted(outcome.predicted),
        message: null,
        endedAt: transaction.raw('UTC_TIMESTAMP(3)'),
      });
  });
}

/** An object that could not be compared, or was not any more. */
export async function endVerifiedObject(
  control: Knex,
  {
    verificationId,
    object,
    status,
    message,
  }: ObjectRef & { readonly status: 'failed' | 'cancelled'; readonly message: string },
): Promise<void> {
  await control('verificationObject')
    .where({ verificationID: verificationId, objectName: object })
    .whereNot({ status: 'finished' })
    .update({ status, message: message.slice(0, 1000), endedAt: control.raw('UTC_TIMESTAMP(3)') });
}

/** How a verification ended. */
export interface VerificationEnd {
  readonly status: VerificationStatus;
  readonly verdict: Verdict;
  readonly message: string;
}

/**
 * Closes a verification: objects still open end with it, the verdict is stored, what was kept for its run is deleted.
 * Repeating it changes nothing.
 * @param message why it failed or who cancelled it; of a finished one the verdict speaks
 * @throws NotFoundError
 */
export async function finishVerification(
  control: Knex,
  {
    verificationId,
    status,
    message,
  }: { verificationId: string; status: 'finished' | 'failed' | 'cancelled'; message: string | null },
): Promise<VerificationEnd> {
  return inTransaction(control, async (transaction) => {
    const of = { verificationID: verificationId };
    const row = await transaction<VerificationRow>('verification').where(of).forUpdate().first();
    if (!row) throw new NotFoundError('There is no such verification.');
    await transaction('verificationBlockedKey').where(of).del();
    const ended = endedVerification.includes(row.status);
    if (!ended)
      await transaction('verificationObject')
        .where(of)
        .whereIn('status', ['waiting', 'running'])
        .update({
          status: status === 'cancelled' ? 'cancelled' : 'failed',
          message: 'The verification ended before this object was compared.',
          endedAt: transaction.raw('UTC_TIMESTAMP(3)'),
        });
    const verdict = await verdictStored(transaction, verificationId);
    const end = ended ? row.status : status;
    const text = ended ? (row.message ?? '') : (message ?? describeVerdict(verdict));
    if (!ended)
      await transaction('verification')
        .where(of)
        .update({
          status,
          message: text.slice(0, 2000),
          endedAt: transaction.raw('UTC_TIMESTAMP(3)'),
          ...(status === 'finished' && {
            bothEqual: verdict.equal,
            resyncNecessary: verdict.resyncNecessary,
            objectsToResync: JSON.stringify(verdict.objectsToResync),
          }),
        });
    return { status: end, verdict, message: text };
  });
}

/** The verdict by what stands in the tables. */
export async function verdictStored(control: Knex, verificationId: string): Promise<Verdict> {
  return verdictOf(await readVerifiedObjects(control, verificationId));
}

/** `extra` is a column of the comparison, so the predicted one has a name of its own. */
function fromPredicted({ extra, ...counts }: RangeCounts): Record<string, number> {
  return { ...counts, predictedExtra: extra };
}

/** The counts a resync would come to. */
export function toPredicted(row: VerifiedObjectRow): RangeCounts {
  return toCounts({ ...row, extra: row.predictedExtra });
}

/** What the objects came to, in the order of the plan, as the verdict looks at them. */
export async function readVerifiedObjects(control: Knex, verificationId: string): Promise<VerifiedObject[]> {
  const rows = await control<VerifiedObjectRow>('verificationObject')
    .where({ verificationID: verificationId })
    .orderBy('position');
  return rows.map((row) => ({
    object: row.objectName,
    cycle: row.cycle,
    status: row.status,
    counts: row.status === 'finished' ? toCompared(row) : nothingCompared,
    predicted: toPredicted(row),
  }));
}
