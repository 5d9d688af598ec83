import type { z } from 'zod';
import type { ResyncHead } from './read';
import type { Principal } from '../../domain/principal';
import {
  endedStatuses,
  type ResyncStatus,
  statesStatus,
  underWayStatuses,
  waitingStatuses,
} from '../../domain/resync';
import { canSeeDetails } from '../../http/require';
import type { AnswerTo } from '../../http/route';
import type { resyncHead, shownStatus } from './schemas';

export type ShownStatus = z.output<typeof shownStatus>;

/**
 * A resync as the caller may see it. Of a state's request a district sees that it is, when, how
 * far, and that it is over (specification: it can't view the objects requested);
 * docs/decisions/0008.
 */
export function headView(principal: Principal, head: ResyncHead): AnswerTo<typeof resyncHead> {
  if (canSeeDetails(principal, head)) return head;
  const status = statesStatus(head.status);
  return {
    resyncId: head.resyncId,
    districtId: head.districtId,
    schoolYear: head.schoolYear,
    objects: null,
    checkDependencies: null,
    scenario: 'STATE_REQUEST',
    initiator: 'state',
    mode: null,
    requestedBy: 'the state',
    status,
    percent: status === 'ended' ? 100 : head.percent,
    color: status === 'ended' ? null : 'gray',
    message: null,
    requestedAt: head.requestedAt,
    startedAt: head.startedAt,
    endedAt: head.endedAt,
    heldUntil: null,
    catalogHash: null,
    otherCatalog: null,
    errorsRemovedAt: null,
  };
}

/**
 * The statuses a caller means by one it sees, for a list: a district can't find out how a state's
 * request ended by asking for those that failed.
 */
export function statusFilter(
  principal: Principal,
  shown: ShownStatus,
): { readonly statuses: readonly ResyncStatus[]; readonly statesStatuses: readonly ResyncStatus[] } {
  const statuses = shown === 'ended' ? endedStatuses : [shown];
  if (principal.level === 'state') return { statuses, statesStatuses: statuses };
  const kinds = { queued: waitingStatuses, running: underWayStatuses, ended: endedStatuses } as const;
  return { statuses, statesStatuses: kinds[shown as keyof typeof kinds] ?? [] };
}

/** headView where the whole resync is answered: nothing of the inside. */
export function redactedView(principal: Principal, head: ResyncHead) {
  return { ...headView(principal, head), colorWithoutExclusions: null, totals: null, objectResults: null };
}
