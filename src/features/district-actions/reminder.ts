import type { Knex } from 'knex';
import { alertCategories } from '../../domain/alert-categories';
import { schoolYearLabel } from '../../domain/school-year';
import { postAlert } from '../alerts/post';
import type { TargetDetail } from './targets/target';

type Due = NonNullable<TargetDetail['due']>;

/** One reminder of the same a day. */
export function reminderKey(districtId: string, { what, by }: Due, now: Date): string {
  return `reminder:${districtId}:${what}:${by}:${now.toISOString().slice(0, 10)}`;
}

/** Reminds a district's users of a mandatory resync. Safe to repeat. */
export async function postReminder(
  control: Knex,
  {
    districtId,
    schoolYear,
    due,
    now,
  }: { readonly districtId: string; readonly schoolYear: number; readonly due: Due; readonly now: Date },
): Promise<void> {
  const what = due.what === 'endOfYear' ? 'end-of-year' : 'start-of-year';
  await postAlert(control, {
    alertKey: reminderKey(districtId, due, now),
    category: alertCategories.resync,
    name: 'Reminder of the State',
    text: `The state reminds you of the full ${what} resync of ${schoolYearLabel(schoolYear)}: it is due by ${due.by}.`,
    districtId,
    right: 'resyncBatch',
    // The state's users have sent it.
    level: 'district',
    link: { kind: 'year', id: districtId },
    dueAt: new Date(due.by),
  });
}
