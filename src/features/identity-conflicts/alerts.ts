import { createHash } from 'node:crypto';
import type { Knex } from 'knex';
import { closeAlerts, postAlert } from '../alerts/post';
import { readAlertKeys } from '../alerts/read';
import { alertCategories } from '../../domain/alert-categories';
import { readWholeObjects } from '../resyncs/sent-whole';
import { type IdentityConflict, isHeldStill, readHeldElsewhere } from './store';

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

/** The values that may mark a district's records. */
export function tenantsOf({ number, code }: District): string[] {
  return [String(number), ...(code === undefined ? [] : [code])];
}

/** The parts of a key of an alert, each of a fixed length whatever names people have chosen. */
function digest(...parts: readonly (string | number)[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
}

/** What the keys of a district's tasks begin with. */
const tasksOf = ({ districtId, schoolYear }: Sender): string => `transfer:${digest(districtId, schoolYear)}:`;
/** Records of one object that one other district holds: one task, whatever the number of runs. */
const taskOf = (sender: Sender, object: string, heldBy: string): string =>
  `${tasksOf(sender)}${digest(object)}:${digest(heldBy)}`;
const ends = ['state', 'sender', 'holder'] as const;

/**
 * Keeps the tasks of records that one district sends and another holds at the state: one task with
 * two ends, told to both and to the state, which alone learns who they are. What the run no longer
 * finds is closed for all of them.
 */
export async function keepTransferTasks(
  control: Knex,
  districts: readonly District[],
  run: Sender & { readonly resyncId: string; readonly initiator: 'district' | 'state' },
): Promise<void> {
  const held = await readHeldElsewhere(control, run.resyncId);
  for (const one of held) await postTask(control, districts, run, one);
  const open = new Set(held.map(({ objectName, heldBy }) => taskOf(run, objectName, heldBy)));
  const sent = new Set((await readWholeObjects(control, run.resyncId)).map((object) => digest(object)));
  const settled = (await readAlertKeys(control, tasksOf(run))).filter(
    (key) => sent.has(key.split(':')[2] ?? '') && !open.has(key.split(':').slice(0, 4).join(':')),
  );
  await closeAlerts(control, settled);
}

/** The state has released records: the task is closed at both ends when none is left. */
export async function closeReleasedTask(
  control: Knex,
  conflict: Pick<IdentityConflict, 'resyncId' | 'districtId' | 'schoolYear' | 'object' | 'heldBy'>,
): Promise<void> {
  const { resyncId, object, heldBy } = conflict;
  if (heldBy === null || (await isHeldStill(control, { resyncId, object, heldBy }))) return;
  const task = taskOf(conflict, object, heldBy);
  await closeAlerts(
    control,
    ends.map((end) => `${task}:${end}`),
  );
}

async function postTask(
  control: Knex,
  districts: readonly District[],
  run: Sender & { readonly resyncId: string; readonly initiator: 'district' | 'state' },
  { objectName, heldBy, records }: { objectName: string; heldBy: string; records: number },
): Promise<void> {
  const { resyncId, districtId, initiator } = run;
  const holder = districtOf(districts, heldBy);
  const key = taskOf(run, objectName, heldBy);
  const alert = { category: alertCategories.resync, name: 'Records Held by Another District', resyncId };
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
  if (initiator === 'state') return;
  await postAlert(control, {
    ...alert,
    alertKey: `${key}:sender`,
    text: `${what} of ${districtId} are held by another district at the state. After a transfer ask the state to release them.`,
    districtId,
    right: 'resyncBatch',
    level: 'district',
  });
  if (holder === null) return;
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

/** Who sends the records, and for which year. */
interface Sender {
  readonly districtId: string;
  readonly schoolYear: number;
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
    category: alertCategories.resync,
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
