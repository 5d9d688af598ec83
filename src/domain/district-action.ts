/** What the state does with many districts in one call, each of which it could do one by one. */
import type { ToolRight } from './rights';

export const districtActions = ['verify', 'certify', 'accept', 'remind', 'retry', 'cancel'] as const;
export type DistrictAction = (typeof districtActions)[number];

/** The right that the same takes for one district. */
export const rightOfAction: Readonly<Record<DistrictAction, ToolRight>> = {
  verify: 'verificationSummary',
  certify: 'verificationSummary',
  accept: 'administration',
  remind: 'resyncBatch',
  retry: 'resyncBatch',
  cancel: 'resyncBatch',
};

/**
 * How one district of it stands. `refused`: for it this can't be done, and why is said; `failed`:
 * it was tried and came to nothing.
 */
export const actionStatuses = ['waiting', 'done', 'refused', 'failed'] as const;
export type ActionStatus = (typeof actionStatuses)[number];
