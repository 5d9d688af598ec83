import Table from 'cli-table3';
import { Command } from 'commander';
import { CatalogError, loadCatalog } from '../../catalog/load';
import { type Config, ConfigError } from '../../config';
import { catalogOf } from '../../deployment';
import type { Catalog, SyncObject } from '../../domain/catalog';
import { whyNotOffered } from '../../domain/plan';
import { type CheckedDistrict, checkEditions, type EditionProblem } from '../../introspection/check-editions';
import { CommandFailure, exitCodes } from '../client/exit-codes';
import { findConfig, hasConfig } from '../local/find-config';
import { introspectCommand } from './introspect';
import { refusing } from './refusing';

/** `resync catalog list | check | introspect`: works without a running service. */
export function catalogCommand(): Command {
  return new Command('catalog')
    .description('the objects that are sent, and their rules')
    .addCommand(listCommand())
    .addCommand(checkCommand())
    .addCommand(introspectCommand());
}

function listCommand(): Command {
  return new Command('list')
    .description('every object with its parents')
    .option('--file <file>', 'catalog file (default: the built-in catalog)')
    .option('--json', 'as JSON')
    .action(({ file, json }: { file?: string; json?: true }) =>
      refusing(() => {
        const objects = loadCatalog(file === undefined ? {} : { file }).objects.map(listed);
        process.stdout.write(json ? `${JSON.stringify(objects, null, 2)}\n` : listTable(objects));
      }),
    );
}

interface ListedObject {
  readonly name: string;
  readonly label: string;
  readonly parents: readonly string[];
  readonly softParents: readonly string[];
  readonly schoolYearTied: boolean;
  readonly enabled: boolean;
  readonly states: readonly string[] | null;
}

function listed(object: SyncObject): ListedObject {
  const { name, label, parents, softParents, states } = object;
  return {
    name,
    label,
    parents,
    softParents,
    schoolYearTied: object.schoolYear !== null,
    enabled: object.enabledByDefault,
    states,
  };
}

function listTable(objects: readonly ListedObject[]): string {
  const table = new Table({
    head: ['object', 'parents', 'soft parents', 'school year', 'enabled', 'states'],
    style: { head: [], border: [] },
  });
  for (const object of objects) {
    table.push([
      object.name,
      object.parents.join(', '),
      object.softParents.join(', '),
      object.schoolYearTied ? 'yes' : 'no',
      object.enabled ? 'yes' : 'no',
      object.states?.join(', ') ?? 'all',
    ]);
  }
  return `${table.toString()}\n`;
}

interface CheckOptions {
  readonly district?: string;
  readonly districtUrl?: string;
  readonly stateUrl?: string;
  readonly offline?: true;
  readonly json?: true;
}

function checkCommand(): Command {
  return new Command('check')
    .description('check a catalog file against the databases that it is for')
    .argument('[file]', 'JSON or YAML (default: the configuration’s catalog, or the built-in one)')
    .option('--district <id>', 'only this district of the configuration (default: all)')
    .option('--district-url <url>', 'mysql://user:password@host:port/database (default: the configuration’s)')
    .option('--state-url <url>', 'the same of the state')
    .option('--offline', 'look at the file only')
    .option('--json', 'as JSON')
    .action((file: string | undefined, options: CheckOptions) =>
      refusing(
        () => runCheck(file, options),
        options.json
          ? (error) =>
              error instanceof CatalogError &&
              process.stdout.write(`${JSON.stringify({ name: error.source, problems: error.problems })}\n`)
          : undefined,
      ),
    );
}

async function runCheck(file: string | undefined, options: CheckOptions): Promise<void> {
  const config = options.offline ? null : configOf(options);
  const named = file ?? config?.catalogFile;
  const catalog =
    config === null
      ? loadCatalog(file === undefined ? {} : { file })
      : catalogOf({ ...config, catalogFile: named });
  const districts = options.offline ? [] : checkedDistricts(catalog, config, options);
  const problems: EditionProblem[] = [];
  const notes = new Set<string>();
  for (const district of districts) {
    const checked = await checkEditions(catalog, district);
    problems.push(...checked.problems);
    for (const note of checked.notes) notes.add(note);
  }
  const { name, objects } = catalog;
  if (problems.length > 0)
    throw new CatalogError(
      named ?? 'The built-in catalog',
      problems.map(({ district, object, message }) => ({
        object,
        field: `district ${district}`,
        message,
      })),
    );
  const compared = districts.map(({ id }) => id);
  process.stdout.write(
    options.json
      ? `${JSON.stringify({ name, objects: objects.length, districts: compared, problems: [], notes: [...notes] })}\n`
      : `${name}: ${objects.length} objects, no problem${
          compared.length === 0
            ? ' in itself; no database was asked'
            : ` at ${compared.join(', ')} and the state`
        }.\n${[...notes].map((note) => `note: ${note}\n`).join('')}`,
  );
}

/** The configuration, or null where nobody has one and nobody asks for one of its districts. */
function configOf({ district, districtUrl, stateUrl }: CheckOptions): Config | null {
  try {
    return findConfig();
  } catch (error) {
    const needed = district !== undefined || (districtUrl === undefined) !== (stateUrl === undefined);
    if (needed || !(error instanceof ConfigError) || hasConfig()) throw error;
    return null;
  }
}

/** @throws CommandFailure for an unknown district */
function checkedDistricts(
  catalog: Catalog,
  config: Config | null,
  { district: id, districtUrl, stateUrl }: CheckOptions,
): CheckedDistrict[] {
  const state = stateUrl ?? config?.stateDatabaseUrl;
  if (state === undefined) return [];
  if (config === null)
    return districtUrl === undefined
      ? []
      : [
          {
            id: 'district',
            districtUrl,
            stateUrl: state,
            controlUrl: state,
            objects: catalog.objects.map(({ name }) => name),
            // Whether its number and code fit is the configuration's to ask.
            scope: { districtId: 'district', districtNumber: 1, districtCode: '1', schoolYear: 2000 },
          },
        ];
  const districts = config.districts.filter((one) => id === undefined || one.id === id);
  if (districts.length === 0)
    throw new CommandFailure(`The configuration has no district "${id}".`, exitCodes.usage);
  return (districtUrl === undefined ? districts : districts.slice(0, 1)).map((one) => ({
    id: one.id,
    districtUrl: districtUrl ?? one.databaseUrl,
    stateUrl: state,
    controlUrl: stateUrl ?? config.controlDatabaseUrl,
    objects: catalog.objects
      .filter((object) => whyNotOffered(object, { ...one.objects, state: one.state ?? null }) === null)
      .map(({ name }) => name),
    scope: {
      districtId: one.id,
      districtNumber: one.number,
      districtCode: one.code,
      schoolYear: one.schoolYear,
    },
  }));
}
