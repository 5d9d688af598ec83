import type { Knex } from 'knex';
import { toIso } from '../../control/database';
import { estimateTime, predictedCounts, type TimeEstimate } from '../../domain/dry-run';
import { processedOf, type RangeCounts } from '../../domain/outcome';
import { otherCatalogText } from '../../domain/other-catalog';
import type { Initiator } from '../../domain/resync';
import type { VerificationVerdict } from '../../domain/scenario-rules';
import {
  type ComparedCounts,
  nothingCompared,
  type VerificationRequest,
  type VerificationStatus,
  type VerifiedStatus,
} from '../../domain/verification';
import { readPastPace } from '../resyncs/past-pace';
import {
  readVerificationRow,
  toCompared,
  toPredicted,
  toVerificationRequest,
  type VerificationRow,
  type VerifiedObjectRow,
} from './row';

/** A verification without its objects. */
export interface VerificationHead extends VerificationRequest {
  readonly status: VerificationStatus;
  /** Known exclusions apart; `null` before it finished. */
  readonly equal: boolean | null;
  readonly resyncNecessary: boolean | null;
  /** The fewest objects whose resync repairs what one can, in the order of the plan. */
  readonly objectsToResync: readonly string[] | null;
  readonly message: string | null;
  readonly requestedAt: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
}

export interface VerifiedObjectView {
  readonly object: string;
  readonly position: number;
  readonly status: VerifiedStatus;
  readonly counts: ComparedCounts;
  /** What a resync would come to. */
  readonly predicted: RangeCounts;
  readonly message: string | null;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
}

export interface VerificationView extends VerificationHead {
  /** Of a dry run that finished; `null` otherwise. */
  readonly estimate: TimeEstimate | null;
  readonly totals: ComparedCounts;
  readonly objectResults: readonly VerifiedObjectView[];
}

/** A row as it is shown, without its objects. */
export function toVerificationHead(row: VerificationRow): VerificationHead {
  return {
    ...toVerificationRequest(row),
    ...standingOf(row),
    equal: row.bothEqual === null ? null : row.bothEqual !== 0,
    resyncNecessary: row.resyncNecessary === null ? null : row.resyncNecessary !== 0,
    objectsToResync: row.objectsToResync === null ? null : (JSON.parse(row.objectsToResync) as string[]),
    requestedAt: toIso(row.requestedAt),
    startedAt: toIso(row.startedAt),
    endedAt: toIso(row.endedAt),
  };
}

/** One that a worker with another catalog left untouched waits, and says for what. */
function standingOf(row: VerificationRow): Pick<VerificationHead, 'status' | 'message'> {
  const { verificationID: id, catalogHash, otherCatalog: workerHash, endedAt } = row;
  if (endedAt !== null || catalogHash === null || workerHash === null)
    return { status: row.status, message: row.message };
  const message = otherCatalogText({ kind: 'verification', id, catalogHash, workerHash });
  return { status: 'waiting', message };
}

/** @throws NotFoundError */
export async function readVerificationHead(control: Knex, verificationId: string): Promise<VerificationHead> {
  return toVerificationHead(await readVerificationRow(control, verificationId));
}

/** A verification with its objects in the order of the plan. @throws NotFoundError */
export async function readVerification(control: Knex, verificationId: string): Promise<VerificationView> {
  const head = await readVerificationHead(control, verificationId);
  const rows = await control<VerifiedObjectRow>('verificationObject')
    .where({ verificationID: verificationId })
    .orderBy('position');
  const objectResults = rows.map((row): VerifiedObjectView => ({
    object: row.objectName,
    position: row.position,
    status: row.status,
    counts: toCompared(row),
    predicted: row.status === 'finished' ? predictedCounts(toPredicted(row), head.mode) : toPredicted(row),
    message: row.message,
    startedAt: toIso(row.startedAt),
    endedAt: toIso(row.endedAt),
  }));
  const totals = objectResults.reduce(
    (sum, { counts }) => ({
      districtRecords: sum.districtRecords + counts.districtRecords,
      stateRecords: sum.stateRecords + counts.stateRecords,
      missing: sum.missing + counts.missing,
      different: sum.different + counts.different,
      extra: sum.extra + counts.extra,
      excluded: sum.excluded + counts.excluded,
    }),
    nothingCompared,
  );
  return { ...head, estimate: await estimateOf(control, head, objectResults), totals, objectResults };
}

/**
 * How long the rehearsed resync would take, by what ended before the dry run did: it stays as it
 * was.
 */
async function estimateOf(
  control: Knex,
  { kind, status, districtId, mode, initiator, endedAt }: VerificationHead,
  rows: readonly VerifiedObjectView[],
): Promise<TimeEstimate | null> {
  if (kind !== 'dryRun' || status !== 'finished' || endedAt === null) return null;
  const objects = rows
    .filter((row) => row.status === 'finished')
    .map(({ object, predicted }) => ({ object, records: processedOf(predicted) }));
  const names = objects.map(({ object }) => object);
  const asked = {
    districtId,
    objects: names,
    mode: mode ?? ('compare' as const),
    seenBy: initiator,
    before: endedAt,
  };
  return estimateTime(objects, await readPastPace(control, asked));
}

/**
 * The newest verification of a district's year that finished, whoever asked for it and of whichever
 * objects.
 * @param initiator only of this level: a district isn't told of the state's
 * @returns `null` when none has
 */
export async function newestVerification(
  control: Knex,
  {
    districtId,
    schoolYear,
    initiator,
  }: { readonly districtId: string; readonly schoolYear: number; readonly initiator?: Initiator },
): Promise<VerificationVerdict | null> {
  const of = { districtID: districtId, schoolYear, status: 'finished', ...(initiator && { initiator }) };
  const row = await control<VerificationRow>('verification')
    .where(of)
    .orderBy([
      { column: 'endedAt', order: 'desc' },
      { column: 'verificationID', order: 'desc' },
    ])
    .first();
  if (!row) return null;
  return {
    verificationId: row.verificationID,
    finishedAt: toIso(row.endedAt)!,
    resyncNecessary: row.resyncNecessary !== 0,
  };
}

/**
 * Id of the verification of the same district and year that finished before this one was asked for;
 * `null`: none did.
 */
export async function verificationBefore(
  control: Knex,
  { districtId, schoolYear, verificationId }: VerificationHead,
  seenBy: Initiator,
): Promise<string | null> {
  const row = await control<VerificationRow>('verification')
    .where({ districtID: districtId, schoolYear, status: 'finished' })
    .where(seenBy === 'district' ? { initiator: 'district' } : {})
    .where(
      'endedAt',
      '<=',
      control('verification').select('requestedAt').where({ verificationID: verificationId }),
    )
    .whereNot({ verificationID: verificationId })
    .orderBy('endedAt', 'desc')
    .first();
  return row?.verificationID ?? null;
}
