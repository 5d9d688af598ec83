import { now } from '../../control/columns';
import type { Knex } from 'knex';
import { NotFoundError } from '../../control/control-error';
import { selectRows, toIso } from '../../control/database';
import { pageByTime, type Page, type TimePageFilter } from '../../control/page';
import type { Principal } from '../../domain/principal';
import type { AlertLink } from './post';

/** A Process Alert as one principal sees it. */
export interface AlertView {
  readonly alertId: number;
  readonly category: string;
  readonly name: string;
  readonly text: string;
  readonly districtId: string | null;
  readonly resyncId: string | null;
  /** Where it is shown; `null`: nowhere. */
  readonly link: AlertLink | null;
  readonly postedAt: string;
  readonly dueAt: string | null;
  /** Since then nothing is left to do about it, for anybody it reaches. */
  readonly closedAt: string | null;
  readonly read: boolean;
}

/** What is told of an alert outside of this service. */
export type ToldAlert = Omit<AlertView, 'read' | 'link'>;

export interface AlertFilter extends TimePageFilter {
  /** Posted at or after; UTC. */
  readonly from?: Date | undefined;
  /** Posted before; UTC. */
  readonly before?: Date | undefined;
  readonly unread?: boolean | undefined;
  readonly districtId?: string | undefined;
  /** The Process column. */
  readonly category?: string | undefined;
  /** In the name or the text. */
  readonly q?: string | undefined;
}

/** What decides which alerts are for a principal. */
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
  readonly closedAt: string | null;
}

interface ReaderRow extends AlertRow {
  readonly linkKind: AlertLink['kind'] | null;
  readonly linkID: string | null;
  readonly readAt: string | null;
}

/**
 * Alerts for the principal that it hasn't deleted, newest first. @throws CursorError
 */
export async function listAlerts(
  control: Knex,
  reader: Reader,
  filter: AlertFilter = {},
): Promise<Page<AlertView>> {
  const query = visible(control, reader);
  if (filter.from) void query.where('a.postedAt', '>=', toDatetime(filter.from));
  if (filter.before) void query.where('a.postedAt', '<', toDatetime(filter.before));
  if (filter.unread) void query.whereNull('s.readAt').whereNull('a.closedAt');
  if (filter.districtId !== undefined) void query.where('a.districtID', filter.districtId);
  if (filter.category !== undefined) void query.where('a.category', filter.category);
  if (filter.q !== undefined) {
    const part = `%${filter.q.replace(/[\\%_]/g, '\\$&')}%`;
    // Written in any case: the table compares letter by letter.
    const like = (column: string) => `LOWER(${column}) LIKE LOWER(?)`;
    void query.whereRaw(`(${like('a.name')} OR ${like('a.text')})`, [part, part]);
  }
  const columns = { at: 'a.postedAt', id: 'a.processAlertID', idIs: 'number' } as const;
  const page = await pageByTime<ReaderRow>(control, query, columns, filter);
  return { ...page, items: page.items.map(toView) };
}

/** How many alerts of each district the principal hasn't read and are not settled. */
export async function countUnreadAlerts(control: Knex, reader: Reader): Promise<Map<string, number>> {
  const { sql, values } = audienceOf(reader);
  const rows = await selectRows<{ districtID: string; unread: number }>(
    control,
    `SELECT a.districtID, COUNT(*) AS unread FROM processAlert a
       LEFT JOIN alertState s ON s.processAlertID = a.processAlertID AND s.principalID = ?
      WHERE a.closedAt IS NULL AND a.districtID IS NOT NULL AND s.readAt IS NULL AND s.deletedAt IS NULL
        AND ${sql}
      GROUP BY a.districtID`,
    [reader.principalId, ...values],
  );
  return new Map(rows.map(({ districtID, unread }) => [districtID, unread]));
}

/**
 * Marks an alert as read, for this principal. @throws NotFoundError when it isn't for it, or
 * was deleted
 */
export async function markAlertRead(control: Knex, reader: Reader, alertId: number): Promise<AlertView> {
  const [row] = await byId(control, reader, [alertId]);
  if (!row) throw NotFoundError.of('alert');
  if (row.readAt === null) await note(control, reader, [alertId], 'readAt');
  return { ...toView(row), read: true };
}

/**
 * Marks alerts as read, for this principal. @returns the ids that are for it
 */
