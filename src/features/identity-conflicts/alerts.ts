import type { Knex } from 'knex';
import { postAlert } from '../alerts/post';
import { resyncCategory } from '../resyncs/end-alerts';
import { readHeldElsewhere } from './store';

/** A district as its tenant column names it. */
interface District {
  readonly id: string;
  readonly number: number;
  readonly code?: string | undefined;
}

/** The district whose records a tenant value marks; `null`: none that is configured. */
export function districtOf<T extends District>(districts: readonly T[], tenant: string | null): T | null {
  return districts.find(({ number, code }) => tenant === String(number) || tenant === code) ?? null;
}

/**
 * Tells both districts of records that one sends and another holds at the state, and the state who
 * they are: one task with two ends. Neither district learns the other's name.
 */
export async function postTransferAlerts(
  control: Knex,
  districts: readonly District[],
  { resyncId, districtId, initiator }: Parties,
): Promise<void> {
  for (const { objectName, heldBy, records } of await readHeldElsewhere(control, resyncId)) {
    const holder = districtOf(districts, heldBy);
    const key = `transfer:${resyncId}:${objectName}:${heldBy}`;
    const alert = { category: resyncCategory, name: 'Records Held by Another District', resyncId };
    const what = `${records} record(s) of ${objectName}`;
    await postAlert(control, {
      ...alert,
      alertKey: `${key}:state`,
      text: `${what} that ${districtId} sends are held by ${holder?.id ?? `the tenant ${heldBy}`} at the state. Confirm the transfer under identity conflicts of ${districtId}.`,
      districtId: null,
      right: 'stateRequest',
      level: 'state',
    });
    // Of a state's run a district doesn't see which objects it has.
    if (initiator === 'state') continue;
    await postAlert(control, {
      ...alert,
      alertKey: `${key}:sender`,
      text: `${what} of ${districtId} are held by another district at the state. After a transfer ask the state to release them.`,
      districtId,
      right: 'resyncBatch',
      level: 'district',
    });
    if (holder === null) continue;
    await postAlert(control, {
      ...alert,
      alertKey: `${key}:holder`,
      resyncId: null,
      text: `${what} that ${holder.id} has at the state are sent by another district too. If they have left, end them; otherwise tell the state.`,
      districtId: holder.id,
      right: 'resyncBatch',
      level: 'district',
    });
  }
}

interface Parties {
  readonly resyncId: string;
  readonly districtId: string;
  readonly initiator: 'district' | 'state';
}

/** Tells both ends that a record was released. */
export async function postReleaseAlerts(
  control: Knex,
  {
    conflictId,
    object,
    districtId,
    holderId,
  }: {
    readonly conflictId: number;
    readonly object: string;
    readonly districtId: string;
    readonly holderId: string | null;
  },
): Promise<void> {
  const alert = {
    category: resyncCategory,
    name: 'Record Released',
    right: 'resyncBatch',
    level: 'district',
  } as const;
  await postAlert(control, {
    ...alert,
    alertKey: `released:${conflictId}:to`,
    text: `A record of ${object} that another district held was released to ${districtId}: send the object again.`,
    districtId,
  });
  if (holderId === null) return;
  await postAlert(control, {
    ...alert,
    alertKey: `released:${conflictId}:from`,
    text: `The state released a record of ${object} of ${holderId} to another district, where it goes on. End it in ${holderId}, or ask the state.`,
    districtId: holderId,
  });
}
