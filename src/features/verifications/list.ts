import type { Knex } from 'knex';
import { newestFirst, type Page, type PageFilter } from '../../control/page';
import type { Initiator } from '../../domain/resync';
import { toVerificationHead, type VerificationHead } from './read';
import type { VerificationRow } from './row';

export interface VerificationFilter extends PageFilter {
  /** Only of these; `null`: of all. */
  readonly districtIds: readonly string[] | null;
  readonly schoolYear?: number | undefined;
  /** Only those made by this level. */
  readonly initiator?: Initiator | undefined;
}

/** Verifications, newest first. @throws CursorError */
export async function listVerifications(
  control: Knex,
  { districtIds, schoolYear, initiator, ...page }: VerificationFilter,
): Promise<Page<VerificationHead>> {
  const query = control('verification').select();
  if (districtIds !== null) void query.whereIn('districtID', districtIds);
  if (schoolYear !== undefined) void query.where({ schoolYear });
  if (initiator !== undefined) void query.where({ initiator });
  const columns = { at: 'requestedAt', id: 'verificationID' };
  const { items, nextCursor } = await newestFirst<VerificationRow>(query, columns, page);
  return { items: items.map(toVerificationHead), nextCursor };
}