export async function markAlertsRead(
  control: Knex,
  reader: Reader,
  alertIds: readonly number[],
): Promise<readonly number[]> {
  const rows = await byId(control, reader, alertIds);
  const unread = rows.filter(({ readAt }) => readAt === null).map((row) => row.processAlertID);
  if (unread.length > 0) await note(control, reader, unread, 'readAt');
  return rows.map((row) => row.processAlertID);
}

/** Unread alerts for the principal, up to `most`. */
export async function countUnread(control: Knex, reader: Reader, most: number): Promise<number> {
  const unread = visible(control, reader).whereNull('s.readAt').whereNull('a.closedAt').limit(most);
  return ((await unread) as readonly ReaderRow[]).length;
}

/** The newest alert for the principal; `null`: there is none. */
export async function newestAlertFor(control: Knex, reader: Reader): Promise<number | null> {
  const newest = visible(control, reader).orderBy('a.processAlertID', 'desc').limit(1);
  return ((await newest) as readonly ReaderRow[])[0]?.processAlertID ?? null;
}

/**
 * Takes deletions of this principal back. @returns the ids that it sees again
 */
export async function restoreAlerts(
  control: Knex,
  reader: Reader,
  alertIds: readonly number[],
): Promise<readonly number[]> {
  await control('alertState')
    .where({ principalID: reader.principalId })
    .whereIn('processAlertID', [...alertIds])
    .update({ deletedAt: null });
  return (await byId(control, reader, alertIds)).map((row) => row.processAlertID);
}

/**
 * Deletes alerts for this principal; others still see them.
 * @returns the ids that were for it, which are gone for it now
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

async function byId(control: Knex, reader: Reader, ids: readonly number[]): Promise<ReaderRow[]> {
  const query = visible(control, reader).whereIn('a.processAlertID', ids);
  return (await query.orderBy('a.postedAt', 'desc').orderBy('a.processAlertID', 'desc')) as ReaderRow[];
}

/** Alerts for the reader that it hasn't deleted. */
function visible(control: Knex, reader: Reader): Knex.QueryBuilder {
  const { sql, values } = audienceOf(reader);
  return control('processAlert as a')
    .leftJoin('alertState as s', (state) =>
      state.on('s.processAlertID', 'a.processAlertID').andOnVal('s.principalID', reader.principalId),
    )
    .select('a.processAlertID', 'a.category', 'a.name', 'a.text', 'a.districtID', 'a.resyncID')
    .select('a.linkKind', 'a.linkID')
    .select('a.postedAt', 'a.dueAt', 'a.closedAt', 's.readAt')
    .whereRaw(sql, [...values])
    .whereNull('s.deletedAt');
}

/**
 * The one rule of whom an alert (aliased `a`) is for: its right is among the principal's; it is
 * meant for the principal's level; its district is one of the principal's, or the principal is the
 * state's and sees all. One without a district is for the state; one for a single principal reaches
 * nobody else.
 */
export function audienceOf({ principalId, level, districts, rights }: Reader): Condition {
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
  return control('alertState')
    .insert(ids.map((id) => ({ processAlertID: id, principalID: principalId, [column]: now(control) })))
    .onConflict(['processAlertID', 'principalID'])
    .merge([column])
    .then();
}

/** What an alert says, whoever reads it. */
export function toAlert(row: AlertRow): ToldAlert {
  return {
    alertId: row.processAlertID,
    category: row.category,
    name: row.name,
    text: row.text,
    districtId: row.districtID,
    resyncId: row.resyncID,
    postedAt: toIso(row.postedAt),
    dueAt: toIso(row.dueAt),
    closedAt: toIso(row.closedAt),
  };
}

function linkOf({ linkKind, linkID, resyncID }: ReaderRow): AlertLink | null {
  if (linkKind !== null && linkID !== null) return { kind: linkKind, id: linkID };
  return resyncID === null ? null : { kind: 'resync', id: resyncID };
}

function toView(row: ReaderRow): AlertView {
  return { ...toAlert(row), link: linkOf(row), read: row.readAt !== null };
}

function marks(values: readonly unknown[]): string {
  return values.map(() => '?').join(', ');
}

/** A DATETIME(3) in UTC, as the control database compares it. */
function toDatetime(at: Date): string {
  return at.toISOString().replace('T', ' ').replace('Z', '');
}

/** Keys of open alerts that begin with this, which has no wildcard in it. */
export async function readAlertKeys(control: Knex, begin: string): Promise<string[]> {
  const rows = await control('processAlert')
    .where('alertKey', 'like', `${begin}%`)
    .whereNull('closedAt')
    .select<{ alertKey: string }[]>('alertKey');
  return rows.map(({ alertKey }) => alertKey);
}
