import type { Knex } from 'knex';
import { processedOf, type RangeCounts } from '../../domain/outcome';
import { estimateTime, predictedCounts, type TimeEstimate } from '../../domain/dry-run';
import type { Initiator } from '../../domain/resync';
import type { VerificationVerdict } from '../../domain/scenario-rules';
import {
  type ComparedCounts,
  type Difference,
  type DifferenceKind,
  nothingCompared,
  type VerificationRequest,
  type VerificationStatus,
  type VerifiedStatus,
} from '../../domain/verification';
import { decodeCursor, maxPageRows, type Page, toPage } from '../../control/page';
import { toIso } from '../../control/database';
import { readPastPace } from '../resyncs/past-pace';
import {
  type ComparedRow,
  readVerificationRow,
  toCompared,
  toPredicted,
  toVerificationRequest,
  type VerificationRow,
  type VerifiedObjectRow,
} from './store';

/** A verification without its objects. */
export interface VerificationHead extends VerificationRequest {
  readonly status: VerificationStatus;
  /** Known exclusions apart; `null` before it finished. */
  readonly equal: boolean | null;
  readonly resyncNecessary: boolean | null;
  /** The fewest objects whose resync mends what one can, in the order of the plan. */
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

function toHead(row: VerificationRow): VerificationHead {
  return {
    ...toVerificationRequest(row),
    status: row.status,
    equal: row.bothEqual === null ? null : row.bothEqual !== 0,
    resyncNecessary: row.resyncNecessary === null ? null : row.resyncNecessary !== 0,
    objectsToResync: row.objectsToResync === null ? null : (JSON.parse(row.objectsToResync) as string[]),
    message: row.message,
    requestedAt: toIso(row.requestedAt),
    startedAt: toIso(row.startedAt),
    endedAt: toIso(row.endedAt),
  };
}

/** @throws NotFoundError */
export async function readVerificationHead(control: Knex, verificationId: string): Promise<VerificationHead> {
  return toHead(await readVerificationRow(control, verificationId));
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

/** How long the rehearsed resync would take, by what ended before the dry run did: it stays as it was. */
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

/** Where each planned object stands, in the order of the plan. */
export async function readVerifiedStatuses(
  control: Knex,
  verificationId: string,
): Promise<Map<string, VerifiedStatus>> {
  const rows = await control<VerifiedObjectRow>('verificationObject')
    .where({ verificationID: verificationId })
    .orderBy('position');
  return new Map(rows.map(({ objectName, status }) => [objectName, status]));
}

export interface VerificationFilter {
  /** Only of these; `null`: of all. */
  readonly districtIds: readonly string[] | null;
  readonly schoolYear?: number | undefined;
  /** Only those made by this level. */
  readonly initiator?: Initiator | undefined;
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

/** Verifications, the newest first. @throws CursorError */
export async function listVerifications(
  control: Knex,
  { districtIds, schoolYear, initiator, limit: asked, cursor }: VerificationFilter,
): Promise<Page<VerificationHead>> {
  const limit = Math.min(asked ?? 50, maxPageRows);
  const query = control<VerificationRow>('verification').select();
  if (districtIds !== null) void query.whereIn('districtID', districtIds);
  if (schoolYear !== undefined) void query.where({ schoolYear });
  if (initiator !== undefined) void query.where({ initiator });
  if (cursor !== undefined) {
    const [at, id] = decodeCursor(cursor, ['string', 'string']) as [string, string];
    void query.whereRaw('(requestedAt < ? OR (requestedAt = ? AND verificationID < ?))', [at, at, id]);
  }
  const rows = await query
    .orderBy([
      { column: 'requestedAt', order: 'desc' },
      { column: 'verificationID', order: 'desc' },
    ])
    .limit(limit + 1);
  const page = toPage(rows, limit, (row) => [row.requestedAt, row.verificationID]);
  return { items: page.items.map(toHead), nextCursor: page.nextCursor };
}

/** Counts of one school; `schoolKey` is JSON text of its key, `null`: records of no school. */
export interface SchoolCounts {
  readonly object: string;
  readonly schoolKey: string | null;
  readonly counts: ComparedCounts;
}

/** Counts by school, of one object or of all, by object and school. @throws CursorError */
export async function listVerifiedSchools(
  control: Knex,
  {
    verificationId,
    object,
    limit: asked,
    cursor,
  }: {
    verificationId: string;
    object?: string | undefined;
    limit?: number | undefined;
    cursor?: string | undefined;
  },
): Promise<Page<SchoolCounts>> {
  type Row = ComparedRow & { readonly objectName: string; readonly schoolKey: string };
  const limit = Math.min(asked ?? 100, maxPageRows);
  const query = control('verificationSchool').where({ verificationID: verificationId });
  if (object !== undefined) void query.where({ objectName: object });
  if (cursor !== undefined) {
    const [name, school] = decodeCursor(cursor, ['string', 'string']) as [string, string];
    void query.whereRaw('(objectName > ? OR (objectName = ? AND schoolKey > ?))', [name, name, school]);
  }
  const rows = (await query.orderBy(['objectName', 'schoolKey']).limit(limit + 1)) as Row[];
  const page = toPage(rows, limit, (row) => [row.objectName, row.schoolKey]);
  const items = page.items.map((row) => ({
    object: row.objectName,
    schoolKey: row.schoolKey === '' ? null : row.schoolKey,
    counts: toCompared(row),
  }));
  return { items, nextCursor: page.nextCursor };
}

/** One record that differs, as it was found. */
export interface SampleView extends Difference {
  readonly object: string;
}

/** Samples of keys, in the order they were found. @throws CursorError */
export async function listVerificationSamples(
  control: Knex,
  {
    verificationId,
    object,
    kind,
    limit: asked,
    cursor,
  }: {
    verificationId: string;
    object?: string | undefined;
    kind?: DifferenceKind | undefined;
    limit?: number | undefined;
    cursor?: string | undefined;
  },
): Promise<Page<SampleView>> {
  interface Row extends Pick<Difference, 'kind' | 'guid' | 'predictedOutcome' | 'code'> {
    readonly verificationSampleID: number;
    readonly objectName: string;
    readonly recordKey: string;
    readonly schoolKey: string | null;
  }
  const limit = Math.min(asked ?? 100, maxPageRows);
  const query = control('verificationSample').where({ verificationID: verificationId });
  if (object !== undefined) void query.where({ objectName: object });
  if (kind !== undefined) void query.where({ kind });
  if (cursor !== undefined)
    void query.where('verificationSampleID', '>', decodeCursor(cursor, ['number'])[0]!);
  const rows = (await query.orderBy('verificationSampleID').limit(limit + 1)) as Row[];
  const page = toPage(rows, limit, (row) => [row.verificationSampleID]);
  const items = page.items.map((row) => ({
    object: row.objectName,
    kind: row.kind,
    key: row.recordKey,
    guid: row.guid,
    school: row.schoolKey,
    predictedOutcome: row.predictedOutcome,
    code: row.code,
  }));
  return { items, nextCursor: page.nextCursor };
}

/**
 * The newest verification of a district's year that finished, whoever asked for it and of whichever objects.
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

/** Id of the verification of the same district and year that finished before this one was asked for; `null`: none did. */
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
