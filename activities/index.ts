import { blackoutActivities } from './blackouts';
import { runLifecycleActivities } from './run-lifecycle';
import { certificationActivities } from './certifications';
import type { ActivityDependencies } from './dependencies';
import { districtActionActivities } from './district-actions';
import { DistrictEditions } from './district-editions';
import { identityActivities } from './identity';
import { noticeActivities } from './notices';
import { forOwnCatalog } from './own-catalog';
import { objectActivities } from './objects';
import { registrationActivities } from './registrations';
import { removalActivities } from './removals';
import { regionActivities } from './region';
import { retentionActivities } from './retention';
import { planActivities } from './planning';
import { recompareActivities } from './recompare';
import { stateRequestActivities } from './state-requests';
import { syncEventActivities } from './sync-events';
import { scheduleActivities } from './scheduled-resync';
import { unblockedActivities } from './unblocked';
import { verificationActivities } from './verification';
import { verifiedResyncActivities } from './verified-resync';
import { selectiveActivities } from './selective';

/** Beside the activities: what has to be closed when the worker stops. */
export interface ActivitySet {
  readonly activities: ResyncActivities;
  /** The list of districts was looked at: connections to what it has no more are closed. */
  closeLeft(): Promise<void>;
  close(): Promise<void>;
}

export type ResyncActivities = ReturnType<typeof planActivities> &
  ReturnType<typeof objectActivities> &
  ReturnType<typeof removalActivities> &
  ReturnType<typeof recompareActivities> &
  ReturnType<typeof runLifecycleActivities> &
  ReturnType<typeof stateRequestActivities> &
  ReturnType<typeof districtActionActivities> &
  ReturnType<typeof registrationActivities> &
  ReturnType<typeof noticeActivities> &
  ReturnType<typeof blackoutActivities> &
  ReturnType<typeof scheduleActivities> &
  ReturnType<typeof selectiveActivities> &
  ReturnType<typeof identityActivities> &
  ReturnType<typeof certificationActivities> &
  ReturnType<typeof verificationActivities> &
  ReturnType<typeof verifiedResyncActivities> &
  ReturnType<typeof unblockedActivities> &
  ReturnType<typeof syncEventActivities> &
  ReturnType<typeof retentionActivities> &
  ReturnType<typeof regionActivities>;

/**
 * They plan, move, compare or close by the catalog. Not `sendUnblocked`, which makes a run of its
 * own, by this worker's catalog: a run that has ended must not keep its district waiting.
 */
const byCatalog = [
  'preparePlan',
  'startObject',
  'syncObject',
  'syncObjects',
  'syncRange',
  'retryBlocked',
  'retryBlockedOfCycle',
  'verifyCycle',
  'recompareObject',
  'settleStateFields',
  'findRemovals',
  'removeRecords',
  'openVerification',
  'compareObjects',
  'selectDrifted',
  'finishObject',
  'finishResync',
] as const satisfies readonly (keyof ResyncActivities)[];

/**
 * All activities of the worker over one control database, with a pool per district edition opened
 * on first use.
 */
export function createActivities(dependencies: ActivityDependencies): ActivitySet {
  const editions = new DistrictEditions(dependencies.config);
  const activities: ResyncActivities = {
    ...planActivities(dependencies, editions),
    ...objectActivities(dependencies, editions),
    ...removalActivities(dependencies, editions),
    ...recompareActivities(dependencies, editions),
    ...runLifecycleActivities(dependencies),
    ...stateRequestActivities(dependencies),
    ...districtActionActivities(dependencies),
    ...registrationActivities(dependencies),
    ...noticeActivities(dependencies),
    ...blackoutActivities(dependencies),
    ...scheduleActivities(dependencies),
    ...selectiveActivities(dependencies, editions),
    ...identityActivities(dependencies, editions),
    ...certificationActivities(dependencies, editions),
    ...verificationActivities(dependencies, editions),
    ...verifiedResyncActivities(dependencies),
    ...unblockedActivities(dependencies, editions),
    ...syncEventActivities(dependencies, editions),
    ...retentionActivities(dependencies),
    ...regionActivities(dependencies, editions),
  };
  return {
    activities: forOwnCatalog(dependencies, activities, byCatalog),
    closeLeft: () => editions.closeLeft(),
    close: () => editions.close(),
  };
}
