import type { Knex } from 'knex';
import { inBatches } from '../../domain/batches';
import type { Evidence } from '../../domain/evidence';
import { canonicalKey, type KeyOrder } from '../../domain/key-order';
import type { RecordKey } from '../../domain/record-error';
import type { Initiator, ResyncRequest, ResyncStatus } from '../../domain/resync';
import { decodeCursor, maxPageRows, type Page, toPage } from '../../control/page';
import { selectRows, toIso } from '../../control/database';
import { type Finding, findRecord, type RunGroup } from './find-record';

/** Runs looked through for one answer, the newest: five years of a run a night are fewer. */
export const mostRuns = 2_000;
/** Runs of one statement, and of which pages are held in memory at once. */
const runsAtOnce = 100;

/** What a run did with the record. */
export interface RecordRun {
  readonly resyncId: string;
  readonly schoolYear: number;
  readonly initiator: Initiator;
  readonly scenario: ResyncRequest['scenario'];
  readonly status: ResyncStatus;
  readonly startedAt: string;
  readonly endedAt: string | null;
  /**
   * When it was written down; a later word of the same run (its closing retry) takes the place of
   * an earlier one.
   */
  readonly at: string;
  readonly outcome: Finding['outcome'];
  readonly evidence: Evidence;
  readonly error: Finding['error'];
}

