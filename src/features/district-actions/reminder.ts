import type { Knex } from 'knex';
import { alertCategories } from '../../domain/alert-categories';
import { dayIn, endOfDay, instantOf } from '../../domain/local-day';
import { schoolYearLabel } from '../../domain/school-year';
import { postAlert } from '../alerts/post';
import type { TargetDetail } from './targets/target';

type Due = NonNullable<TargetDetail['due']>;

/** An instant, and by whose clocks. */
interface ZonedNow {
  readonly timezone: string;
  readonly now: Date;
}

/** One reminder of the same a day of the district. */
export function reminderKey(districtId: string, { what, by }: Due, { timezone, now }: ZonedNow): string {
  return `reminder:${districtId}:${what}:${by}:${dayIn(timezone, now)}`;
}

/** Reminds a district's users of a mandatory resync. Safe to repeat. */
export async function postReminder(
  control: Knex,
  {
    districtId,
    schoolYear,
    due,
    ...at
  }: ZonedNow & { readonly districtId: string; readonly schoolYear: number; readonly due: Due },
): Promise<void> {
  const what = due.what === 'endOfYear' ? 'end-of-year' : 'start-of-year';
  await postAlert(control, {
    alertKey: reminderKey(districtId, due, at),
    category: alertCategories.resync,
    name: 'Reminder of the State',
    text: `The state reminds you of the full ${what} resync of ${schoolYearLabel(schoolYear)}: it is due by ${due.by}.`,
    districtId,
    right: 'resyncBatch',
    // The state's users have sent it.
    level: 'district',
    link: { kind: 'year', id: districtId },
    dueAt: new Date(
      due.what === 'endOfYear' ? instantOf(due.by, at.timezone) : endOfDay(due.by, at.timezone),
    ),
  });
}
