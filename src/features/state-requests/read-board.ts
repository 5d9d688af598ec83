/** A state's request as the state sees it: where each district stands, now. */
import type { Knex } from 'knex';
import type { Color } from '../../domain/outcome';
import type { ResyncStatus } from '../../domain/resync';
import {
  districtStatuses,
  endedDistrictStatuses,
  endedRequestStatuses,
  forecastEnd,
  inFlightStatuses,
  type RequestDistrictStatus,
} from '../../domain/state-request';
import { selectRows, toIso } from '../../control/database';
import { readPercents } from '../resyncs/progress';
import { districtStatusSql } from './district-store';
import { loadStateRequest, type StoredStateRequest } from './store';
import { readTurn } from './wave-store';

/** One district of a request. */
export interface BoardDistrict {
  readonly districtId: string;
  readonly schoolYear: number;
  /** `null`: asked whatever wave it is. */
  readonly wave: number | null;
  readonly status: RequestDistrictStatus;
  /** `null` unless it was begun. */
  readonly percent: number | null;
  readonly color: Color | null;
  /** `null` while its agent was never given it. */
  readonly resyncId: string | null;
  /** Hand-overs that did not succeed. */
  readonly attempts: number;
  readonly nextAttemptAt: string | null;
  readonly handedOverAt: string | null;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly message: string | null;
}

export interface StateRequestBoard extends StoredStateRequest {
  readonly counts: Readonly<Record<RequestDistrictStatus, number>>;
  /** Of all districts, by those that have ended and the shares of those that run. */
  readonly percent: number;
  /** At the pace so far; `null`: unknown, or it has ended. */
  readonly forecastEnd: string | null;
  /** When the next wave begins; `null`: none waits for its time. */
  readonly nextWaveAt: string | null;
  readonly districts: readonly BoardDistrict[];
}

interface BoardRow {
  readonly districtID: string;
  readonly schoolYear: number;
  readonly wave: number | null;
  readonly status: RequestDistrictStatus;
  readonly resyncID: string;
  readonly resyncStatus: ResyncStatus | null;
  readonly color: Color | null;
  readonly attempts: number;
  readonly nextAttemptAt: string | null;
  readonly handedOverAt: string | null;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly message: string | null;
}

/**
 * The board of a request.
 * @param districts only these; `null`: all
 * @throws NotFoundError also when none of its districts is among them
 */
export async function readBoard(
  control: Knex,
  stateRequestId: string,
  districts: readonly string[] | null,
): Promise<StateRequestBoard> {
  const request = await loadStateRequest(control, stateRequestId);
  const rows = await boardRows(control, stateRequestId, districts);
  const begun = rows.flatMap(({ resyncID, resyncStatus }) =>
    resyncStatus === null ? [] : [{ resyncId: resyncID, status: resyncStatus }],
  );
  const percents = await readPercents(control, begun);
  const shown = rows.map((row) => toBoardDistrict(row, percents.get(row.resyncID) ?? null));
  const counts = Object.fromEntries(
    districtStatuses.map((status) => [status, shown.filter((row) => row.status === status).length]),
  ) as Record<RequestDistrictStatus, number>;
  const done = shown.reduce((sum, row) => sum + shareOf(row), 0);
  const ended = endedRequestStatuses.includes(request.status);
  return {
    ...request,
    counts,
    percent: shown.length === 0 ? 0 : Math.floor((done / shown.length) * 100),
    forecastEnd: ended ? null : await readForecast(control, shown, done),
    nextWaveAt: ended ? null : await readNextWave(control, stateRequestId),
    districts: shown,
  };
}

async function readNextWave(control: Knex, stateRequestId: string): Promise<string | null> {
  const { beginsAt } = await readTurn(control, stateRequestId);
  return beginsAt === null ? null : new Date(beginsAt).toISOString();
}

/** A district's part of the whole, 0 to 1; one that has ended is behind us, however it ended. */
function shareOf({ status, percent }: BoardDistrict): number {
  return endedDistrictStatuses.includes(status) ? 1 : (percent ?? 0) / 100;
}

/** Status and times of dispatched districts are those of their resync now. */
function boardRows(
  control: Knex,
  stateRequestId: string,
  districts: readonly string[] | null,
): Promise<BoardRow[]> {
  return selectRows<BoardRow>(
    control,
    `SELECT d.districtID, d.schoolYear, d.wave, d.resyncID, d.attempts, d.nextAttemptAt, d.handedOverAt,
            IF(d.status IN (?) AND r.status IS NOT NULL, ${districtStatusSql}, d.status) AS status,
            r.status AS resyncStatus, r.color, r.startedAt,
            COALESCE(r.endedAt, d.endedAt) AS endedAt, COALESCE(d.message, r.message) AS message
       FROM stateRequestDistrict d LEFT JOIN resync r ON r.resyncID = d.resyncID
      WHERE d.stateRequestID = ? ${districts === null ? '' : 'AND d.districtID IN (?)'}
      ORDER BY d.districtID`,
    [
      [...inFlightStatuses],
      stateRequestId,
      ...(districts === null ? [] : [districts.length > 0 ? districts : ['']]),
    ],
  );
}

function toBoardDistrict(row: BoardRow, percent: number | null): BoardDistrict {
  const begun = row.resyncStatus !== null;
  return {
    districtId: row.districtID,
    schoolYear: row.schoolYear,
    wave: row.wave,
    status: row.status,
    percent,
    color: row.color,
    resyncId: begun ? row.resyncID : null,
    attempts: row.attempts,
    nextAttemptAt: toIso(row.nextAttemptAt),
    handedOverAt: toIso(row.handedOverAt),
    startedAt: toIso(row.startedAt),
    endedAt: toIso(row.endedAt),
    message: row.message,
  };
}

async function readForecast(
  control: Knex,
  districts: readonly BoardDistrict[],
  done: number,
): Promise<string | null> {
  const handedOver = districts.flatMap(({ handedOverAt }) => (handedOverAt === null ? [] : [handedOverAt]));
  const first = handedOver.sort()[0];
  if (first === undefined) return null;
  const [clock] = await selectRows<{ now: string }>(control, 'SELECT UTC_TIMESTAMP(3) AS now');
  // Those that were never dispatched are done without having taken time: they say nothing of the
  // pace.
  const neverRan = districts.filter(
    ({ status, handedOverAt }) => endedDistrictStatuses.includes(status) && handedOverAt === null,
  ).length;
  const retrying = districts.filter(({ status, attempts }) => status === 'waiting' && attempts > 0).length;
  const end = forecastEnd({
    startedAt: new Date(first),
    now: new Date(toIso(clock!.now)),
    districts: districts.length - neverRan,
    done: done - neverRan,
    retrying,
  });
  return end?.toISOString() ?? null;
}

/** What a district's run sent, for the closing report. */
export interface DistrictTotals {
  readonly processed: number;
  readonly errors: number;
}

/** Records processed and errors of each district of a request whose run was planned. */
export async function readDistrictTotals(
  control: Knex,
  stateRequestId: string,
): Promise<Map<string, DistrictTotals>> {
  const rows = await selectRows<{ districtID: string } & DistrictTotals>(
    control,
    `SELECT d.districtID, CAST(SUM(h.processed) AS SIGNED) AS processed, CAST(SUM(h.errors) AS SIGNED) AS errors
       FROM stateRequestDistrict d JOIN DISBatchHistory h ON h.resyncID = d.resyncID
      WHERE d.stateRequestID = ? GROUP BY d.districtID`,
    [stateRequestId],
  );
  return new Map(rows.map(({ districtID, processed, errors }) => [districtID, { processed, errors }]));
}
