import { Command } from 'commander';
import { bodyOfRecurring } from '../../domain/recurring-request';
import type { Items, RecurringRequest, TriggeredRequest } from '../client/answers';
import { clientOf, countOf, namesOf, wantsJson, withApiOptions } from '../client/command-context';
import { plainTable, print, printJson } from '../client/terminal';
import { type WhatOptions, whatOf, withReason, withWhat } from './request-options';
import {
  type Act,
  actOn,
  printClockChanges,
  printFired,
  timingOf,
  type TimingOptions,
  withTiming,
} from './schedule';

/** `resync request recurring`: what the state asks of its districts again and again. */
export function recurringCommand(): Command {
  return new Command('recurring')
    .description('requests of the state that are made again and again')
    .addCommand(createCommand())
    .addCommand(changeCommand())
    .addCommand(listCommand())
    .addCommand(actCommand('show', 'show a recurring request with its next and last firings'))
    .addCommand(actCommand('pause', 'stop firing until resumed').option('--note <text>', 'why'))
    .addCommand(actCommand('resume', 'fire again').option('--note <text>', 'why'))
    .addCommand(actCommand('trigger', 'fire now, also while it is paused'))
    .addCommand(actCommand('delete', 'delete it; the requests it made stay'));
}

interface CreateOptions extends WhatOptions, TimingOptions {
  readonly reason: string;
  readonly scenario: string;
  readonly mode: string;
  readonly windowHours?: number;
}

function createCommand(): Command {
  const named = withApiOptions(new Command('create')).argument('<name>', 'its name');
  return withReason(withWhat(withTiming(named)))
    .description('have districts asked again and again; each firing is a request of its own')
    .option('--window-hours <count>', 'start no run longer than this after a firing', countOf)
    .action(async (name: string, options: CreateOptions, command: Command) => {
      const { reason, scenario, mode, windowHours } = options;
      const body = {
        ...{ name, reason, scenario, mode, windowHours },
        ...whatOf(options),
        ...timingOf(options),
      };
      show(await clientOf(command).post<RecurringRequest>('/recurring-requests', body), command);
    });
}

interface ChangeOptions extends TimingOptions {
  readonly name?: string;
  readonly reason?: string;
  readonly districts?: string[];
  readonly allDistricts?: true;
  readonly windowHours?: number;
}

function changeCommand(): Command {
  return withTiming(withApiOptions(new Command('change')).argument('<recurring>', 'its id'))
    .description('change what is named of it; all else stays as it is, and so do the requests it made')
    .option('--name <name>', 'its name')
    .option('--reason <text>', 'why, for the state’s own users')
    .option('--districts <ids>', 'districts, separated by commas', namesOf)
    .option('--all-districts', 'every district')
    .option('--window-hours <count>', 'start no run longer than this after a firing', countOf)
    .action(async (id: string, options: ChangeOptions, command: Command) => {
      const client = clientOf(command);
      const path = `/recurring-requests/${encodeURIComponent(id)}`;
      const now = await client.get<RecurringRequest>(path);
      const body = changedBody(bodyOfRecurring(now), options);
      show(await client.put<RecurringRequest>(path, body, now.version), command);
    });
}

function changedBody(now: object, options: ChangeOptions): object {
  const { name, reason, districts, allDistricts, windowHours, cron, at, days, ...timing } = options;
  const named = { name, reason, windowHours, districts: allDistricts ? 'all' : districts };
  const { timezone, jitterMinutes, missed, catchupWindowMinutes, overlap, note } = timing;
  const given = { ...named, timezone, jitterMinutes, missed, catchupWindowMinutes, overlap, note };
  const said = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  if (cron === undefined && at === undefined && days === undefined) return { ...now, ...said };
  // The one way to say when takes the place of the other.
  return { ...now, cron: undefined, calendar: undefined, ...said, ...timingOf({ ...options }) };
}

function listCommand(): Command {
  return withApiOptions(new Command('list'))
    .description('list recurring requests, by name')
    .action(async (_options: object, command: Command) => {
      const { items } = await clientOf(command).get<Items<RecurringRequest>>('/recurring-requests');
      if (wantsJson(command)) return printJson(items);
      const rows = items.map(({ scheduleId, name, request, paused, nextRuns, lastRuns: [last] }) => [
        scheduleId,
        name,
        request.districts === 'all' ? 'all' : `${request.districts.length}`,
        paused === null ? 'missing' : paused ? 'paused' : 'on',
        nextRuns[0] ?? '',
        last?.stateRequestId ?? last?.outcome ?? '',
      ]);
      print(plainTable(['Recurring', 'Name', 'Districts', 'State', 'Next firing', 'Last request'], rows));
    });
}

function actCommand(act: Act, description: string): Command {
  return withApiOptions(new Command(act))
    .description(description)
    .argument('<recurring>', 'its id')
    .action(async (id: string, { note }: { note?: string }, command: Command) => {
      const path = `/recurring-requests/${encodeURIComponent(id)}`;
      show(await actOn<RecurringRequest | TriggeredRequest>(clientOf(command), { act, path, note }), command);
    });
}

function show(recurring: RecurringRequest | TriggeredRequest, command: Command): void {
  if (wantsJson(command)) return printJson(recurring);
  const { scheduleId, name, paused, pauseNote, nextRuns, clockChanges, lastRuns, problem } = recurring;
  print(`Recurring request ${scheduleId} "${name}"${paused ? `, paused: ${pauseNote ?? ''}` : ''}`);
  if (problem !== null) print(problem);
  if ('replayed' in recurring) printFired(recurring);
  printClockChanges(clockChanges);
  for (const at of nextRuns) print(`Next: ${at}`);
  for (const { scheduledFor, outcome, stateRequestId, message } of lastRuns)
    print(`Last: ${[scheduledFor, outcome, stateRequestId, message].filter(Boolean).join(' ')}`);
}
