import { Command } from 'commander';
import type { Plan } from '../client/answers';
import { clientOf, namesOf, schoolYearOption, wantsJson, withApiOptions } from '../client/command-context';
import { forecastOf, objectsOf } from './send';
import { plainTable, print, printJson } from '../client/terminal';

/** `resync plan`: what a resync would send, in which order and why. */
export function planCommand(): Command {
  return withApiOptions(new Command('plan'))
    .description('show what a resync would send, in which order, and why')
    .option('--all', 'every object the district sends')
    .option('--objects <names>', 'objects, separated by commas', namesOf)
    .option('--no-check-dependencies', 'leave out the objects they depend on')
    .addOption(schoolYearOption())
    .option('--district <id>', 'the district (default: the only one)')
    .action(
      async (
        options: {
          all?: true;
          objects?: string[];
          checkDependencies: boolean;
          schoolYear?: number;
          district?: string;
        },
        command: Command,
      ) => {
        const client = clientOf(command);
        const objects = objectsOf(options);
        const district = await client.district(options.district);
        const plan = await client.post<Plan>(`/districts/${encodeURIComponent(district)}/plan`, {
          objects,
          checkDependencies: options.checkDependencies,
          ...(options.schoolYear === undefined ? {} : { schoolYear: options.schoolYear }),
        });
        if (wantsJson(command)) return printJson(plan);
        const rows = plan.objects.map(({ name, after, reason }, index) => [
          String(index + 1),
          name,
          after.join(', ') || '-',
          reason.kind === 'requested' ? 'selected' : `needed by ${reason.neededBy.join(', ')}`,
        ]);
        print(plainTable(['', 'Object', 'After', 'Why'], rows, [0]));
        for (const { name, why } of plan.omitted) print(`Left out: ${name} (${why})`);
        for (const { object, note } of plan.notes) print(`Note: ${object}: ${note}`);
        for (const line of forecastOf(plan)) print(line);
      },
    );
}
