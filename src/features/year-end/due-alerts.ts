import { alertCategories } from '../../domain/alert-categories';
import type { Knex } from 'knex';
import { judgeYearEnd } from '../../domain/year-end';
import { postAlert } from '../alerts/post';
import { type DistrictYears, readScopedYears } from '../scoped-year/read';
import { readDriftFound } from './read-drift';
import { readStarts } from './read-starts';
import type { ScenarioSettings } from './switch-store';
import { readYearRuns } from './read-year-runs';
import { schoolYearLabel } from '../../domain/school-year';

const weekMs = 7 * 86_400_000;

const dayMs = 86_400_000;

/**
 * Posts where a scoped year comes to its end without an accepted full resync: once when it is due,
 * and from July 1 on every week. Safe to repeat.
 * @returns number of districts for which it is due
 */
export async function postEndOfYearAlerts(
  control: Knex,
  districts: readonly (DistrictYears & { readonly name: string })[],
  { now, acceptedColors, judgedColor: judged, endOfYearDueDays }: ScenarioSettings & { readonly now: Date },
): Promise<number> {
  const years = await readScopedYears(control);
  const facts = new Map<number, Awaited<ReturnType<typeof factsOf>>>();
  let due = 0;
  for (const { id, name, schoolYear: configured } of districts) {
    const schoolYear = years.get(id) ?? configured;
    const end = new Date(Date.UTC(schoolYear, 6, 1));
    if (now.getTime() < end.getTime() - endOfYearDueDays * dayMs) continue;
    const known = facts.get(schoolYear) ?? (await factsOf(control, schoolYear, judged));
    facts.set(schoolYear, known);
    const yearEnd = judgeYearEnd({
      schoolYear,
      runs: known.runs.get(id) ?? [],
      changes: known.drift.get(id) ?? [],
      acceptedColors,
    });
    if (yearEnd.holds) continue;
    due += 1;
    const week = Math.floor((now.getTime() - end.getTime()) / weekMs);
    await postAlert(control, {
      category: alertCategories.resync,
      name: 'End-of-year Resync Due',
      districtId: id,
      right: 'resyncBatch',
      link: { kind: 'year', id },
      dueAt: end,
      alertKey: `end-of-year:${id}:${schoolYear}${week < 0 ? '' : `:week-${week}`}`,
      text: `The school year ${schoolYearLabel(schoolYear)} of ${name} ends, and its full resync is ${week < 0 ? 'due' : 'overdue'}. ${yearEnd.why}`,
    });
  }
  return due;
}

async function factsOf(control: Knex, schoolYear: number, judged: ScenarioSettings['judgedColor']) {
  return {
    runs: await readYearRuns(control, { schoolYear, judged }),
    drift: await readDriftFound(control, { schoolYear }),
  };
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
