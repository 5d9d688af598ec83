import type { Knex } from 'knex';
import {
  addCounts,
  type Color,
  colorWithoutExclusionsOf,
  noRecords,
  type ObjectDoubt,
  type ObjectStatus,
  type CountsView,
  viewCounts,
  worstColor,
} from '../../domain/outcome';
import type { HeldUpdates } from '../../domain/safety';
import { endedStatuses, type ResyncRequest, type ResyncStatus } from '../../domain/resync';
import { type CountRow, emptyLedger, type LedgerSums, sumLedger, toCounts } from './ledger-sums';
import { selectRows, toIso } from '../../control/database';
import { NotFoundError } from '../../control/control-error';
import { type OwnVerification, readOwnVerifications } from './read-own-verifications';
import { percentOfRun, readPercents } from './progress';
import { type OtherCatalog, otherCatalogOf } from './own-catalog';
import { type ResyncRow, toRequest } from './row';

/** One object of a resync; while it runs the counts are those of the pages committed so far. */
export interface ObjectView {
  readonly object: string;
  readonly position: number;
  readonly status: ObjectStatus;
  readonly color: Color;
  /** Without the expected exclusions. */
  readonly colorWithoutExclusions: Color;
  readonly counts: CountsView;
  readonly ranges: number;
  readonly rangesDone: number;
  /**
   * What to expect: the records chosen, or those of the object's last finished run in this
   * district. `null`: it never ran.
   */
  readonly expected: number | null;
  readonly message: string | null;
  /** Why a person has to look at it, whatever its records came to. */
  readonly doubt: ObjectDoubt | null;
  /** Of UPDATES_HELD. */
  readonly held: HeldUpdates | null;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
}

/** A resync without its objects. */
export interface ResyncHead extends ResyncRequest {
  readonly status: ResyncStatus;
  /** 0 to 100; `null`: it ended before it was done. */
  readonly percent: number | null;
  readonly color: Color;
  readonly message: string | null;
  readonly requestedAt: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  /** End of the blackout window that holds it; `null`: none does. */
  readonly heldUntil: string | null;
  /** Of the catalog it was accepted with; `null`: it names none. */
  readonly catalogHash: string | null;
  /** It waits for a worker with its catalog; `null`: it doesn't. */
  readonly otherCatalog: OtherCatalog | null;
  /** The run of the region that it had to wait for; absent: there was none. */
  readonly region?: { readonly resyncId: string; readonly color: Color };
  /** Its errors were kept long enough; `null`: they are there. */
  readonly errorsRemovedAt: string | null;
  /** The verifications of a resync that makes them; absent of the others. */
  readonly verifications?: readonly OwnVerification[];
}

export interface ResyncView extends ResyncHead {
  readonly colorWithoutExclusions: Color;
  readonly totals: CountsView;
  readonly objectResults: readonly ObjectView[];
}

interface HistoryRow extends CountRow {
  readonly objectName: string;
  readonly position: number;
  readonly status: ObjectStatus;
  readonly color: Color;
  readonly ranges: number;
  readonly message: string | null;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly expected: number | null;
  readonly rangesPlanned: number;
  readonly expectedBlocked: number;
  readonly doubt: ObjectDoubt | null;
  readonly held: string | null;
}

/** The rows as readers see them. */
export async function toHeads(control: Knex, rows: readonly ResyncRow[]): Promise<ResyncHead[]> {
  const resyncs = rows.map(({ resyncID, status }) => ({ resyncId: resyncID, status }));
  const percents = await readPercents(control, resyncs);
  const looped = rows.filter(({ verify }) => verify === 'beforeAndAfter').map(({ resyncID }) => resyncID);
  const verifications = await readOwnVerifications(control, looped);
  return rows.map((row) =>
    toHead(row, percents.get(row.resyncID) ?? null, verifications.get(row.resyncID) ?? []),
  );
}

function toHead(
  row: ResyncRow,
  percent: number | null,
  verifications: readonly OwnVerification[],
): ResyncHead {
  return {
    ...toRequest(row),
    status: row.status,
    percent,
    color: row.color,
    message: row.message,
    requestedAt: toIso(row.requestedAt),
    startedAt: toIso(row.startedAt),
    endedAt: toIso(row.endedAt),
    heldUntil: endedStatuses.includes(row.status) ? null : toIso(row.heldUntil),
    catalogHash: row.catalogHash,
    otherCatalog: otherCatalogOf(row),
    errorsRemovedAt: toIso(row.errorsRemovedAt),
    ...(row.regionResyncID !== null && {
      region: { resyncId: row.regionResyncID, color: row.regionColor ?? 'gray' },
    }),
    ...(row.verify === 'beforeAndAfter' && { verifications }),
  };
}

