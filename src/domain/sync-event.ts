/**
 * Sync events: the state's own values carried down to a district (specification: "trigger a sync
 * event when modified at the state level").
 */

export type SyncEventStatus = 'accepted' | 'running' | 'finished' | 'failed';
export const openSyncEventStatuses: readonly SyncEventStatus[] = ['accepted', 'running'];

/** Most records one announcement may name; more are found by comparing the whole object. */
export const maxAnnouncedKeys = 1_000;
