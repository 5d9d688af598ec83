import { Command } from 'commander';
import type { Acceptance, Compliance, ScopedYear, YearRun } from '../client/answers';
import {
  clientOf,
  schoolYearOption,
  wantsJson,
  withApiOptions,
  yearOf,
  yearQuery,
} from '../client/command-context';
import { daysOfDistricts } from '../client/district-days';
import { paint, plainTable, print, printJson } from '../client/terminal';

/** `resync scoped-year show | switch | compliance`: the district's current school year. */
export function scopedYearCommand(): Command {
  return new Command('scoped-year')
    .description('show or switch a district’s current school year')
    .addCommand(showCommand(), { isDefault: true })
    .addCommand(switchCommand())
    .addCommand(complianceCommand());
}

function showCommand(): Command {
  return withApiOptions(new Command('show'))
    .description('the scoped year, whether it may be ended, and the start-of-year resync')
    .option('--district <id>', 'the district (default: the only one)')
    .action(async (options: { district?: string }, command: Command) => {
      const client = clientOf(command);
      const district = await client.district(options.district);
      printYear(await client.get<ScopedYear>(pathOf(district)), command);
    });
}

interface SwitchOptions {
  readonly to: number;
  readonly overrideReason?: string;
  readonly district?: string;
}

function switchCommand(): Command {
  return withApiOptions(new Command('switch'))
    .description('switch to the next school year, once the ending one has its full resync')
    .requiredOption('--to <year>', 'year in which the next school year ends', yearOf)
    .option('--override-reason <text>', 'state only: switch anyway (or back), and why')
    .option('--district <id>', 'the district (default: the only one)')
    .action(async ({ to, overrideReason, ...options }: SwitchOptions, command: Command) => {
      const client = clientOf(command);
      const district = await client.district(options.district);
      const year = await client.put<ScopedYear>(pathOf(district), {
        schoolYear: to,
        ...(overrideReason === undefined ? {} : { override: { reason: overrideReason } }),
      });
      printYear(year, command);
    });
}

const pathOf = (district: string): string => `/districts/${encodeURIComponent(district)}/scoped-year`;

function printYear(year: ScopedYear, command: Command): void {
  if (wantsJson(command)) return printJson(year);
  const { scopedYear, offeredYears, endOfYear, startOfYear } = year;
  const offered = offeredYears.map(({ schoolYear, kind }) => `${schoolYear} (${kind})`).join(', ');
  print(`Scoped year:   ${scopedYear}; resyncs ${offered}`);
  print(
    `End of year:   ${endOfYear.holds ? `may be ended, by ${endOfYear.resync?.resyncId}` : endOfYear.why}`,
  );
  const { status, dueOn, resync, why } = startOfYear;
  const by = status === 'done' ? `, by ${resync?.resyncId}` : dueOn === null ? '' : `, by ${dueOn}`;
  print(`Start of year: ${wordOf[status]}${by}${why === null ? '' : `. ${why}`}`);
}

const wordOf = { notDue: 'not due', due: 'due', overdue: 'overdue', done: 'done' } as const;

/** `resync accept <id>`: the state accepts the outcome of a full resync. */
export function acceptCommand(): Command {
  return withApiOptions(new Command('accept'))
    .description('accept the outcome of a full resync, so that its school year may be ended (state only)')
    .argument('<resync>', 'id of the resync')
    .requiredOption('--reason <text>', 'why; it is kept')
    .action(async (id: string, { reason }: { reason: string }, command: Command) => {
      const path = `/resyncs/${encodeURIComponent(id)}/accept`;
      const acceptance = await clientOf(command).post<Acceptance>(path, { reason });
      if (wantsJson(command)) return printJson(acceptance);
      print(`${acceptance.resyncId} is accepted by ${acceptance.acceptedBy}: ${acceptance.reason}`);
    });
}

/** `resync compliance`: the state's list of mandatory resyncs. */
export function complianceCommand(): Command {
  return withApiOptions(new Command('compliance'))
    .description('every district’s end-of-year resync, switch and start-of-year resync (state only)')
    .addOption(schoolYearOption('the one that ends now'))
    .action(async ({ schoolYear }: { schoolYear?: number }, command: Command) => {
      const client = clientOf(command);
      const list = await client.get<Compliance>(`/compliance${yearQuery(schoolYear)}`);
      if (wantsJson(command)) return printJson(list);
      const { counts } = list;
      const dayOf = await daysOfDistricts(client);
      print(
        `School year ${list.schoolYear}: ${counts.districts} districts; end of year ${counts.endOfYear.done} done, ` +
          `${counts.endOfYear.missing} missing; ${counts.switched} switched; start of year ` +
          `${counts.startOfYear.done} done, ${counts.startOfYear.due} due, ${counts.startOfYear.overdue} overdue`,
      );
      const rows = list.items.map(({ districtId, endOfYear, switched, startOfYear }) => [
        districtId,
        endOfYear.status === 'done' ? describe(endOfYear.resync, (at) => dayOf(districtId, at)) : 'missing',
        switched
          ? `${dayOf(districtId, switched.switchedAt)}${switched.overridden ? ' (overridden)' : ''}`
          : 'no',
        startOfYear.status === 'done'
          ? describe(startOfYear.resync, (at) => dayOf(districtId, at))
          : wordOf[startOfYear.status],
        endOfYear.why ?? startOfYear.why ?? '',
      ]);
      print(plainTable(['District', 'End of year', 'Switched', 'Start of year', 'Why'], rows));
    });
}

function describe(resync: YearRun | null, dayOf: (at: string) => string): string {
  if (resync === null) return 'done';
  return `${paint(resync.color)} ${resync.endedAt === null ? '' : dayOf(resync.endedAt)} ${resync.resyncId}`;
}
