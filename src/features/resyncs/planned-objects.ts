/** Objects of a run as its plan stores them, and what is noted of one before its end. */
import type { Knex } from 'knex';
import { clip } from '../../control/columns';
import type { ObjectDoubt } from '../../domain/outcome';
import type { HeldUpdates } from '../../domain/safety';

interface ObjectRef {
  readonly resyncId: string;
  readonly object: string;
}

/** The objects of a run, in the order of its plan. */
interface PlannedRun {
  readonly resyncId: string;
  readonly districtId: string;
  readonly schoolYear: number;
  readonly objects: readonly string[];
  readonly selected?: ReadonlyMap<string, number> | null;
  /** Share lost at the district from which an object ends red; `null`: never. */
  readonly shrunkPercent?: number | null;
}

/**
 * Writes one DISBatchHistory row for every planned object, in status waiting. Repeating it changes
 * nothing.
 * @param objects names in the order of the plan
 * @param chosen in a run of chosen records: how many, by object
 */
export async function planObjects(
  control: Knex,
  { resyncId, districtId, schoolYear, objects, selected = null, shrunkPercent = null }: PlannedRun,
): Promise<void> {
  if (objects.length === 0) return;
  await control('DISBatchHistory')
    .insert(
      objects.map((objectName, position) => ({
        resyncID: resyncId,
        districtID: districtId,
        schoolYear,
        objectName,
        position,
        selected: selected === null ? null : (selected.get(objectName) ?? 0),
        shrunkPercent: selected === null ? shrunkPercent : null,
        status: 'waiting',
        color: 'gray',
      })),
    )
    .onConflict(['resyncID', 'objectName'])
    .merge(['position', 'selected', 'shrunkPercent']);
}

/**
 * Stores what a person has to know of objects before they are sent; it stays beside their outcome
 * unless that has something to say itself. Repeating it changes nothing.
 */
export async function noteObjects(
  control: Knex,
  resyncId: string,
  notes: ReadonlyMap<string, string>,
): Promise<void> {
  for (const [objectName, note] of notes)
    await control('DISBatchHistory')
      .where({ resyncID: resyncId, objectName, status: 'waiting' })
      .update({ message: clip(note) });
}

/** Notes why a person has to look at an object; its end is told with it. */
export async function doubtObject(
  control: Knex,
  { resyncId, object, doubt }: ObjectRef & { readonly doubt: ObjectDoubt },
): Promise<void> {
  await control('DISBatchHistory').where({ resyncID: resyncId, objectName: object }).update({ doubt });
}

/** Notes that an object is held before most of its records are updated. */
export async function holdObject(
  control: Knex,
  { resyncId, object }: ObjectRef,
  held: HeldUpdates,
): Promise<void> {
  await control('DISBatchHistory')
    .where({ resyncID: resyncId, objectName: object })
    .update({ doubt: 'UPDATES_HELD', held: JSON.stringify(held) });
}
