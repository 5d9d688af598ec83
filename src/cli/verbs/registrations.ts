import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { settingsSaidOf } from '../../domain/registration';
import type { DistrictImport, Registration, Registrations } from '../client/answers';
import {
  clientOf,
  countOf,
  namesOf,
  schoolYearOption,
  wantsJson,
  withApiOptions,
} from '../client/command-context';
import { confirm, yesOption } from '../client/confirm';
import { CommandFailure, exitCodes } from '../client/exit-codes';
import { number, plainTable, print, printJson, tell } from '../client/terminal';
import { textOfFile } from '../client/text-of-file';

/** `resync district registrations | register | change | retire | import`: districts as data. */
export function registrationCommands(): Command[] {
  return [listCommand(), registerCommand(), changeCommand(), retireCommand(), importCommand()];
}

interface DistrictOptions {
  readonly number?: number;
  readonly name?: string;
  readonly schoolYear?: number;
  readonly code?: string;
  readonly state?: string;
  readonly timezone?: string;
  readonly enable?: string[];
  readonly disable?: string[];
  readonly previousYear?: string[];
  readonly nextYear?: string[];
  readonly databaseUrlFrom?: string;
  readonly databasesFrom?: string;
  readonly databaseFile?: string;
  readonly databaseVariable?: string;
}

function listCommand(): Command {
  return withApiOptions(new Command('registrations'))
    .description('list the districts as they were registered or configured, retired ones too (state only)')
    .action(async (_options: object, command: Command) => {
      const { items } = await clientOf(command).get<Registrations>('/registrations');
      if (wantsJson(command)) return printJson(items);
      const rows = items.map(({ id, number: tenant, name, origin, database, retiredAt, changedBy }) => [
        ...[id, String(tenant), name, retiredAt === null ? origin : `retired ${retiredAt}`],
        database.name === null ? database.kind : `${database.kind} ${database.name}`,
        database.problem ?? changedBy ?? '',
      ]);
      print(
        plainTable(['District', 'Number', 'Name', 'From', 'Database', 'By, or what is wrong'], rows, [1]),
      );
    });
}

function registerCommand(): Command {
  return withDistrictOptions(new Command('register'))
    .description(
      'register a district, or take a retired one up again, once its database was tested (state only)',
    )
    .argument('<id>', 'its id from now on: lower-case letters, digits and dashes')
    .action(async (id: string, options: DistrictOptions, command: Command) => {
      const body = { id, ...saidIn(options), ...databaseIn(options) };
      tellOne(await clientOf(command).post<Registration>('/districts', body), 'registered', command);
    });
}

function changeCommand(): Command {
  return withDistrictOptions(new Command('change'))
    .description('change what is named of a district; all else stays as it is (state only)')
    .argument('<id>', 'the district')
    .action(async (id: string, options: DistrictOptions, command: Command) => {
      const client = clientOf(command);
      const path = `/registrations/${encodeURIComponent(id)}`;
      const found = await client.get<Registration>(path);
      const now = settingsSaidOf(found);
      const body = { ...now, ...saidIn(options, now.objects), ...databaseIn(options) };
      tellOne(await client.put<Registration>(path, body, found.version), 'changed', command);
    });
}

function retireCommand(): Command {
  return withApiOptions(new Command('retire'))
    .description('retire a district: nothing is sent of it any more, what is at the state stays (state only)')
    .argument('<id>', 'the district')
    .option(...yesOption)
    .action(async (id: string, { yes }: { yes?: true }, command: Command) => {
      await confirm(() => `Retire the district ${id}`, { yes: yes === true, command });
      const path = `/registrations/${encodeURIComponent(id)}/retire`;
      tellOne(await clientOf(command).post<Registration>(path, {}), 'retired', command);
    });
}

