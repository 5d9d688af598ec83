import { Command } from 'commander';
import type { LastRun } from '../../features/districts/read-objects-table';
import {
  clientOf,
  print,
  printJson,
  schoolYearOption,
  wantsJson,
  withApiOptions,
  yearQuery,
} from '../client/command-context';
import { number, paint, plainTable } from '../client/outcome-table';

interface TableObject {
  readonly object: string;
  readonly notOffered: string | null;
  readonly last: LastRun | null;
}

/** `resync objects`: every object with its last resync. */
export function objectsCommand(): Command {
  return withApiOptions(new Command('objects'))
    .description('list every object of a school year with its last resync')
    .addOption(schoolYearOption())
    .option('--district <id>', 'the district (default: the only one)')
    .action(async (options: { district?: string; schoolYear?: number }, command: Command) => {
      const client = clientOf(command);
      const district = await client.district(options.district);
      const { items } = await client.get<{ items: TableObject[] }>(
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

interface AgentAnswer {
  readonly active: string | null;
  readonly preempted: string | null;
  readonly waiting: readonly { resyncId: string; initiator: string }[];
}

/** `resync agent`: the district's queue. */
export function agentCommand(): Command {
  return withApiOptions(new Command('agent'))
    .description('show the district’s queue of resyncs in a school year')
    .addOption(schoolYearOption())
    .option('--district <id>', 'the district (default: the only one)')
    .action(async (options: { district?: string; schoolYear?: number }, command: Command) => {
      const client = clientOf(command);
      const district = await client.district(options.district);
      const agent = await client.get<AgentAnswer>(
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
