import { clip, now } from '../../control/columns';
import type { Knex } from 'knex';
import { NotFoundError } from '../../control/control-error';
import { inTransaction } from '../../control/database';
import { insertOnce } from '../../control/insert-once';
import { wasJustAsked } from '../../control/just-asked';
import { requestHashOf } from '../../control/request-hash';
import {
  describeVerdict,
  endedVerification,
  type Verdict,
  type VerificationRequest,
  type VerificationStatus,
} from '../../domain/verification';
import { fromAsked } from '../resyncs/asked-columns';
import { verdictStored } from './object-store';
import { askedOf, toVerificationRequest, type VerificationRow } from './row';

/** How a verification is asked for. */
interface AskedHow {
  /** Of the catalog by which it is accepted. */
  readonly catalogHash: string;
  readonly idempotencyKey?: string | null;
  /** By a person or a program: without a key the same words of a moment are one request. */
  readonly worded?: boolean;
}

/**
 * Stores a request in status `accepted`. One that is stored already is given back, by its id or by
 * the idempotency key of the same requester.
 * @throws ConflictError when the key was used for another request
 */
export async function insertVerification(
  control: Knex,
  request: VerificationRequest,
  { catalogHash, idempotencyKey = null, worded = false }: AskedHow,
): Promise<{
  readonly request: VerificationRequest;
  readonly status: VerificationStatus;
  readonly created: boolean;
}> {
  const { kind, resyncId, mode } = request;
  const id = { verificationID: request.verificationId };
  const stored = await insertOnce<VerificationRow>(control, {
    table: 'verification',
    columns: {
      ...id,
      ...fromAsked(request),
      kind,
      mode: mode ?? null,
      resyncID: resyncId,
      catalogHash,
      idempotencyKey,
    },
    asked: askedOf(request),
    id,
    ...(worded && { wordedBy: 'verificationID' }),
  });
  if (stored === null) return { request, status: 'accepted', created: true };
  return { request: toVerificationRequest(stored), status: stored.status, created: false };
}

/** Was it asked before, by this key or by the same words a moment ago? */
export async function isVerificationStored(
  control: Knex,
  request: VerificationRequest,
  idempotencyKey: string | null,
): Promise<boolean> {
  const { requestedBy } = request;
  if (idempotencyKey === null)
    return wasJustAsked(control, {
      ...{ kind: 'verification', requestedBy, requestHash: requestHashOf(askedOf(request)) },
    });
  const row: unknown = await control('verification').where({ requestedBy, idempotencyKey }).first();
  return row !== undefined;
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
      message: clip(message, 2000),
      startedAt: control.raw('COALESCE(startedAt, UTC_TIMESTAMP(3))'),
    });
}

/** How a verification ended. */
export interface VerificationEnd {
  readonly status: VerificationStatus;
  readonly verdict: Verdict;
  readonly message: string;
}

/**
 * Closes a verification: objects still open end with it, the verdict is stored, what was kept for
 * its run is deleted. Repeating it changes nothing.
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
    if (!row) throw NotFoundError.of('verification');
    await transaction('verificationBlockedKey').where(of).del();
    const ended = endedVerification.includes(row.status);
    if (!ended)
      await transaction('verificationObject')
        .where(of)
        .whereIn('status', ['waiting', 'running'])
        .update({
          status: status === 'cancelled' ? 'cancelled' : 'failed',
          message: 'The verification ended before this object was compared.',
          endedAt: now(transaction),
        });
    const verdict = await verdictStored(transaction, verificationId);
    const end = ended ? row.status : status;
    const text = ended ? (row.message ?? '') : (message ?? describeVerdict(verdict));
    if (!ended)
      await transaction('verification')
        .where(of)
        .update({
          status,
          message: clip(text, 2000),
          endedAt: now(transaction),
          ...(status === 'finished' && {
            bothEqual: verdict.equal,
            resyncNecessary: verdict.resyncNecessary,
            objectsToResync: JSON.stringify(verdict.objectsToResync),
          }),
        });
    return { status: end, verdict, message: text };
  });
}
