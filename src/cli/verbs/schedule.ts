import { Command, Option } from 'commander';
import { scenarios } from '../../domain/resync';
import type { BackfilledSchedule, Items, Schedule, TriggeredSchedule } from '../client/answers';
import type { ApiClient } from '../client/api-client';
import { clientOf, countOf, namesOf, wantsJson, withApiOptions } from '../client/command-context';
import { CommandFailure, exitCodes } from '../client/exit-codes';
import { objectsOf } from './send';
import { plainTable, print, printJson } from '../client/terminal';

/**
 * `resync schedule create|list|show|pause|resume|trigger|backfill|delete`: recurring resyncs and
 * verifications.
 */
export function scheduleCommand(): Command {
  return new Command('schedule')
    .description('recurring resyncs and verifications of a district')
    .addCommand(createCommand())
    .addCommand(listCommand())
    .addCommand(actCommand('show', 'show a schedule with its next and last runs'))
    .addCommand(actCommand('pause', 'stop firing until resumed').option('--note <text>', 'why'))
    .addCommand(actCommand('resume', 'fire again').option('--note <text>', 'why'))
    .addCommand(actCommand('trigger', 'fire now, also while it is paused'))
    .addCommand(
      actCommand('backfill', 'fire for the times of a past period that it missed')
        .requiredOption('--from <instant>', 'e.g. 2027-01-04T00:00Z')
        .requiredOption('--to <instant>', 'e.g. 2027-01-05T00:00Z'),
    )
    .addCommand(actCommand('delete', 'delete a schedule; what it started stays'));
}

/** When something fires, as it is typed. */
export interface TimingOptions {
  readonly cron?: string;
  readonly at?: string[];
  readonly days?: string[];
  readonly timezone?: string;
  readonly jitterMinutes?: number;
  readonly missed?: string;
  readonly catchupWindowMinutes?: number;
  readonly overlap?: string;
  readonly note?: string;
}

interface CreateOptions extends TimingOptions {
  readonly district?: string;
  readonly all?: true;
  readonly objects?: string[];
  readonly checkDependencies: boolean;
  readonly verification?: true;
  readonly mode?: string;
  readonly scenario?: string;
}

/** The options that say when. */
export function withTiming(command: Command): Command {
  return command
    .option('--cron <fields>', 'minute, hour, day of month, month, day of week, e.g. "0 2 * * mon-fri"')
    .option('--at <times>', 'local times instead of --cron, e.g. 02:00,14:30', namesOf)
    .option('--days <days>', 'with --at: mon,tue,wed,thu,fri,sat,sun', namesOf)
    .option(
      '--timezone <zone>',
      'IANA time zone, e.g. America/Chicago (default: the district’s, or the state’s)',
    )
    .option('--jitter-minutes <count>', 'delay each firing by a random time up to this', countOf)
    .addOption(
      new Option('--missed <policy>', 'firings while the service was away').choices(['skip', 'one', 'all']),
    )
    .option('--catchup-window-minutes <count>', 'how far back missed firings are caught up', countOf)
    .addOption(
      new Option('--overlap <policy>', 'while what the last one started runs').choices(['skip', 'queue']),
    )
    .option('--note <text>', 'what it is for');
}

/** What the API takes of them. */
export function timingOf(options: TimingOptions): object {
  const { cron, at, days, timezone, jitterMinutes, missed, catchupWindowMinutes, overlap, note } = options;
  if ((cron === undefined) === (at === undefined))
    throw new CommandFailure('Say when: --cron, or --at (with --days).', exitCodes.usage);
  return {
    ...{ timezone, jitterMinutes, missed, catchupWindowMinutes, overlap, note },
    ...(cron === undefined ? { calendar: { at, daysOfWeek: days } } : { cron }),
  };
}

function createCommand(): Command {
  return withTiming(districtCommand('create', 'make a schedule').argument('<name>', 'its name'))
    .option('--all', 'every object the district sends')
    .option('--objects <names>', 'objects, separated by commas', namesOf)
    .option('--no-check-dependencies', 'leave out the objects they depend on')
    .option('--verification', 'compare only: each firing is a verification')
    .addOption(
      new Option('--mode <mode>', 'write what differs (default), or everything').choices([
        'compare',
        'everything',
      ]),
    )
    .addOption(new Option('--scenario <why>', 'why it is made').choices(scenarios))
    .action(async (name: string, options: CreateOptions, command: Command) => {
      const client = clientOf(command);
      const district = await client.district(options.district);
      show(await client.post<Schedule>(pathOf(district), { name, ...requestOf(options) }), command);
    });
}

function requestOf(options: CreateOptions): object {
  const { all, objects, verification, checkDependencies, mode, scenario } = options;
  return {
    ...timingOf(options),
    ...{ checkDependencies, mode, scenario },
    kind: verification ? 'verification' : 'resync',
    objects: objectsOf({ ...(all ? { all } : {}), ...(objects ? { objects } : {}) }),
  };
}

