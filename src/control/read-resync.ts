import type { Knex } from 'knex';
import {
  addCounts,
  type Colour,
  errorsOf,
  netColourOf,
  noRecords,
  type ObjectStatus,
  processedOf,
  type RangeCounts,
  worstColour,
} from '../domain/outcome';
import { endedStatuses, type ResyncRequest, type ResyncStatus } from '../domain/resync';
import { type CountRow, emptyLedger, type LedgerSums, sumLedger, toCounts } from './counts';
import { selectRows, toIso } from './database';
import { NotFoundError } from './control-error';
import { type ResyncRow, toRequest } from './resyncs';

/** Counts with the two sums people look at. */
export interface CountsView extends RangeCounts {
  readonly processed: number;
  readonly errors: number;
}

/** One object of a resync; while it runs the counts are those of the pages committed so far. */
export interface ObjectView {
  readonly object: string;
  readonly position: number;
  readonly status: ObjectStatus;
  readonly colour: Colour;
  /** Without the expected exclusions. */
  readonly netColour: Colour;
  readonly counts: CountsView;
  readonly ranges: number;
  readonly rangesDone: number;
  /** Records of the object's last finished run in this district: what to expect. `null`: never ran. */
  readonly expected: number | null;
  readonly message: string | null;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
}

/** A resync without its objects. */
export interface ResyncHead extends ResyncRequest {
  readonly status: ResyncStatus;
  readonly colour: Colour;
  readonly message: string | null;
  readonly requestedAt: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
}

export interface ResyncView extends ResyncHead {
  readonly netColour: Colour;
  readonly totals: CountsView;
  readonly objectRows: readonly ObjectView[];
}

interface HistoryRow extends CountRow {
  readonly objectName: string;
  readonly position: number;
  readonly status: ObjectStatus;
  readonly colour: Colour;
  readonly ranges: number;
  readonly message: string | null;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly expected: number | null;
  readonly rangesPlanned: number;
}

/** The counts with `processed` and `errors`. */
export function viewCounts(counts: RangeCounts): CountsView {
  return { ...counts, processed: processedOf(counts), errors: errorsOf(counts) };
}

/** The row as readers see it. */
export function toHead(row: ResyncRow): ResyncHead {
  return {
    ...toRequest(row),
    status: row.status,
    colour: row.colour,
    message: row.message,
    requestedAt: toIso(row.requestedAt),
    startedAt: toIso(row.startedAt),
    endedAt: toIso(row.endedAt),
  };
}

/** A resync without its objects. @throws NotFoundError */
export async function readResyncHead(control: Knex, resyncId: string): Promise<ResyncHead> {
  const [row] = await selectRows<ResyncRow>(control, 'SELECT * FROM resync WHERE resyncID = ?', [resyncId]);
  if (!row) throw new NotFoundError('There is no such resync.');
  return toHead(row);
}

/**
 * A resync with its objects in the order of the plan; running ones with live counts from the ledger.
 * @throws NotFoundError
 */
export async function readResync(control: Knex, resyncId: string): Promise<ResyncView> {
  const head = await readResyncHead(control, resyncId);
  const rows = await historyRows(control, head);
  const running = rows.filter(({ status }) => status === 'running').map(({ objectName }) => objectName);
  const live = await sumLedger(control, { resyncId, objects: running });
  const objectRows = rows.map((row) => toObjectView(row, live.get(row.objectName)));
  const totals = objectRows.reduce((sum, { counts }) => addCounts(sum, counts), noRecords);
  const ended = endedStatuses.includes(head.status);
  return {
    ...head,
    netColour:
      !ended || head.status !== 'finished' ? head.colour : worstColour(objectRows.map((o) => o.netColour)),
    totals: viewCounts(totals),
    objectRows,
  };
}

/** `expected` walks the index newest(districtID, objectName, schoolYear, startedAt) once an object. */
function historyRows(control: Knex, { resyncId, districtId, schoolYear }: ResyncHead): Promise<HistoryRow[]> {
  return selectRows<HistoryRow>(
    control,
    `SELECT h.*,
            (SELECT COUNT(*) FROM resyncRange r
              WHERE r.resyncID = h.resyncID AND r.objectName = h.objectName) AS rangesPlanned,
            (SELECT p.recordsRead FROM DISBatchHistory p
              WHERE p.districtID = ? AND p.objectName = h.objectName AND p.schoolYear = ?
                AND p.status = 'finished' AND p.resyncID <> h.resyncID
              ORDER BY p.startedAt DESC LIMIT 1) AS expected
       FROM DISBatchHistory h WHERE h.resyncID = ? ORDER BY h.position`,
    [districtId, schoolYear, resyncId],
  );
}

function toObjectView(row: HistoryRow, live: LedgerSums = emptyLedger): ObjectView {
  const running = row.status === 'running';
  const counts = running ? live.counts : toCounts(row);
  return {
    object: row.objectName,
    position: row.position,
    status: row.status,
    colour: row.colour,
    netColour: netColourOf(row.status, counts),
    counts: viewCounts(counts),
    ranges: row.rangesPlanned,
    rangesDone: running ? live.rangesDone : row.status === 'finished' ? row.rangesPlanned : 0,
    expected: row.expected,
    message: row.message,
    startedAt: toIso(row.startedAt),
    endedAt: toIso(row.endedAt),
  };
}
