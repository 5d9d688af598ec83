import type { Knex } from 'knex';
import type { YearRun } from '../../domain/year-end';
import { openStatuses } from '../../domain/resync';
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
 * Of like runs, the newest decide; of those after the newest full one, the first that changed
 * something does. Some more are read, for what is equal in time.
 */
const mostAlike = 20;

/**
 * The resyncs of a school year that decide whether it may be ended and whether it was begun, by
 * district: the newest full one that finished, and what came after it and wrote, did not finish, or
 * is still open; those of a start of the year; and the one by which the year was ended. Found by
 * indexes, however many a year has.
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
  const deciding = await readDeciding(control, { schoolYear, districtId });
  if (deciding.length === 0) return new Map();
  const rows = await selectRows<YearRunRow>(
    control,
    `SELECT r.resyncID, r.districtID, r.scenario, r.initiator, r.status, r.color, r.colorWithoutExclusions, r.requestedAt, r.startedAt, r.endedAt,
            r.full,
            COALESCE(r.written, (SELECT CAST(COALESCE(SUM(h.inserted + h.updated), 0) AS SIGNED)
                                   FROM DISBatchHistory h WHERE h.resyncID = r.resyncID)) AS written,
            (SELECT h.recordsRead FROM DISBatchHistory h
              WHERE h.resyncID = r.resyncID AND h.objectName = ?) AS enrollmentsRead,
            EXISTS (SELECT 1 FROM resyncAcceptance a WHERE a.resyncID = r.resyncID) AS accepted
       FROM resync r WHERE r.resyncID IN (${deciding.map(() => '?').join(', ')})
      ORDER BY r.endedAt, r.resyncID`,
    [enrollment, ...deciding],
  );
  const runs = new Map<string, YearRun[]>();
  for (const row of rows) runs.set(row.districtID, [...(runs.get(row.districtID) ?? []), toRun(row, judged)]);
  return runs;
}

/** Ids of the runs that can decide. */
async function readDeciding(
  control: Knex,
  { schoolYear, districtId }: { readonly schoolYear: number; readonly districtId: string | undefined },
): Promise<string[]> {
  const ofDistrict = (table: string): string =>
    districtId === undefined ? '' : `AND ${table}.districtID = :districtId`;
  const finishedFull = `r.schoolYear = :schoolYear AND r.full = 1 AND r.status = 'finished' ${ofDistrict('r')}`;
  const rows = await selectRows<{ resyncID: string }>(
    control,
    `WITH newest AS (
       SELECT r.districtID, MAX(r.endedAt) AS endedAt FROM resync r WHERE ${finishedFull} GROUP BY r.districtID),
     starts AS (
       SELECT r.resyncID, ROW_NUMBER() OVER (
                PARTITION BY r.districtID, r.color, r.colorWithoutExclusions ORDER BY r.endedAt DESC) AS place
         FROM resync r WHERE ${finishedFull} AND r.scenario = 'START_OF_YEAR'),
     later AS (
       SELECT r.resyncID, ROW_NUMBER() OVER (PARTITION BY r.districtID ORDER BY r.endedAt) AS place
         FROM newest n JOIN resync r ON r.districtID = n.districtID AND r.endedAt >= n.endedAt
        WHERE r.schoolYear = :schoolYear ${ofDistrict('r')}
          AND (r.status <> 'finished' OR r.written IS NULL OR r.written > 0))
     SELECT r.resyncID FROM newest n JOIN resync r ON r.districtID = n.districtID AND r.endedAt = n.endedAt
      WHERE ${finishedFull}
     UNION SELECT resyncID FROM starts WHERE place <= :mostAlike
     UNION SELECT resyncID FROM later WHERE place <= :mostAlike
     UNION SELECT r.resyncID FROM resync r
      WHERE r.schoolYear = :schoolYear AND r.endedAt IS NULL AND r.status IN (:openStatuses) ${ofDistrict('r')}
     UNION SELECT s.resyncID FROM scopedYearSwitch s
      WHERE s.fromYear = :schoolYear AND s.resyncID IS NOT NULL ${ofDistrict('s')}`,
    { ...{ schoolYear, mostAlike, openStatuses }, ...(districtId === undefined ? {} : { districtId }) },
  );
  return rows.map(({ resyncID }) => resyncID);
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
