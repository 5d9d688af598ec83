import type { Knex } from 'knex';
import { decodeCursor, maxPageRows, type Page, toPage, totalOf } from '../../control/page';
import type { ComparedCounts } from '../../domain/verification';
import { type ComparedRow, toCompared } from './row';

/** Counts of one school; `schoolKey` is JSON text of its key, `null`: records of no school. */
export interface SchoolCounts {
  readonly object: string;
  readonly schoolKey: string | null;
  readonly counts: ComparedCounts;
}

/** Which counts of a verification. */
interface SchoolFilter {
  readonly verificationId: string;
  readonly object?: string | undefined;
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

/** Counts by school, of one object or of all, by object and school. @throws CursorError */
export async function listVerifiedSchools(
  control: Knex,
  { verificationId, object, limit: asked, cursor }: SchoolFilter,
): Promise<Page<SchoolCounts>> {
  type Row = ComparedRow & { readonly objectName: string; readonly schoolKey: string };
  const limit = Math.min(asked ?? 100, maxPageRows);
  const query = control('verificationSchool').where({ verificationID: verificationId });
  if (object !== undefined) void query.where({ objectName: object });
  const total = await totalOf(control, query, { cursor });
  if (cursor !== undefined) {
    const [name, school] = decodeCursor(cursor, ['string', 'string']) as [string, string];
    void query.whereRaw('(objectName > ? OR (objectName = ? AND schoolKey > ?))', [name, name, school]);
  }
  const rows = (await query.orderBy(['objectName', 'schoolKey']).limit(limit + 1)) as Row[];
  const page = toPage(rows, limit, (row) => [row.objectName, row.schoolKey]);
  const items = page.items.map((row) => ({
    object: row.objectName,
    schoolKey: row.schoolKey === '' ? null : row.schoolKey,
    counts: toCompared(row),
  }));
  return { ...page, ...total, items };
}
