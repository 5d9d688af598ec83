import type { Knex } from 'knex';
import { selectRows } from '../../control/database';
import { decodeCursor, maxPageRows, type Page, toPage } from '../../control/page';
import { type ResyncHead, toHeads } from './read';
import type { ResyncRow } from './row';
import type { ResyncStatus } from '../../domain/resync';

export interface ResyncFilter {
  readonly districtId: string;
  readonly schoolYear?: number | undefined;
  /** In any of these. */
  readonly statuses?: readonly ResyncStatus[] | undefined;
  /** The state's requests, in any of these instead: a district doesn't see how they stand. */
  readonly statesStatuses?: readonly ResyncStatus[] | undefined;
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

/** Resyncs of a district, the newest first. @throws CursorError */
export async function listResyncs(control: Knex, filter: ResyncFilter): Promise<Page<ResyncHead>> {
  const limit = Math.min(filter.limit ?? 50, maxPageRows);
  const where = ['districtID = ?'];
  const values: (string | number | readonly string[])[] = [filter.districtId];
  if (filter.schoolYear !== undefined) {
    where.push('schoolYear = ?');
    values.push(filter.schoolYear);
  }
  const { statuses, statesStatuses = statuses } = filter;
  if (statuses !== undefined && statesStatuses !== undefined) {
    where.push(`IF(initiator = 'state', status IN (?), status IN (?))`);
    // No status at all would be no SQL.
    values.push(statesStatuses.length > 0 ? statesStatuses : [''], statuses.length > 0 ? statuses : ['']);
  }
  if (filter.cursor !== undefined) {
    const [at, id] = decodeCursor(filter.cursor, ['string', 'string']) as [string, string];
    where.push('(requestedAt < ? OR (requestedAt = ? AND resyncID < ?))');
    values.push(at, at, id);
  }
  const rows = await selectRows<ResyncRow>(
    control,
    `SELECT * FROM resync WHERE ${where.join(' AND ')} ORDER BY requestedAt DESC, resyncID DESC LIMIT ?`,
    [...values, limit + 1],
  );
  const page = toPage(rows, limit, (row) => [row.requestedAt, row.resyncID]);
  return { items: await toHeads(control, page.items), nextCursor: page.nextCursor };
}
