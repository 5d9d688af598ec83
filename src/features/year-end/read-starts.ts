import type { Knex } from 'knex';
import { type DistrictConfig, zoneOf } from '../../config';
import { judgeYearStart, type YearStart } from '../../domain/year-end';
import { readYearRuns } from './read-year-runs';
import { readLastSwitches, type ScenarioSettings, switchedForwardAt } from './switch-store';

/** Where the start-of-year resync of a switched district stands. */
interface StartOfSwitched {
  readonly schoolYear: number;
  readonly switchedAt: string;
  readonly start: YearStart;
}

/** The start-of-year resync of each district whose scoped year was switched forward last. */
export async function readStarts(
  control: Knex,
  districts: readonly Pick<DistrictConfig, 'id' | 'timezone'>[],
  { now, acceptedColors, judgedColor: judged, startOfYearDueDays }: ScenarioSettings & { readonly now: Date },
): Promise<Map<string, StartOfSwitched>> {
  const switches = await readLastSwitches(control);
  const runsOf = new Map<number, Awaited<ReturnType<typeof readYearRuns>>>();
  const starts = new Map<string, StartOfSwitched>();
  for (const district of districts) {
    const { id } = district;
    const last = switches.get(id);
    const switchedAt = switchedForwardAt(last);
    if (!last || switchedAt === null) continue;
    const schoolYear = last.toYear;
    const runs = runsOf.get(schoolYear) ?? (await readYearRuns(control, { schoolYear, judged }));
    runsOf.set(schoolYear, runs);
    const start = judgeYearStart(
      { schoolYear, runs: runs.get(id) ?? [], acceptedColors },
      { switchedAt, dueDays: startOfYearDueDays, timezone: zoneOf(district), now },
    );
    starts.set(id, { schoolYear, switchedAt, start });
  }
  return starts;
}
