import { clip, now } from '../../control/columns';
import type { Knex } from 'knex';
import {
  type DriftResult,
  driftResults,
  type DriftRow,
  type DriftStatus,
  openCertificationStatuses,
} from '../../domain/certification';
import { NotFoundError } from '../../control/control-error';
import { insertUnlessJustAsked } from '../../control/just-asked';
import { requestHashOf } from '../../control/request-hash';
import { decodeCursor, maxPageRows, type Page, toPage, totalOf } from '../../control/page';
import { inTransaction, selectRows, toIso } from '../../control/database';

/** Rows of one INSERT. */
const rowsPerInsert = 500;
/** Comparisons of one certification that a list shows. */
const maxListed = 100;

/** A comparison of a day with what was certified. */
export interface CertificationDrift {
  readonly driftId: string;
  readonly certificationId: string;
  readonly initiator: 'district' | 'state';
  readonly requestedBy: string;
  readonly status: DriftStatus;
  readonly message: string | null;
  /** Objects, schools and years by result; `null` before it has ended. */
  readonly counts: Readonly<Record<DriftResult, number>> | null;
  readonly measuredAt: string | null;
  readonly requestedAt: string;
  readonly endedAt: string | null;
}

interface DriftHeadRow {
  readonly driftID: string;
  readonly certificationID: string;
  readonly initiator: 'district' | 'state';
  readonly requestedBy: string;
  readonly status: DriftStatus;
  readonly message: string | null;
  readonly counts: string | null;
  readonly measuredAt: string | null;
  readonly requestedAt: string;
  readonly endedAt: string | null;
}

interface StoredDriftRow {
  readonly position: number;
  readonly objectName: string;
  readonly schoolKey: string | null;
  readonly schoolYear: number | null;
  readonly result: DriftResult;
  readonly why: string | null;
  readonly certifiedRecords: number | null;
  readonly certifiedChecksum: string | null;
  readonly records: number | null;
  readonly checksum: string | null;
}

/**
 * Stores that a comparison was asked for.
 * @returns its id, or that of the one which the same requester asked for a moment ago
 */
export async function insertDrift(
  control: Knex,
  drift: Pick<CertificationDrift, 'driftId' | 'certificationId' | 'initiator' | 'requestedBy'>,
): Promise<string> {
  const { driftId, certificationId, initiator, requestedBy } = drift;
  const kept = { table: 'certificationDrift', idColumn: 'driftID' } as const;
  const requestHash = requestHashOf({ certificationId });
  const stored = await insertUnlessJustAsked<DriftHeadRow>(
    control,
    kept,
    { kind: kept.table, id: driftId, requestedBy, requestHash },
    async (transaction) => {
      await transaction(kept.table).insert({
        driftID: driftId,
        certificationID: certificationId,
        ...{ initiator, requestedBy, status: 'accepted' },
      });
    },
  );
  return stored?.driftID ?? driftId;
}

/** @throws NotFoundError */
export async function loadDrift(control: Knex, driftId: string): Promise<CertificationDrift> {
  const row = await control<DriftHeadRow>('certificationDrift').where({ driftID: driftId }).first();
  if (!row) throw NotFoundError.of('comparison');
  return toDrift(row);
}

/** The comparisons of a certification, the newest first; at most 100. */
export async function listDrifts(control: Knex, certificationId: string): Promise<CertificationDrift[]> {
  const rows = await control<DriftHeadRow>('certificationDrift')
    .where({ certificationID: certificationId })
    .orderBy([
      { column: 'requestedAt', order: 'desc' },
      { column: 'driftID', order: 'desc' },
    ])
    .limit(maxListed);
  return rows.map(toDrift);
}

