import type { Knex } from 'knex';
import { pageByTime, type Page, type TimePageFilter } from '../../control/page';
import { type ResyncHead, toHeads } from './read';
import type { ResyncRow } from './row';
import type { Color } from '../../domain/outcome';
import type { Initiator, ResyncRequest, ResyncStatus } from '../../domain/resync';

type Selection = NonNullable<ResyncRequest['selection']>;

export interface ResyncFilter extends TimePageFilter {
  readonly districtId: string;
  readonly schoolYear?: number | undefined;
  readonly initiator?: Initiator | undefined;
  /** Only resyncs of selected records, of this kind. */
  readonly selection?: Selection | undefined;
  /** Asked for at or after, and before. */
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
  /** Of these only; what the state asked for has none of it that a district may find it by. */
  readonly color?: Color | undefined;
  readonly object?: string | undefined;
  readonly scenario?: ResyncRequest['scenario'] | undefined;
  readonly seenBy?: Initiator;
  /** In any of these. */
  readonly statuses?: readonly ResyncStatus[] | undefined;
  /** The state's requests, in any of these instead: a district doesn't see how they stand. */
  readonly statesStatuses?: readonly ResyncStatus[] | undefined;
}

/** Resyncs of a district, newest first. @throws CursorError */
export async function listResyncs(control: Knex, filter: ResyncFilter): Promise<Page<ResyncHead>> {
  const { districtId, schoolYear, initiator, selection, statuses, statesStatuses = statuses } = filter;
  const query = control('resync').where({ districtID: districtId });
  if (schoolYear !== undefined) void query.where({ schoolYear });
  if (initiator !== undefined) void query.where({ initiator });
  // What was deleted from the list of one tool stays in that of all resyncs.
  if (selection !== undefined) void query.where({ selection }).whereNull('unlistedAt');
  if (statuses !== undefined && statesStatuses !== undefined)
    void query.where((some) => {
      void some.where((states) => {
        void states.where({ initiator: 'state' }).whereIn('status', statesStatuses);
      });
      void some.orWhere((own) => {
        void own.whereNot({ initiator: 'state' }).whereIn('status', statuses);
      });
    });
  if (filter.from) void query.where('requestedAt', '>=', filter.from);
  if (filter.to) void query.where('requestedAt', '<', filter.to);
  narrow(query, filter);
  const columns = { at: 'requestedAt', id: 'resyncID' };
  const { items, ...rest } = await pageByTime<ResyncRow>(control, query, columns, filter);
  return { items: await toHeads(control, items), ...rest };
}

/** By what a district sees of its own resyncs only. */
function narrow(query: Knex.QueryBuilder, { color, object, scenario, seenBy }: ResyncFilter): void {
  const withoutStates = seenBy === 'district';
  if (scenario !== undefined) {
    // Whatever the state said, a district is shown that it asked.
    if (withoutStates && scenario === 'STATE_REQUEST') void query.where({ initiator: 'state' });
    else void query.where({ scenario, ...(withoutStates && { initiator: 'district' }) });
  }
  if (color === undefined && object === undefined) return;
  if (withoutStates) void query.where({ initiator: 'district' });
  if (color !== undefined) void query.where({ color });
  if (object !== undefined)
    void query.whereRaw(
      'EXISTS (SELECT 1 FROM DISBatchHistory h WHERE h.resyncID = resync.resyncID AND h.objectName = ?)',
      [object],
    );
}
