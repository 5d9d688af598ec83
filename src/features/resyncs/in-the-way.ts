/**
 * Runs that Temporal goes on with although the books have no such open run: a backup of either was
 * restored. One that moves ends by itself, because its activities are refused. One that is paused
 * or held would keep its district's place for ever, and nobody could resume it.
 */
import type { Knex } from 'knex';
import { endedStatuses } from '../../domain/resync';
import { selectRows } from '../../control/database';
import { leastAgeSeconds, maxOpen } from '../../temporal/reconcile';

/** An agent with resyncs that wait for their turn. */
interface WaitedFor {
  readonly districtId: string;
  readonly schoolYear: number;
}

/** What an ended run has left to do: notices, and what it has unblocked. */
const closingSeconds = 600;

/** Agents at which something has waited for longer than a moment, the oldest first. */
export async function agentsWaitedFor(control: Knex): Promise<readonly WaitedFor[]> {
  return selectRows<WaitedFor>(
    control,
    `SELECT districtID AS districtId, schoolYear FROM resync
      WHERE status IN ('accepted', 'queued') AND requestedAt < UTC_TIMESTAMP(3) - INTERVAL ? SECOND
      GROUP BY districtID, schoolYear ORDER BY MIN(requestedAt) LIMIT ?`,
    [leastAgeSeconds, maxOpen],
  );
}

/**
 * Those of these runs that are in the way: not in the books, or ended there long ago.
 * @returns why, by the id of the run
 */
export async function inTheWay(
  control: Knex,
  resyncIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (resyncIds.length === 0) return new Map();
  const rows = await selectRows<{ resyncId: string; status: string; isOver: number }>(
    control,
    `SELECT resyncID AS resyncId, status,
            (status IN (?) AND endedAt < UTC_TIMESTAMP(3) - INTERVAL ? SECOND) AS isOver
       FROM resync WHERE resyncID IN (?)`,
    [endedStatuses, closingSeconds, resyncIds],
  );
  return new Map(
    resyncIds.flatMap((resyncId) => {
      const row = rows.find((one) => one.resyncId === resyncId);
      if (row === undefined)
        return [[resyncId, 'The control database does not know this resync: it was restored to before it.']];
      if (Number(row.isOver) === 0) return [];
      return [[resyncId, `This resync has ended as ${row.status}: Temporal was restored to before its end.`]];
    }),
  );
}
