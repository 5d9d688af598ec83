import type { Knex } from 'knex';
import { decodeCursor, maxPageRows, type Page, toPage } from '../../control/page';
import type { Initiator } from '../../domain/resync';
import { toVerificationHead, type VerificationHead } from './read';
import type { VerificationRow } from './row';

export interface VerificationFilter {
  /** Only of these; `null`: of all. */
  readonly districtIds: readonly string[] | null;
  readonly schoolYear?: number | undefined;
  /** Only those made by this level. */
  readonly initiator?: Initiator | undefined;
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

/** Verifications, the newest first. @throws CursorError */
export async function listVerifications(
  control: Knex,
  { districtIds, schoolYear, initiator, limit: asked, cursor }: VerificationFilter,
): Promise<Page<VerificationHead>> {
  const limit = Math.min(asked ?? 50, maxPageRows);
  const query = control<VerificationRow>('verification').select();
  if (districtIds !== null) void query.whereIn('districtID', districtIds);
  if (schoolYear !== undefined) void query.where({ schoolYear });
  if (initiator !== undefined) void query.where({ initiator });
  if (cursor !== undefined) {
    const [at, id] = decodeCursor(cursor, ['string', 'string']) as [string, string];
    void query.whereRaw('(requestedAt < ? OR (requestedAt = ? AND verificationID < ?))', [at, at, id]);
  }
  const rows = await query
    .orderBy([
      { column: 'requestedAt', order: 'desc' },
      { column: 'verificationID', order: 'desc' },
    ])
    .limit(limit + 1);
  const page = toPage(rows, limit, (row) => [row.requestedAt, row.verificationID]);
  return { items: page.items.map(toVerificationHead), nextCursor: page.nextCursor };
}