function importCommand(): Command {
  return withApiOptions(new Command('import'))
    .description(
      'register and change many districts by a CSV file, and say of each line what came of it (state only)',
    )
    .argument(
      '<file>',
      'with the columns id, number, name, schoolYear, and databaseUrl, databaseFile or databaseVariable',
    )
    .option('--dry-run', 'only test, and say what would come of each line')
    .action(async (file: string, { dryRun }: { dryRun?: true }, command: Command) => {
      const client = clientOf(command);
      const body = { csv: textOfFile(file), dryRun: dryRun === true };
      const { importId } = await client.post<{ importId: string }>('/district-imports', body);
      const done = await client.waitFor<DistrictImport>(`/district-imports/${importId}`, {
        goesOn: `The import goes on. To see what came of it: ${client.urlOf(`/district-imports/${importId}`)}`,
        ended: ({ status }) => status !== 'accepted',
        line: ({ counts }) => (counts.waiting === 0 ? null : `${number(counts.waiting)} to go`),
      });
      if (done.counts.refused > 0) process.exitCode = exitCodes.refused;
      if (wantsJson(command)) return printJson(done);
      const refused = done.lines.filter(({ status }) => status === 'refused');
      const rows = refused.map(({ line, districtId, message }) => [
        String(line),
        districtId ?? '',
        message ?? '',
      ]);
      if (rows.length > 0) print(plainTable(['Line', 'District', 'Why not'], rows, [0]));
      const { lines, registered, changed, unchanged } = done.counts;
      const would = done.dryRun ? ' (nothing was done)' : '';
      tell(
        `${number(lines)} lines: ${number(registered)} registered, ${number(changed)} changed, ` +
          `${number(unchanged)} unchanged, ${number(done.counts.refused)} refused${would}.`,
      );
    });
}

function withDistrictOptions(command: Command): Command {
  return withApiOptions(command)
    .option('--number <number>', 'its number in the state’s tenant column', countOf)
    .option('--name <name>', 'its name')
    .addOption(schoolYearOption('none; it has to be said of a new one'))
    .option('--code <code>', 'its code, where the state’s tenant column is a text')
    .option('--state <code>', 'postal code of its state')
    .option('--timezone <zone>', 'where it is, e.g. America/Chicago')
    .option('--enable <objects>', 'objects on beyond the catalog’s default, separated by commas', namesOf)
    .option('--disable <objects>', 'objects off', namesOf)
    .option('--previous-year <objects>', 'objects that it also resyncs in the year before', namesOf)
    .option('--next-year <objects>', 'objects that it also resyncs in the year after', namesOf)
    .option(
      '--database-url-from <file>',
      'file here with its database URL, - for standard input; it is kept sealed',
    )
    .option('--database-file <name>', 'file in the worker’s registration.filesFolder that has the URL')
    .option('--database-variable <name>', 'environment variable of the worker that has the URL')
    .option(
      '--databases-from <file>',
      'file here with its databases by school year, as JSON: a list of schoolYears with url, file or variable',
    );
}

/** What the options say, and nothing of what they don't. */
function saidIn(
  { number: tenant, name, schoolYear, code, state, timezone, ...lists }: DistrictOptions,
  objects: { readonly enabled: readonly string[]; readonly disabled: readonly string[] } = {
    enabled: [],
    disabled: [],
  },
): object {
  const { enable, disable, previousYear, nextYear } = lists;
  const said = {
    ...{ number: tenant, name, schoolYear, code, state, timezone },
    objects: { enabled: enable ?? objects.enabled, disabled: disable ?? objects.disabled },
    previousYear: previousYear && { objects: previousYear },
    nextYear: nextYear && { objects: nextYear },
  };
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
}

function databaseIn({
  databaseUrlFrom,
  databaseFile: file,
  databaseVariable: variable,
  databasesFrom,
}: DistrictOptions): object {
  const given = { url: databaseUrlFrom, file, variable, databasesFrom };
  const named = Object.entries(given).filter(([, value]) => value !== undefined);
  if (named.length > 1)
    throw new CommandFailure(
      'Give one of --database-url-from, --database-file, --database-variable and --databases-from.',
      exitCodes.usage,
    );
  if (databasesFrom !== undefined) return { databases: listIn(databasesFrom) };
  if (databaseUrlFrom !== undefined) return { database: { url: urlFrom(databaseUrlFrom) } };
  return named.length === 0 ? {} : { database: Object.fromEntries(named) as object };
}

/** What it says is checked where it is sent. */
function listIn(file: string): unknown {
  try {
    return JSON.parse(textOfFile(file));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new CommandFailure(`${file} is not JSON.`, exitCodes.usage);
  }
}

/** Never from an option: other people of the machine see what a command was called with. */
function urlFrom(file: string): string {
  return (file === '-' ? readFileSync(0, 'utf8') : textOfFile(file)).trim();
}

function tellOne(district: Registration, what: string, command: Command): void {
  if (wantsJson(command)) return printJson(district);
  tell(`${district.id} (${district.number}, ${district.name}) is ${what}.`);
}
