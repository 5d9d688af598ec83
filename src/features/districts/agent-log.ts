import type { Knex } from 'knex';
import { pageByTime, type Page, type TimePageFilter } from '../../control/page';
import { toIso } from '../../control/database';
import type { Color } from '../../domain/outcome';
import { endedStatuses, type Initiator, type ResyncStatus } from '../../domain/resync';
import type { Level } from '../../domain/rights';
import type { RunLogKind } from '../../domain/run-log';

/** What an agent did, or was asked, for one of its resyncs. */
export interface AgentLogEntry {
  readonly at: string;
  /** `ended`: of the state's, of which a district isn't told how. */
  readonly kind: RunLogKind | 'ended';
  readonly resyncId: string;
  readonly schoolYear: number;
  readonly initiator: Initiator;
  readonly object: string | null;
  readonly by: string | null;
  readonly heldUntil: string | null;
  readonly color: Color | null;
  /** Of a resync that has ended; `null`: it hasn't, or it isn't the reader's to know. */
  readonly errors: number | null;
  readonly message: string | null;
}

interface LogRow {
  readonly at: string;
  readonly id: string;
  readonly kind: RunLogKind;
  readonly resyncID: string;
  readonly schoolYear: number;
  readonly initiator: Initiator;
  readonly objectName: string | null;
  readonly requestedBy: string | null;
  readonly ofState: number;
  readonly heldUntil: string | null;
  readonly color: Color | null;
  readonly message: string | null;
  readonly errors: number | null;
}

export interface AgentLogFilter extends TimePageFilter {
  readonly districtId: string;
  readonly seenBy: Level;
  readonly schoolYear?: number | undefined;
  /** At or after, and before. */
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
}

/** What came, waited, ran, was held and ended in a district, newest first. @throws CursorError */
export async function listAgentLog(control: Knex, filter: AgentLogFilter): Promise<Page<AgentLogEntry>> {
  const { districtId, schoolYear, seenBy, from, to } = filter;
  const year = schoolYear === undefined ? '' : 'AND r.schoolYear = :schoolYear';
  const named = { districtId, ended: endedStatuses, ...(schoolYear !== undefined && { schoolYear }) };
  const log = control.raw(
    `(SELECT r.requestedAt AS at, CONCAT('1 ', r.resyncID) AS id, 'asked' AS kind, r.resyncID, r.schoolYear, r.initiator,
             NULL AS objectName, NULL AS heldUntil, r.requestedBy, r.initiator = 'state' AS ofState,
             NULL AS color, NULL AS message, NULL AS errors
        FROM resync r WHERE r.districtID = :districtId ${year}
      UNION ALL
      SELECT e.happenedAt, CONCAT('2 ', LPAD(e.resyncEventID, 20, '0')), e.kind, r.resyncID, r.schoolYear, r.initiator,
             e.objectName, e.heldUntil, e.requestedBy, e.ofState, NULL, NULL, NULL
        FROM resync r JOIN resyncEvent e ON e.resyncID = r.resyncID WHERE r.districtID = :districtId ${year}
             ${seenBy === 'district' ? "AND r.initiator = 'district'" : ''}
      ${seenBy === 'district' ? statesBeginnings(year) : ''}
      UNION ALL
      SELECT r.endedAt, CONCAT('3 ', r.resyncID), r.status, r.resyncID, r.schoolYear, r.initiator,
             NULL, NULL, NULL, 0, r.color, r.message,
             (SELECT CAST(COALESCE(SUM(h.errors), 0) AS SIGNED) FROM DISBatchHistory h WHERE h.resyncID = r.resyncID)
        FROM resync r WHERE r.districtID = :districtId ${year} AND r.status IN (:ended)) log`,
    named,
  );
  const query = control.select('log.*').from(log);
  if (from) void query.where('at', '>=', from);
  if (to) void query.where('at', '<', to);
  const { items, ...rest } = await pageByTime<LogRow>(control, query, { at: 'at', id: 'id' }, filter);
  return { ...rest, items: items.map((row) => toEntry(row, seenBy)) };
}

/** Of the state's a district is told when it began, and neither of a pause nor that it went on. */
const statesBeginnings = (year: string): string => `
      UNION ALL
      SELECT r.startedAt, CONCAT('2 ', r.resyncID), 'running', r.resyncID, r.schoolYear, r.initiator,
             NULL, NULL, NULL, 0, NULL, NULL, NULL
        FROM resync r WHERE r.districtID = :districtId ${year} AND r.initiator = 'state' AND r.startedAt IS NOT NULL`;

function toEntry(row: LogRow, seenBy: Level): AgentLogEntry {
  const { kind, resyncID: resyncId, schoolYear, initiator, objectName: object, requestedBy } = row;
  const hidden = seenBy === 'district' && initiator === 'state';
  const ends = (endedStatuses as readonly string[]).includes(kind satisfies RunLogKind | ResyncStatus);
  return {
    at: toIso(row.at),
    kind: hidden && ends ? 'ended' : kind,
    ...{ resyncId, schoolYear, initiator, object },
    by: requestedBy !== null && row.ofState !== 0 && seenBy === 'district' ? 'the state' : requestedBy,
    heldUntil: toIso(row.heldUntil),
    color: hidden ? null : row.color,
    errors: hidden || row.errors === null ? null : Number(row.errors),
    message: hidden ? null : row.message,
  };
}
