import type { Knex } from 'knex';
import { NotFoundError } from '../../control/control-error';
import type { RangeCounts } from '../../domain/outcome';
import type {
  ComparedCounts,
  VerificationRequest,
  VerificationStatus,
  VerifiedStatus,
} from '../../domain/verification';
import { type AskedRow, toAsked } from '../resyncs/asked-columns';
import { toCounts } from '../resyncs/ledger-sums';

export interface VerificationRow extends AskedRow {
  readonly verificationID: string;
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
  readonly catalogHash: string | null;
  readonly otherCatalog: string | null;
  readonly requestedAt: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
}

/** What was asked, without who asked and the id: equal for two requests that ask the same. */
export function askedOf(request: VerificationRequest): object {
  const { districtId, schoolYear, objects, checkDependencies, initiator, kind, resyncId, mode } = request;
  return { districtId, schoolYear, objects, checkDependencies, initiator, kind, resyncId, mode };
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

export function fromCompared({ excluded, ...counts }: ComparedCounts): ComparedRow {
  return { ...counts, knownExclusions: excluded };
}

/** The counts a resync would come to. */
export function toPredicted(row: VerifiedObjectRow): RangeCounts {
  return toCounts({ ...row, extra: row.predictedExtra });
}

/** `extra` is a column of the comparison, so the predicted one has a name of its own. */
export function fromPredicted({ extra, ...counts }: RangeCounts): Record<string, number> {
  return { ...counts, predictedExtra: extra };
}

export function toVerificationRequest(row: VerificationRow): VerificationRequest {
  return {
    verificationId: row.verificationID,
    ...toAsked(row),
    kind: row.kind,
    resyncId: row.resyncID,
    ...(row.mode !== null && { mode: row.mode }),
  };
}

/** @throws NotFoundError */
export async function readVerificationRow(control: Knex, verificationId: string): Promise<VerificationRow> {
  const row = await control<VerificationRow>('verification')
    .where({ verificationID: verificationId })
    .first();
  if (!row) throw NotFoundError.of('verification');
  return row;
}