async function readRow(control: Knex, resyncId: string): Promise<ResyncRow> {
  const [row] = await selectRows<ResyncRow>(control, 'SELECT * FROM resync WHERE resyncID = ?', [resyncId]);
  if (!row) throw NotFoundError.of('resync');
  return row;
}

/** A resync without its objects. @throws NotFoundError */
export async function readResyncHead(control: Knex, resyncId: string): Promise<ResyncHead> {
  const [head] = await toHeads(control, [await readRow(control, resyncId)]);
  return head!;
}

/**
 * A resync with its objects in the order of the plan; running ones with live counts from the
 * ledger.
 * @param seenBy `district`: what is expected of an object is taken from the district's own runs,
 * because the state's would tell which objects the state asked for
 * @throws NotFoundError
 */
export async function readResync(
  control: Knex,
  resyncId: string,
  seenBy: 'district' | 'state' = 'state',
): Promise<ResyncView> {
  const row = await readRow(control, resyncId);
  const rows = await historyRows(control, row, seenBy);
  const running = rows.filter(({ status }) => status === 'running').map(({ objectName }) => objectName);
  const live = await sumLedger(control, { resyncId, objects: running });
  const objectResults = rows.map((object) => toObjectView(object, live.get(object.objectName)));
  const totals = objectResults.reduce((sum, { counts }) => addCounts(sum, counts), noRecords);
  const facts = objectResults.map(({ counts, ...object }) => ({ ...object, processed: counts.processed }));
  const looped = row.verify === 'beforeAndAfter' ? [resyncId] : [];
  const verifications = (await readOwnVerifications(control, looped)).get(resyncId) ?? [];
  const head = toHead(row, percentOfRun(row.status, facts), verifications);
  return {
    ...head,
    colorWithoutExclusions:
      row.colorWithoutExclusions ??
      (head.status === 'finished'
        ? worstColor(objectResults.map((o) => o.colorWithoutExclusions))
        : head.color),
    totals: viewCounts(totals),
    objectResults,
  };
}

/**
 * `expected` walks the index newest(districtID, objectName, schoolYear, startedAt) once an object.
 */
function historyRows(
  control: Knex,
  { resyncID, districtID, schoolYear }: ResyncRow,
  seenBy: 'district' | 'state',
): Promise<HistoryRow[]> {
  const own =
    seenBy === 'state' ? '' : "JOIN resync o ON o.resyncID = p.resyncID AND o.initiator = 'district'";
  return selectRows<HistoryRow>(
    control,
    `SELECT h.*,
            (SELECT COUNT(*) FROM resyncRange r
              WHERE r.resyncID = h.resyncID AND r.objectName = h.objectName) AS rangesPlanned,
            COALESCE(h.selected, (SELECT p.recordsRead FROM DISBatchHistory p ${own}
              WHERE p.districtID = ? AND p.objectName = h.objectName AND p.schoolYear = ?
                AND p.status = 'finished' AND p.resyncID <> h.resyncID AND p.selected IS NULL
              ORDER BY p.startedAt DESC LIMIT 1)) AS expected
       FROM DISBatchHistory h WHERE h.resyncID = ? ORDER BY h.position`,
    [districtID, schoolYear, resyncID],
  );
}

function toObjectView(row: HistoryRow, live: LedgerSums = emptyLedger): ObjectView {
  const running = row.status === 'running';
  const counts = running ? live.counts : toCounts(row);
  return {
    object: row.objectName,
    position: row.position,
    status: row.status,
    color: row.color,
    colorWithoutExclusions: colorWithoutExclusionsOf(row.status, counts, row),
    counts: viewCounts(counts),
    ranges: row.rangesPlanned,
    rangesDone: running ? live.rangesDone : row.status === 'finished' ? row.rangesPlanned : 0,
    expected: row.expected,
    message: row.message,
    doubt: row.doubt,
    held: row.held === null ? null : (JSON.parse(row.held) as HeldUpdates),
    startedAt: toIso(row.startedAt),
    endedAt: toIso(row.endedAt),
  };
}