export interface RecordQuestion {
  readonly districtId: string;
  readonly object: string;
  readonly key: RecordKey;
  /**
   * Records of the object belong to a school year: a run of another year says nothing by being
   * silent.
   */
  readonly yearTied: boolean;
  /** Only runs of this initiator: what the state's requests did is not the district's to see. */
  readonly initiator: Initiator | null;
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

interface RunRow {
  readonly batchHistoryID: number;
  readonly resyncID: string;
  readonly schoolYear: number;
  readonly initiator: Initiator;
  readonly scenario: ResyncRequest['scenario'];
  readonly status: ResyncStatus;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly keyOrder: string | null;
  readonly selection: string | null;
  /** What is known of single records was kept long enough, or a part of it. */
  readonly forgotten: number;
}

/** Runs of which is no longer known what they did with single records. */
export interface NotKept {
  /** The newest of them ended then. */
  readonly until: string;
}

export interface RecordHistory extends Page<RecordRun> {
  /** `null`: nothing was removed that could be in it. */
  readonly notKept: NotKept | null;
}

/**
 * Every run of the district in which a record was written, found equal, reported gone, or in error;
 * the newest first.
 * @throws KeyFormError when the object's newest run says that there can be no such key; CursorError
 */
export async function readRecordHistory(control: Knex, question: RecordQuestion): Promise<RecordHistory> {
  const runs = await runsOf(control, question);
  const groups = groupsOf(runs);
  const order = groups.find((group) => group.order !== null)?.order;
  if (order) canonicalKey(order, question.key);
  const findings = new Map<string, Finding>();
  for (const group of groups) {
    for (const [resyncId, finding] of await findRecord(control, question, group))
      findings.set(resyncId, finding);
  }
  const all = weigh(runs, findings, question.yearTied);
  const limit = Math.min(question.limit ?? 100, maxPageRows);
  const rest = question.cursor === undefined ? all : after(all, question.cursor);
  const page = toPage(rest.slice(0, limit + 1), limit, ({ row }) => [row.startedAt, row.batchHistoryID]);
  return {
    items: page.items.map(({ run }) => run),
    nextCursor: page.nextCursor,
    ...(question.cursor === undefined && { total: all.length, totalCapped: runs.length === mostRuns }),
    notKept: await readNotKept(control, question.districtId, runs),
  };
}

/** Runs that are gone themselves don't say of which objects they were. */
async function readNotKept(
  control: Knex,
  districtId: string,
  runs: readonly RunRow[],
): Promise<NotKept | null> {
  const [gone] = await selectRows<{ until: string | null }>(
    control,
    'SELECT MAX(endedAt) AS until FROM removedResync WHERE districtID = ?',
    [districtId],
  );
  const ends = [
    gone?.until,
    ...runs.filter(({ forgotten }) => forgotten === 1).map(({ endedAt }) => endedAt),
  ];
  const until = ends
    .filter((end): end is string => typeof end === 'string')
    .sort()
    .at(-1);
  return until === undefined ? null : { until: toIso(until) };
}

/** Newest first; walks the index newest(districtID, objectName, ...). */
function runsOf(control: Knex, { districtId, object, initiator }: RecordQuestion): Promise<RunRow[]> {
  return selectRows<RunRow>(
    control,
    `SELECT h.batchHistoryID, h.resyncID, h.schoolYear, h.startedAt, h.keyOrder,
            r.initiator, r.scenario, r.status, r.endedAt, r.selection,
            COALESCE(r.errorsRemovedAt, r.marksRemovedAt, r.ledgerRemovedAt) IS NOT NULL AS forgotten
       FROM DISBatchHistory h JOIN resync r ON r.resyncID = h.resyncID
      WHERE h.districtID = ? AND h.objectName = ? AND h.startedAt IS NOT NULL
            ${initiator === null ? '' : 'AND r.initiator = ?'}
      ORDER BY h.startedAt DESC, h.batchHistoryID DESC LIMIT ?`,
    [districtId, object, ...(initiator === null ? [] : [initiator]), mostRuns],
  );
}

/** Runs that can be asked in one statement: whose keys compare alike. */
function groupsOf(runs: readonly RunRow[]): RunGroup[] {
  const byOrder = new Map<string | null, RunRow[]>();
  for (const run of runs) byOrder.set(run.keyOrder, [...(byOrder.get(run.keyOrder) ?? []), run]);
  return [...byOrder].flatMap(([keyOrder, alike]) => {
    const order = keyOrder === null ? null : (JSON.parse(keyOrder) as KeyOrder);
    const groups: RunGroup[] = [];
    for (const some of inBatches(alike, runsAtOnce)) {
      groups.push({
        order,
        whole: some.filter(({ selection }) => selection === null).map(({ resyncID }) => resyncID),
        selections: some.filter(({ selection }) => selection !== null).map(({ resyncID }) => resyncID),
      });
    }
    return groups;
  });
}

interface Weighed {
  readonly row: RunRow;
  readonly run: RecordRun;
}

/**
 * Gives each finding its evidence, going from the oldest run on, because a page that names nobody
 * proves more of a record that was there before. Of an object with school years a record named in
 * one year isn't one of another year's.
 * @returns newest first
 */
function weigh(
  runs: readonly RunRow[],
  findings: ReadonlyMap<string, Finding>,
  yearTied: boolean,
): Weighed[] {
  const yearOf = ({ schoolYear }: RunRow): number => (yearTied ? schoolYear : 0);
  const named = new Set(runs.filter(({ resyncID }) => findings.get(resyncID)?.named).map(yearOf));
  const there = new Set<number>();
  const weighed: Weighed[] = [];
  for (const row of [...runs].reverse()) {
    const finding = findings.get(row.resyncID);
    if (!finding) continue;
    const year = yearOf(row);
    const left = finding.outcome === 'extra' || finding.outcome === 'removed';
    if (finding.named && left) there.delete(year);
    else if (finding.named) there.add(year);
    else if (named.size > 0 && !named.has(year)) continue;
    const evidence = finding.named ? 'record' : there.has(year) ? 'page' : 'covered';
    weighed.unshift({ row, run: toRun(row, finding, evidence) });
  }
  return weighed;
}

function toRun(row: RunRow, { at, outcome, error }: Finding, evidence: Evidence): RecordRun {
  return {
    resyncId: row.resyncID,
    schoolYear: row.schoolYear,
    initiator: row.initiator,
    scenario: row.scenario,
    status: row.status,
    startedAt: toIso(row.startedAt),
    endedAt: toIso(row.endedAt),
    at: toIso(at),
    outcome,
    evidence,
    error,
  };
}

function after(weighed: readonly Weighed[], cursor: string): Weighed[] {
  const [startedAt, id] = decodeCursor(cursor, ['string', 'number']) as [string, number];
  return weighed.filter(
    ({ row }) => row.startedAt < startedAt || (row.startedAt === startedAt && row.batchHistoryID < id),
  );
}
