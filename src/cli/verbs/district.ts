import { Command, Option } from 'commander';
import type { ApiClient } from '../client/api-client';
import type { Agent, BusyAgent, Items, ListedDistrict, TableObject } from '../client/answers';
import { clientOf, schoolYearOption, wantsJson, withApiOptions, yearQuery } from '../client/command-context';
import { districtActionCommands, districtActionsCommand } from './district-actions';
import { registrationCommands } from './registrations';
import { number, paint, plainTable, print, printJson } from '../client/terminal';

/** `resync district list | objects | agent`, what the state does with many, districts as data. */
export function districtCommand(): Command {
  const command = new Command('district')
    .description('districts, their objects with the last resync, their queue; many at once; registering them')
    .addCommand(listCommand())
    .addCommand(objectsCommand())
    .addCommand(agentCommand());
  for (const other of [...districtActionCommands(), districtActionsCommand(), ...registrationCommands()])
    command.addCommand(other);
  return command;
}

/** What a district may be listed for, and the filter of the API that finds it. */
const listedFor: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  ...Object.fromEntries(['green', 'yellow', 'red'].map((color) => [color, { color }])),
  'never-sent': { color: 'none' },
  ...Object.fromEntries(['running', 'drift', 'overdue', 'unread'].map((name) => [name, { [name]: 'true' }])),
};

const sorts = ['number', 'name', 'color', 'last', 'lastFull', 'verification', 'unread'];

interface ListOptions {
  readonly search?: string;
  readonly standing?: true;
  readonly only?: string;
  readonly sort?: string;
}

function listCommand(): Command {
  return withApiOptions(new Command('list'))
    .description('list the districts that the token may see')
    .option('--search <text>', 'only those with it in their number, name or id')
    .option('--standing', 'with the newest full resync, drift, unread alerts and what is overdue')
    .addOption(new Option('--only <what>', 'only those like this').choices(Object.keys(listedFor)))
    .addOption(new Option('--sort <by>', 'in this order (default: as configured)').choices(sorts))
    .action(async ({ search, standing, only, sort }: ListOptions, command: Command) => {
      const { items } = await clientOf(command).get<Items<ListedDistrict>>('/districts', {
        ...(search !== undefined && { q: search }),
        ...(standing && { standing: 'true' }),
        ...(only !== undefined && listedFor[only]),
        sort,
      });
      if (wantsJson(command)) return printJson(items);
      if (standing) return print(standingTable(items));
      const rows = items.map(({ id, number: tenant, name, state, schoolYear }) => [
        ...[id, String(tenant), name, state ?? '', String(schoolYear)],
      ]);
      print(plainTable(['District', 'Number', 'Name', 'State', 'School year'], rows, [1]));
    });
}

function standingTable(items: readonly ListedDistrict[]): string {
  const rows = items.map(({ id, name, standing }) => {
    const { resyncs = null, verification = null, unreadAlerts = null } = standing ?? {};
    const full = resyncs?.lastFull ?? null;
    return [
      ...[id, name, full === null ? 'never' : paint(full.color, full.status), full?.endedAt ?? ''],
      resyncs?.running?.resyncId ?? (resyncs !== null && resyncs.waiting > 0 ? 'waits' : ''),
      verification === null ? '' : verification.resyncNecessary ? 'resync necessary' : 'none to send',
      unreadAlerts === null ? '' : number(unreadAlerts),
      overdueOf(standing),
    ];
  });
  const head = ['District', 'Name', 'Full resync', 'Ended', 'Now', 'Verification', 'Unread', 'Overdue'];
  return plainTable(head, rows, [6]);
}

function overdueOf(standing: ListedDistrict['standing']): string {
  if (standing?.endOfYear === 'overdue') return 'end of the year';
  return standing?.startOfYear === 'overdue' ? 'start of the year' : '';
}

/** `resync district objects`: every object with its last resync. */
export function objectsCommand(name = 'objects'): Command {
  return withApiOptions(new Command(name))
    .description('list every object of a school year with its last resync')
    .addOption(schoolYearOption())
    .option('--district <id>', 'the district (default: the only one)')
    .action(async (options: { district?: string; schoolYear?: number }, command: Command) => {
      const client = clientOf(command);
      const district = await client.district(options.district);
      const { items } = await client.get<Items<TableObject>>(
        `/districts/${encodeURIComponent(district)}/objects${yearQuery(options.schoolYear)}`,
      );
      if (wantsJson(command)) return printJson(items);
      const rows = items.map(({ object, last, notOffered }) => {
        if (last === null) return [object, notOffered ?? 'never', '', '', '', ''];
        const since = last.sincePreviousRun;
        return [
          object,
          last.startedAt,
          paint(last.color, last.status === 'finished' ? last.color : last.status),
          number(last.counts.processed),
          number(last.counts.errors),
          since ? `+${number(since.newErrors)} −${number(since.resolvedErrors)}` : '',
        ];
      });
      print(
        plainTable(['Object', 'Last Resync', 'Status', 'Processed', 'Errors', 'Since before'], rows, [3, 4]),
      );
    });
}

/** `resync district agent`: the district's queue. */
export function agentCommand(name = 'agent'): Command {
  return withApiOptions(new Command(name))
    .description('show the district’s queue of resyncs in a school year')
    .addOption(schoolYearOption())
    .option('--district <id>', 'the district (default: the only one)')
    .option('--all-districts', 'what runs and waits in all of them')
    .action(async (options: AgentOptions, command: Command) => {
      const client = clientOf(command);
      if (options.allDistricts) return printAgents(client, command);
      const district = await client.district(options.district);
      const agent = await client.get<Agent>(
        `/districts/${encodeURIComponent(district)}/agent${yearQuery(options.schoolYear)}`,
      );
      if (wantsJson(command)) return printJson(agent);
      print(`Runs:    ${agent.active ?? 'nothing'}`);
      if (agent.preempted !== null) print(`Preempted:  ${agent.preempted}`);
      for (const [index, { resyncId, initiator }] of agent.waiting.entries()) {
        print(`Waiting: ${index + 1}. ${resyncId} (${initiator})`);
      }
    });
}

interface AgentOptions {
  readonly district?: string;
  readonly schoolYear?: number;
  readonly allDistricts?: true;
}

async function printAgents(client: ApiClient, command: Command): Promise<void> {
  const { items } = await client.get<Items<BusyAgent>>('/agents');
  if (wantsJson(command)) return printJson(items);
  const rows = items.flatMap(({ districtId, schoolYear, resyncs }) =>
    resyncs.map(({ resyncId, status, percent, requestedBy, requestedAt }) => [
      ...[districtId, String(schoolYear), status, percent === null ? '' : `${percent} %`],
      ...[resyncId, requestedBy, requestedAt],
    ]),
  );
  print(plainTable(['District', 'Year', 'Status', 'Done', 'Resync', 'By', 'Requested'], rows, [3]));
}
