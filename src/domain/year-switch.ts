import { type Initiator, isOpen, type ResyncStatus } from './resync';
import type { YearEnd } from './year-end';

/** Who may switch a district's scoped year, to which year, and when. */

export interface SwitchRequest {
  readonly from: number;
  readonly to: number;
  readonly level: 'district' | 'state';
  /** Why the state switches though the end-of-year condition doesn't hold, or back. */
  readonly reason: string | null;
}

/** A resync of the district that runs or waits. */
export interface OpenRun {
  readonly resyncId: string;
  readonly status: ResyncStatus;
  readonly initiator: Initiator;
}

/** What a switch comes to. `refused` names the field of the request at fault, where one is. */
export type SwitchVerdict =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'switch'; readonly overridden: boolean; readonly resyncId: string | null }
  | {
      readonly kind: 'refused';
      readonly how: 'notAllowed' | 'conflict' | 'invalid';
      readonly field: 'schoolYear' | 'override' | null;
      readonly why: string;
    };

/**
 * Judges a switch of the scoped year.
 * @param openRuns resyncs of the district that run or wait, of any year: they were planned for the
 * scoped year as it is
 * @param yearEnd the end-of-year condition of the ending year
 */
export function judgeSwitch(
  { from, to, level, reason }: SwitchRequest,
  {
    openRuns,
    yearEnd,
  }: {
    openRuns: readonly OpenRun[];
    yearEnd: YearEnd;
  },
): SwitchVerdict {
  if (to === from) return { kind: 'nothing' };
  if (level !== 'state' && reason !== null) {
    return refuse(
      'notAllowed',
      'override',
      'Only a state administrator may override the end-of-year resync.',
    );
  }
  if (to !== from + 1 && to !== from - 1) {
    const years = level === 'state' ? `${from + 1}, or back to ${from - 1}` : `${from + 1}`;
    return refuse('invalid', 'schoolYear', `The scoped year is ${from}: it can be switched to ${years}.`);
  }
  const back = to < from;
  if (back && level !== 'state') {
    return refuse('notAllowed', 'schoolYear', `Only a state administrator may switch back to ${to}.`);
  }
  if (back && reason === null) {
    return refuse('invalid', 'override', `Give the reason for which the scoped year goes back to ${to}.`);
  }
  const open = openRuns.find(({ status }) => isOpen(status));
  if (open) {
    return refuse('conflict', null, whyOpen(open, level));
  }
  if (back) return { kind: 'switch', overridden: true, resyncId: null };
  if (yearEnd.holds) return { kind: 'switch', overridden: false, resyncId: yearEnd.run.resyncId };
  if (reason === null) return refuse('conflict', null, yearEnd.why);
  return { kind: 'switch', overridden: true, resyncId: null };
}

/** Of a run of the state's a district learns that it is there, not how it stands. */
function whyOpen({ resyncId, status, initiator }: OpenRun, level: SwitchRequest['level']): string {
  if (initiator === 'state' && level === 'district')
    return 'A resync that the state asked for is under way: let it end before the scoped year is switched.';
  return `Resync ${resyncId} of this district is ${status}: let it end, or cancel it, before the scoped year is switched.`;
}

function refuse(
  how: 'notAllowed' | 'conflict' | 'invalid',
  field: 'schoolYear' | 'override' | null,
  why: string,
): SwitchVerdict {
  return { kind: 'refused', how, field, why };
}
