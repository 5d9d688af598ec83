import { zoneOf } from '../../config';
import { alertCategories } from '../../domain/alert-categories';
import { dayIn, daysBetween } from '../../domain/local-day';
import type { Knex } from 'knex';
import { postAlert } from '../alerts/post';
import type { DistrictYears } from '../scoped-year/read';
import { readEndsDue } from './read-ends';
import { readStarts } from './read-starts';
import type { ScenarioSettings } from './switch-store';
import { schoolYearLabel } from '../../domain/school-year';

const daysOfWeek = 7;

/** Weeks since something was due, by the clocks of the district. */
function weeksSince(dueOn: string, { timezone, now }: { timezone: string; now: Date }): number {
  return Math.floor(daysBetween(dueOn, dayIn(timezone, now)) / daysOfWeek);
}

/**
 * Posts where a scoped year comes to its end without an accepted full resync: once when it is due,
 * and once the year is over every week. Safe to repeat.
 * @returns number of districts for which it is due
 */
export async function postEndOfYearAlerts(
  control: Knex,
  districts: readonly (DistrictYears & { readonly name: string })[],
  settings: ScenarioSettings & { readonly now: Date },
): Promise<number> {
  const ends = await readEndsDue(control, districts, settings);
  for (const district of districts) {
    const { id, name } = district;
    const due = ends.get(id);
    if (!due) continue;
    const { schoolYear, dueAt, dueOn, overdue, why } = due;
    const week = weeksSince(dueOn, { timezone: zoneOf(district), now: settings.now });
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
  const byId = new Map(districts.map((district) => [district.id, district]));
  let due = 0;
  for (const [id, { schoolYear, switchedAt, start }] of await readStarts(control, districts, settings)) {
    const district = byId.get(id)!;
    const { name } = district;
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
    const until = start.dueOn!;
    await postAlert(control, {
      ...alert,
      alertKey,
      text: `The scoped year was switched. Roll the enrollments forward, then send ${what}: it is due by ${until}.`,
    });
    if (start.status === 'due') continue;
    const week = weeksSince(until, { timezone: zoneOf(district), now: settings.now });
    await postAlert(control, {
      ...alert,
      alertKey: `${alertKey}:week-${week}`,
      text: `Overdue: ${what} was due by ${until}.${start.why === null ? '' : ` ${start.why}`}`,
    });
  }
  return due;
}
