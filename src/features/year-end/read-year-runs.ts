import type { Knex } from 'knex';
import type { YearRun } from '../../domain/year-end';
import { selectRows, toIso } from '../../control/database';
import type { ResyncRow } from '../resyncs/row';

/** Which color of a resync it is that lets a year be ended. */
export type JudgedColor = 'withoutExclusions' | 'all';

/** Object whose records tell whether enrollments were rolled forward. */
const enrollment = 'Enrollment';

interface YearRunRow extends Pick<
  ResyncRow,
  | 'resyncID'
  | 'districtID'
  | 'scenario'
  | 'initiator'
  | 'status'
  | 'color'
  | 'colorWithoutExclusions'
  | 'requestedAt'
  | 'startedAt'
  | 'endedAt'
> {
  readonly full: number;
  readonly written: number;
  readonly enrollmentsRead: number | null;
  readonly accepted: number;
}

/**
 * The resyncs of a school year that decide whether it may be ended and whether it was begun, by
 * district: every full one that finished, and of the others those that came after the newest of
 * them or are still open.
 * @param options `districtId`: only of this district; `judged`: the color that decides
 */
export async function readYearRuns(
  control: Knex,
  {
    schoolYear,
    districtId,
    judged,
  }: { readonly schoolYear: number; readonly districtId?: string; readonly judged: JudgedColor },
): Promise<Map<string, YearRun[]>> {
  const ofDistrict = districtId === undefined ? '' : 'AND r.districtID = :districtId';
  const rows = await selectRows<YearRunRow>(
    control,
    // The sums are made for the few runs that matter, not for the year's whole history.
    `WITH newest AS (
       SELECT r.districtID, MAX(r.endedAt) AS endedAt FROM resync r
        WHERE r.schoolYear = :schoolYear ${ofDistrict} AND r.status = 'finished' AND JSON_TYPE(r.objects) = 'STRING'
        GROUP BY r.districtID)
     SELECT r.resyncID, r.districtID, r.scenario, r.initiator, r.status, r.color, r.colorWithoutExclusions, r.requestedAt, r.startedAt, r.endedAt,
            JSON_TYPE(r.objects) = 'STRING' AS full,
            (SELECT CAST(COALESCE(SUM(h.inserted + h.updated), 0) AS SIGNED) FROM DISBatchHistory h
              WHERE h.resyncID = r.resyncID) AS written,
            (SELECT h.recordsRead FROM DISBatchHistory h
              WHERE h.resyncID = r.resyncID AND h.objectName = :enrollment) AS enrollmentsRead,
            EXISTS (SELECT 1 FROM resyncAcceptance a WHERE a.resyncID = r.resyncID) AS accepted
       FROM resync r LEFT JOIN newest n ON n.districtID = r.districtID
      WHERE r.schoolYear = :schoolYear ${ofDistrict}
        AND (r.endedAt IS NULL OR r.endedAt >= n.endedAt
             OR (r.status = 'finished' AND JSON_TYPE(r.objects) = 'STRING'))
      ORDER BY r.endedAt, r.resyncID`,
    { schoolYear, enrollment, ...(districtId === undefined ? {} : { districtId }) },
  );
  const runs = new Map<string, YearRun[]>();
  for (const row of rows) runs.set(row.districtID, [...(runs.get(row.districtID) ?? []), toRun(row, judged)]);
  return runs;
}

function toRun(row: YearRunRow, judged: JudgedColor): YearRun {
  return {
    resyncId: row.resyncID,
    full: row.full !== 0,
    scenario: row.scenario,
    initiator: row.initiator,
    status: row.status,
    color: row.color,
    judgedColor: (judged === 'all' ? null : row.colorWithoutExclusions) ?? row.color,
    requestedAt: toIso(row.requestedAt),
    startedAt: toIso(row.startedAt),
    endedAt: toIso(row.endedAt),
    written: row.written,
    enrollmentsRead: row.enrollmentsRead,
    accepted: row.accepted !== 0,
  };
}
