import type { Knex } from 'knex';
import { selectRows } from '../../control/database';
import type { Principal } from '../../domain/principal';
import type { SharedReads } from '../../control/shared-reads';

const markMs = 2_000;
/** What the marks don't show (a deletion taken back, alerts that were kept long enough). */
const atLeastEveryMs = 30_000;

/**
 * Counts what a reader hasn't read only when something came, was settled, or was read or deleted by
 * the reader: all alerts are looked through for it, and the ends of three indexes tell that there
 * is no need.
 */
export async function unreadOnce<Count>(
  { control, shared }: { readonly control: Knex; readonly shared: SharedReads },
  { principalId, level, districts, rights }: Principal,
  what: string,
  count: () => Promise<Count>,
): Promise<Count> {
  const mark = await shared.of('the newest alert', markMs, () => newestAlert(control));
  const own = await newestOf(control, principalId);
  const reader = `${principalId} ${level} ${districts?.join() ?? 'all'} ${rights.join()}`;
  return shared.of(`unread ${what} of ${reader} ${mark} ${own}`, atLeastEveryMs, count);
}

async function newestAlert(control: Knex): Promise<string> {
  const rows = await selectRows(
    control,
    'SELECT (SELECT MAX(processAlertID) FROM processAlert) AS posted, (SELECT MAX(closedAt) FROM processAlert) AS closed',
  );
  return JSON.stringify(rows);
}

async function newestOf(control: Knex, principalId: string): Promise<string> {
  const rows = await selectRows(
    control,
    `SELECT (SELECT MAX(readAt) FROM alertState WHERE principalID = :principalId) AS lastRead,
            (SELECT MAX(deletedAt) FROM alertState WHERE principalID = :principalId) AS deleted`,
    { principalId },
  );
  return JSON.stringify(rows);
}
