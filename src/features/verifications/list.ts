import type { Knex } from 'knex';
import { pageByTime, type Page, type TimePageFilter } from '../../control/page';
import type { Initiator } from '../../domain/resync';
import { toVerificationHead, type VerificationHead } from './read';
import type { VerificationRow } from './row';

export interface VerificationFilter extends TimePageFilter {
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
  const { items, ...rest } = await pageByTime<VerificationRow>(control, query, columns, page);
  return { items: items.map(toVerificationHead), ...rest };
}
