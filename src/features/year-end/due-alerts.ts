import { alertCategories } from '../../domain/alert-categories';
import type { Knex } from 'knex';
import { postAlert } from '../alerts/post';
import type { DistrictYears } from '../scoped-year/read';
import { readEndsDue } from './read-ends';
import { readStarts } from './read-starts';
import type { ScenarioSettings } from './switch-store';
import { schoolYearLabel } from '../../domain/school-year';

const weekMs = 7 * 86_400_000;

/**
 * Posts where a scoped year comes to its end without an accepted full resync: once when it is due,
 * and from July 1 on every week. Safe to repeat.
 * @returns number of districts for which it is due
 */
export async function postEndOfYearAlerts(
  control: Knex,
  districts: readonly (DistrictYears & { readonly name: string })[],
  settings: ScenarioSettings & { readonly now: Date },
): Promise<number> {
  const ends = await readEndsDue(control, districts, settings);
  for (const { id, name } of districts) {
    const due = ends.get(id);
    if (!due) continue;
    const { schoolYear, dueAt, overdue, why } = due;
    const week = Math.floor((settings.now.getTime() - dueAt.getTime()) / weekMs);
    await postAlert(control, {
      category: alertCategories.resync,
      name: 'End-of-year Resync Due',
      districtId: id,
      right: 'resyncBatch',
      link: { kind: 'year', id },
      dueAt,
      alertKey: `end-of-year:${id}:${schoolYear}${overdue ? `:week-${week}` : ''}`,
      text: `The school year ${schoolYearLabel(schoolYear)} of ${name} ends, and its full resync is ${overdue ? 'overdue' : 'due'}. ${why}`,
    });
  }
  return ends.size;
}

/**
 * Posts what is due: for every district whose scoped year was switched and whose start-of-year
 * resync isn't made, one alert; once it is overdue, another every week until it is. Safe to repeat
 * as often as one likes.
 * @returns number of start-of-year resyncs that are due or overdue
 */
export async function postDueAlerts(
  control: Knex,
  districts: readonly (DistrictYears & { readonly name: string })[],
  settings: ScenarioSettings & { readonly now: Date },
): Promise<number> {
  const names = new Map(districts.map(({ id, name }) => [id, name]));
  let due = 0;
  for (const [id, { schoolYear, switchedAt, start }] of await readStarts(
    control,
    [...names.keys()],
    settings,
  )) {
    const name = names.get(id)!;
    if (start.status !== 'due' && start.status !== 'overdue') continue;
    due += 1;
    const dueAt = new Date(start.dueAt!);
    const alert = {
      category: alertCategories.resync,
      name: 'Start-of-year Resync Due',
      districtId: id,
      right: 'resyncBatch' as const,
      link: { kind: 'year' as const, id },
      dueAt,
    };
    // The time of the switch is part of the key: a year that was gone back from and switched to
    // again is due again.
    const alertKey = `start-of-year:${id}:${schoolYear}:${Date.parse(switchedAt)}`;
    const what = `the full start-of-year resync of ${schoolYearLabel(schoolYear)} for ${name}`;
    const until = start.dueAt!.slice(0, 10);
    await postAlert(control, {
      ...alert,
      alertKey,
      text: `The scoped year was switched. Roll the enrollments forward, then send ${what}: it is due by ${until}.`,
    });
    if (start.status === 'due') continue;
    const week = Math.floor((settings.now.getTime() - dueAt.getTime()) / weekMs);
    await postAlert(control, {
      ...alert,
      alertKey: `${alertKey}:week-${week}`,
      text: `Overdue: ${what} was due by ${until}.${start.why === null ? '' : ` ${start.why}`}`,
    });
  }
  return due;
}
