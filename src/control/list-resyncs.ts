import type { Knex } from 'knex';
import { selectRows } from './database';
import { decodeCursor, maxPageRows, type Page, toPage } from './cursor';
import { type ResyncHead, toHead } from './read-resync';
import type { ResyncRow } from './resyncs';

export interface ResyncFilter {
  readonly districtId: string;
  readonly schoolYear?: number | undefined;
  readonly status?: string | undefined;
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

/** Resyncs of a district, the newest first. @throws CursorError */
export async function listResyncs(control: Knex, filter: ResyncFilter): Promise<Page<ResyncHead>> {
  const limit = Math.min(filter.limit ?? 50, maxPageRows);
  const where = ['districtID = ?'];
  const values: (string | number)[] = [filter.districtId];
  if (filter.schoolYear !== undefined) {
    where.push('schoolYear = ?');
    values.push(filter.schoolYear);
  }
  if (filter.status !== undefined) {
    where.push('status = ?');
    values.push(filter.status);
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
  return { items: page.items.map(toHead), nextCursor: page.nextCursor };
}