function listCommand(): Command {
  return districtCommand('list', 'list the schedules of a district').action(
    async ({ district: named }: { district?: string }, command: Command) => {
      const client = clientOf(command);
      const { items } = await client.get<Items<Schedule>>(pathOf(await client.district(named)));
      if (wantsJson(command)) return printJson(items);
      const rows = items.map(({ scheduleId, name, initiator, paused, nextRuns, lastRuns }) => [
        scheduleId,
        name,
        initiator,
        paused === null ? 'missing' : paused ? 'paused' : 'on',
        nextRuns[0]?.at ?? '',
        startedBy(lastRuns[0]) ?? lastRuns[0]?.outcome ?? '',
      ]);
      print(plainTable(['Schedule', 'Name', 'Of', 'State', 'Next run', 'Last run'], rows));
    },
  );
}

/** What is done to what fires again and again. */
export type Act = 'show' | 'pause' | 'resume' | 'trigger' | 'delete';
interface ActOptions {
  readonly district?: string;
  readonly note?: string;
  readonly from?: string;
  readonly to?: string;
}

function actCommand(act: Act | 'backfill', description: string): Command {
  return districtCommand(act, description)
    .argument('<schedule>', 'its id')
    .action(async (id: string, { district: named, ...options }: ActOptions, command: Command) => {
      const client = clientOf(command);
      const path = `${pathOf(await client.district(named))}/${encodeURIComponent(id)}`;
      show(await call(client, act, path, options), command);
    });
}

function call(
  client: ApiClient,
  act: Act | 'backfill',
  path: string,
  { note, from, to }: ActOptions,
): Promise<AnySchedule> {
  if (act !== 'backfill') return actOn<Schedule | TriggeredSchedule>(client, { act, path, note });
  return client.post(`${path}/backfill`, { from: utcOf(from!), to: utcOf(to!) });
}

/** @returns it as it is afterwards */
export function actOn<Fires>(
  client: ApiClient,
  { act, path, note }: { readonly act: Act; readonly path: string; readonly note: string | undefined },
): Promise<Fires> {
  switch (act) {
    case 'show':
      return client.get(path);
    case 'delete':
      return client.delete(path);
    case 'trigger':
      return client.post(`${path}/trigger`);
    case 'pause':
    case 'resume':
      return client.post(`${path}/${act}`, { note });
  }
}

/** The API wants seconds too; people needn't. */
function utcOf(text: string): string {
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) throw new CommandFailure(`"${text}" is no date and time.`, exitCodes.usage);
  return at.toISOString();
}

type AnySchedule = Schedule | TriggeredSchedule | BackfilledSchedule;

function show(schedule: AnySchedule, command: Command): void {
  if (wantsJson(command)) return printJson(schedule);
  const { scheduleId, name, paused, pauseNote, nextRuns, clockChanges, lastRuns, problem } = schedule;
  print(`Schedule ${scheduleId} "${name}"${paused ? `, paused: ${pauseNote ?? ''}` : ''}`);
  if (problem !== null) print(problem);
  if ('replayed' in schedule) printFired(schedule);
  if ('filledIn' in schedule) print(`Fills in: ${schedule.filledIn.join(', ') || 'nothing'}`);
  printClockChanges(clockChanges);
  for (const { at, heldUntil } of nextRuns)
    print(`Next: ${at}${heldUntil === null ? '' : `, held by blackout until ${heldUntil}`}`);
  for (const firing of lastRuns)
    print(`Last: ${firing.scheduledFor} ${firing.outcome} ${startedBy(firing) ?? firing.message ?? ''}`);
}

/** Whether it fired now, or had a moment ago. */
export function printFired({ replayed }: Pick<TriggeredSchedule, 'replayed'>): void {
  print(replayed ? 'Somebody had it fired a moment ago: it did not fire again.' : 'It fires now.');
}

/** On which nights the clocks change something. */
export function printClockChanges(changes: Schedule['clockChanges']): void {
  for (const { date, time, effect } of changes)
    print(
      effect === 'skipped'
        ? `On ${date} the clocks skip ${time}: it does not fire.`
        : `On ${date} the clocks show ${time} twice: it fires at the first.`,
    );
}

/** Id of the resync or verification that a firing started. */
function startedBy(firing: Schedule['lastRuns'][number] | undefined): string | null {
  return firing?.resyncId ?? firing?.verificationId ?? null;
}

function districtCommand(name: string, description: string): Command {
  return withApiOptions(new Command(name))
    .description(description)
    .option('--district <id>', 'the district (default: the only one)');
}

function pathOf(district: string): string {
  return `/districts/${encodeURIComponent(district)}/schedules`;
}