/** A page of what a comparison found, what changed first. @throws CursorError */
export async function listDriftRows(
  control: Knex,
  driftId: string,
  { limit: asked, cursor }: { readonly limit?: number | undefined; readonly cursor?: string | undefined },
): Promise<Page<DriftRow>> {
  const limit = Math.min(asked ?? 50, maxPageRows);
  const after = cursor === undefined ? -1 : (decodeCursor(cursor, ['number']) as [number])[0];
  const found = control<StoredDriftRow & { driftID: string }>('certificationDriftRow').where({
    driftID: driftId,
  });
  const total = await totalOf(control, found, { cursor });
  const rows = await found
    .where('position', '>', after)
    .orderBy('position')
    .limit(limit + 1);
  const page = toPage(rows, limit, ({ position }) => [position]);
  return { ...page, ...total, items: page.items.map(toDriftRow) };
}

/** What it waits for, in words; one that has ended stays as it is. */
export async function noteDriftWaits(control: Knex, driftId: string, message: string): Promise<void> {
  await openDrift(control, driftId).update({ status: 'waiting', message });
}

/** Nothing could be compared, and why; one that has ended stays as it is. */
export async function failDrift(control: Knex, driftId: string, message: string): Promise<void> {
  await openDrift(control, driftId).update({
    status: 'failed',
    message: clip(message),
    endedAt: now(control),
  });
}

function openDrift(control: Knex, driftId: string) {
  return control('certificationDrift')
    .where({ driftID: driftId })
    .whereIn('status', openCertificationStatuses);
}

/** Stores what a comparison found and closes it, once. @throws NotFoundError */
export async function finishDrift(
  control: Knex,
  {
    driftId,
    measuredAt,
    rows,
  }: { readonly driftId: string; readonly measuredAt: string; readonly rows: readonly DriftRow[] },
): Promise<void> {
  await inTransaction(control, async (transaction) => {
    const [head] = await selectRows<{ status: DriftStatus }>(
      transaction,
      'SELECT status FROM certificationDrift WHERE driftID = ? FOR UPDATE',
      [driftId],
    );
    if (!head) throw NotFoundError.of('comparison');
    if (head.status === 'finished' || head.status === 'failed') return;
    for (let start = 0; start < rows.length; start += rowsPerInsert) {
      const part = rows.slice(start, start + rowsPerInsert);
      await transaction('certificationDriftRow').insert(
        part.map((row, i) => ({
          driftID: driftId,
          position: start + i,
          objectName: row.object,
          schoolKey: row.school,
          schoolYear: row.schoolYear,
          result: row.result,
          why: row.why,
          certifiedRecords: row.certified?.records ?? null,
          certifiedChecksum: row.certified?.checksum ?? null,
          records: row.today?.records ?? null,
          checksum: row.today?.checksum ?? null,
        })),
      );
    }
    const counts = Object.fromEntries(
      driftResults.map((result) => [result, rows.filter((row) => row.result === result).length]),
    );
    await openDrift(transaction, driftId).update({
      status: 'finished',
      message: null,
      counts: JSON.stringify(counts),
      measuredAt: measuredAt.replace('T', ' ').replace('Z', ''),
      endedAt: now(transaction),
    });
  });
}

function toDrift(row: DriftHeadRow): CertificationDrift {
  return {
    driftId: row.driftID,
    certificationId: row.certificationID,
    initiator: row.initiator,
    requestedBy: row.requestedBy,
    status: row.status,
    message: row.message,
    counts: row.counts === null ? null : (JSON.parse(row.counts) as Record<DriftResult, number>),
    measuredAt: toIso(row.measuredAt),
    requestedAt: toIso(row.requestedAt),
    endedAt: toIso(row.endedAt),
  };
}

function toDriftRow(row: StoredDriftRow): DriftRow {
  const sideOf = (records: number | null, checksum: string | null) =>
    records === null || checksum === null ? null : { records, checksum };
  return {
    object: row.objectName,
    school: row.schoolKey,
    schoolYear: row.schoolYear,
    result: row.result,
    why: row.why,
    certified: sideOf(row.certifiedRecords, row.certifiedChecksum),
    today: sideOf(row.records, row.checksum),
  };
}
