import { Command, Option } from 'commander';
import type { Cause, DistrictErrors, Items, RecordError, Resync } from '../client/answers';
import { clientOf, countOf, wantsJson, withApiOptions } from '../client/command-context';
import { remarkLines } from '../client/outcome-table';
import { number, plainTable, print, printJson } from '../client/terminal';

interface ErrorOptions {
  readonly district?: string;
  readonly object?: string;
  readonly outcome?: string;
  readonly code?: string;
  readonly field?: string;
  readonly school?: string;
  readonly from?: string;
  readonly to?: string;
  readonly sort?: string;
  readonly csv?: true;
  readonly limit: number;
}

/** `resync errors <id>`, or `--district`: the records that did not reach the state. */
export function errorsCommand(): Command {
  return withApiOptions(new Command('errors'))
    .description('list the records that did not reach the state, why, and where to mend them')
    .argument('[resync]', 'id of the resync (default: all runs of the district)')
    .option('--district <id>', 'whose runs (default: the only one you see)')
    .option('--object <name>', 'only of this object')
    .addOption(new Option('--outcome <outcome>').choices(['excluded', 'blocked', 'failed']))
    .option('--code <code>', 'only with this code')
    .option('--field <name>', 'of all runs: only at this field')
    .option('--school <key>', 'of all runs: only of this school')
    .option('--from <date>', 'of all runs: seen on this day or later, or from this time on')
    .option('--to <date>', 'of all runs: seen on this day or earlier, or before this time')
    .addOption(new Option('--sort <order>', 'of all runs').choices(['newest', 'oldest', 'object']))
    .option('--csv', 'of all runs: all of them as CSV')
    .option('--limit <count>', 'at most this many', countOf, 100)
    .action(async (id: string | undefined, options: ErrorOptions, command: Command) => {
      if (id !== undefined && options.district === undefined) return listOfRun(command, id, options);
      const district = await clientOf(command).district(options.district);
      return listOfDistrict(command, district, { ...options, run: id });
    });
}

async function listOfRun(command: Command, id: string, options: ErrorOptions): Promise<void> {
  const { limit, object, outcome, code } = options;
  const { items: errors, more } = await clientOf(command).collect<RecordError>(
    `/resyncs/${encodeURIComponent(id)}/errors`,
    { object, outcome, code },
    limit,
  );
  if (wantsJson(command)) return printJson(errors);
  showErrors(errors);
  if (more) print('… and more; --limit shows them.');
  for (const line of await failedObjects(command, id, object)) print(line);
}

async function listOfDistrict(
  command: Command,
  district: string,
  { district: _, csv, limit, ...filter }: ErrorOptions & { readonly run: string | undefined },
): Promise<void> {
  const client = clientOf(command);
  const path = `/districts/${encodeURIComponent(district)}/errors`;
  if (csv) return print((await client.getText(path, { ...filter, format: 'csv' })).trimEnd());
  const { items: errors } = await client.collect<RecordError>(path, { ...filter }, limit);
  const {
    total = 0,
    totalCapped,
    facets = null,
  } = await client.get<DistrictErrors>(path, { ...filter, limit: 1 });
  if (wantsJson(command)) return printJson({ items: errors, total, totalCapped, facets });
  showErrors(errors);
  const shown = `${number(errors.length)} of ${number(total)}${totalCapped ? '+' : ''} errors`;
  const kinds = Object.entries(facets ?? {}).flatMap(([kind, values]) =>
    values.length < 2 ? [] : [`${kind}: ${valuesText(values)}`],
  );
  print([shown, ...kinds].join('\n'));
}

/** "Roster 12, Day 3, …", the largest five. */
function valuesText(values: NonNullable<DistrictErrors['facets']>['object']): string {
  const named = values.slice(0, 5).map(({ value, count }) => `${value ?? 'none'} ${number(count)}`);
  return [...named, ...(values.length > 5 ? ['…'] : [])].join(', ');
}

function showErrors(errors: readonly RecordError[]): void {
  const keyText = (key: readonly string[] | null): string => key?.join(' / ') ?? '(hidden)';
  const rows = errors.map((error) => [
    error.object,
    keyText(error.key),
    error.outcome,
    error.code,
    error.parent ? `${error.parent.object} ${keyText(error.parent.key)}` : (error.field ?? ''),
    error.school === null ? '' : keyText(error.school),
    error.screen ?? error.table ?? '',
    error.message,
  ]);
  const columns = ['Object', 'Key', 'Outcome', 'Code', 'Parent or field', 'School', 'Mended in', 'Message'];
  print(plainTable(columns, rows));
}
/** Objects that failed as a whole have no record to list: why they did stands below the records. */
async function failedObjects(command: Command, id: string, only: string | undefined): Promise<string[]> {
  const { objectResults } = await clientOf(command).get<Resync>(`/resyncs/${encodeURIComponent(id)}`);
  const failed = (objectResults ?? []).filter(
    ({ object, status }) => status === 'failed' && (only === undefined || object === only),
  );
  return remarkLines(failed);
}

/** `resync causes <id>`: errors grouped by the record they go back to. */
export function causesCommand(): Command {
  return withApiOptions(new Command('causes'))
    .description('group the errors by the records they go back to')
    .argument('<resync>', 'id of the resync')
    .action(async (id: string, _options: object, command: Command) => {
      const { items } = await clientOf(command).get<Items<Cause>>(
        `/resyncs/${encodeURIComponent(id)}/causes`,
      );
      if (wantsJson(command)) return printJson(items);
      for (const cause of items) print(causeText(cause));
    });
}

/** "132 errors go back to 11 excluded Calendar records (CODE)", then the objects. */
function causeText({ object, outcome, code, message, records, errors, objects }: Cause): string {
  const from = objects.map((part) => `${number(part.errors)} ${part.object}`).join(', ');
  return (
    `${number(errors)} errors go back to ${number(records)} ${outcome} ${object} ${records === 1 ? 'record' : 'records'} (${code})\n` +
    `  ${from}\n${message === null ? '' : `  ${message}\n`}`
  );
}
