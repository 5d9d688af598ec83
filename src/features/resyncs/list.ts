import type { Knex } from 'knex';
import { pageByTime, type Page, type TimePageFilter } from '../../control/page';
import { type ResyncHead, toHeads } from './read';
import type { ResyncRow } from './row';
import type { Initiator, ResyncRequest, ResyncStatus } from '../../domain/resync';

type Selection = NonNullable<ResyncRequest['selection']>;

export interface ResyncFilter extends TimePageFilter {
  readonly districtId: string;
  readonly schoolYear?: number | undefined;
  readonly initiator?: Initiator | undefined;
  /** Only resyncs of selected records, of this kind. */
  readonly selection?: Selection | undefined;
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
  const columns = { at: 'requestedAt', id: 'resyncID' };
  const { items, ...rest } = await pageByTime<ResyncRow>(control, query, columns, filter);
  return { items: await toHeads(control, items), ...rest };
}
