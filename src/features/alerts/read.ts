import type { Knex } from 'knex';
import { NotFoundError } from '../../control/control-error';
import { selectRows, toIso } from '../../control/database';
import { decodeCursor, maxPageRows, type Page, toPage } from '../../control/page';
import type { Principal } from '../../domain/principal';

/** A Process Alert as one principal sees it. */
export interface AlertView {
  readonly alertId: number;
  readonly category: string;
  readonly name: string;
  readonly text: string;
  readonly districtId: string | null;
  readonly resyncId: string | null;
  readonly postedAt: string;
  readonly dueAt: string | null;
  readonly read: boolean;
}

export interface AlertFilter {
  /** Posted at or after; UTC. */
  readonly from?: Date | undefined;
  /** Posted before; UTC. */
  readonly before?: Date | undefined;
  readonly unread?: boolean | undefined;
  readonly districtId?: string | undefined;
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

/** What a principal's reach is made of. */
export type Reader = Pick<Principal, 'principalId' | 'level' | 'districts' | 'rights'>;

/** An alert as its table holds it. */
export interface AlertRow {
  readonly processAlertID: number;
  readonly category: string;
  readonly name: string;
  readonly text: string;
  readonly districtID: string | null;
  readonly resyncID: string | null;
  readonly postedAt: string;
  readonly dueAt: string | null;
}

interface ReaderRow extends AlertRow {
  readonly readAt: string | null;
}

/**
 * Alerts that reach the principal and that it hasn't deleted, the newest first. @throws CursorError
 */
export async function listAlerts(
  control: Knex,
  reader: Reader,
  filter: AlertFilter = {},
): Promise<Page<AlertView>> {
  const limit = Math.min(filter.limit ?? 50, maxPageRows);
  const more = [
    filter.from && { sql: 'a.postedAt >= ?', values: [toDatetime(filter.from)] },
    filter.before && { sql: 'a.postedAt < ?', values: [toDatetime(filter.before)] },
    filter.unread && { sql: 's.readAt IS NULL', values: [] },
    filter.districtId !== undefined && { sql: 'a.districtID = ?', values: [filter.districtId] },
    filter.cursor !== undefined && afterCursor(filter.cursor),
  ].filter((part) => part !== undefined && part !== false);
  const rows = await visible(control, reader, more, limit + 1);
  const page = toPage(rows, limit, (row) => [row.postedAt, row.processAlertID]);
  return { items: page.items.map(toView), nextCursor: page.nextCursor };
}

/**
 * Marks an alert as read, for this principal. @throws NotFoundError when it doesn't reach it, or
 * was deleted
 */
export async function markAlertRead(control: Knex, reader: Reader, alertId: number): Promise<AlertView> {
  const [row] = await byId(control, reader, [alertId]);
  if (!row) throw NotFoundError.of('alert');
  if (row.readAt === null) await note(control, reader, [alertId], 'readAt');
  return { ...toView(row), read: true };
}

/**
 * Deletes alerts for this principal; others still see them.
 * @returns the ids that reached it, which are gone for it now
 */
export async function deleteAlerts(
  control: Knex,
  reader: Reader,
  alertIds: readonly number[],
): Promise<readonly number[]> {
  const ids = (await byId(control, reader, alertIds)).map((row) => row.processAlertID);
  if (ids.length > 0) await note(control, reader, ids, 'deletedAt');
  return ids;
}

interface Condition {
  readonly sql: string;
  readonly values: readonly (string | number)[];
}

function byId(control: Knex, reader: Reader, ids: readonly number[]): Promise<ReaderRow[]> {
  return visible(
    control,
    reader,
    [{ sql: `a.processAlertID IN (${marks(ids)})`, values: ids }],
    Math.max(ids.length, 1),
  );
}

function visible(
  control: Knex,
  reader: Reader,
  more: readonly Condition[],
  limit: number,
): Promise<ReaderRow[]> {
  const where = [reachOf(reader), { sql: 's.deletedAt IS NULL', values: [] }, ...more];
  return selectRows<ReaderRow>(
    control,
    `SELECT a.processAlertID, a.category, a.name, a.text, a.districtID, a.resyncID, a.postedAt, a.dueAt, s.readAt
       FROM processAlert a
       LEFT JOIN alertState s ON s.processAlertID = a.processAlertID AND s.principalID = ?
      WHERE ${where.map(({ sql }) => sql).join(' AND ')}
      ORDER BY a.postedAt DESC, a.processAlertID DESC LIMIT ?`,
    [reader.principalId, ...where.flatMap(({ values }) => values), limit],
  );
}

/**
 * The one rule of whom an alert (aliased `a`) reaches: its right is among the principal's; it is
 * meant for the principal's level; its district is one of the principal's, or the principal is the
 * state's and sees all. One without a district is for the state; one for a single principal reaches
 * nobody else.
 */
export function reachOf({ principalId, level, districts, rights }: Reader): Condition {
  const state = level === 'state';
  const all = state && districts === null;
  const named = districts ?? [];
  const district = all
    ? 'TRUE'
    : [
        ...(state ? ['a.districtID IS NULL'] : []),
        ...(named.length > 0 ? [`a.districtID IN (${marks(named)})`] : []),
        'FALSE',
      ].join(' OR ');
  const right = rights.length > 0 ? `a.toolRight IN (${marks(rights)})` : 'FALSE';
  return {
    sql: `(${right} AND (a.level IS NULL OR a.level = ?)
           AND (a.principalID = ? OR (a.principalID IS NULL AND (${district}))))`,
    values: [...rights, level, principalId, ...(all ? [] : named)],
  };
}

function note(
  control: Knex,
  { principalId }: Reader,
  ids: readonly number[],
  column: 'readAt' | 'deletedAt',
): Promise<unknown> {
  const now = control.raw('UTC_TIMESTAMP(3)');
  return control('alertState')
    .insert(ids.map((id) => ({ processAlertID: id, principalID: principalId, [column]: now })))
    .onConflict(['processAlertID', 'principalID'])
    .merge([column])
    .then();
}

function afterCursor(cursor: string): Condition {
  const [at, id] = decodeCursor(cursor, ['string', 'number']) as [string, number];
  return { sql: '(a.postedAt < ? OR (a.postedAt = ? AND a.processAlertID < ?))', values: [at, at, id] };
}

/** What an alert says, whoever reads it. */
export function toAlert(row: AlertRow): Omit<AlertView, 'read'> {
  return {
    alertId: row.processAlertID,
    category: row.category,
    name: row.name,
    text: row.text,
    districtId: row.districtID,
    resyncId: row.resyncID,
    postedAt: toIso(row.postedAt),
    dueAt: toIso(row.dueAt),
  };
}

function toView(row: ReaderRow): AlertView {
  return { ...toAlert(row), read: row.readAt !== null };
}

function marks(values: readonly unknown[]): string {
  return values.map(() => '?').join(', ');
}

/** A DATETIME(3) in UTC, as the control database compares it. */
function toDatetime(at: Date): string {
  return at.toISOString().replace('T', ' ').replace('Z', '');
}
