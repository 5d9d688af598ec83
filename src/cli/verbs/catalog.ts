import { writeFileSync } from 'node:fs';
import Table from 'cli-table3';
import { Command } from 'commander';
import { introspect } from '../../catalog/introspect';
import { CatalogError, loadCatalog } from '../../catalog/load';
import { IntrospectionError, type IntrospectionFinding } from '../../catalog/match-tables';
import { catalogToYaml } from '../../catalog/print';
import { readEditions, UnreachableError } from '../../catalog/read-editions';
import { ConfigError } from '../../config';
import type { SyncObject } from '../../domain/catalog';
import { CommandFailure, exitCodes } from '../client/exit-codes';
import { findConfig } from '../local/find-config';

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

function checkCommand(): Command {
  return new Command('check')
    .description('check a catalog file, or the built-in catalog')
    .argument('[file]', 'JSON or YAML')
    .option('--json', 'as JSON')
    .action((file: string | undefined, { json }: { json?: true }) =>
      refusing(
        () => {
          const { name, objects } = loadCatalog(file === undefined ? {} : { file });
          const found = { name, objects: objects.length, problems: [] };
          process.stdout.write(
            json ? `${JSON.stringify(found)}\n` : `${name}: ${objects.length} objects, no problem.\n`,
          );
        },
        json
          ? (error) =>
              error instanceof CatalogError &&
              process.stdout.write(`${JSON.stringify({ name: error.source, problems: error.problems })}\n`)
          : undefined,
      ),
    );
}

interface IntrospectOptions {
  readonly district?: string;
  readonly districtUrl?: string;
  readonly stateUrl?: string;
  readonly tenantColumn?: string;
  readonly name?: string;
  readonly out?: string;
  readonly skipKeyless?: true;
  readonly json?: true;
}

function introspectCommand(): Command {
  return new Command('introspect')
    .description("a catalog from two databases' own keys")
    .option('--district <id>', 'district of the configuration (default: its first)')
    .option('--district-url <url>', 'mysql://user:password@host:port/database (default: the configuration’s)')
    .option('--state-url <url>', 'the same of the state')
    .option(
      '--tenant-column <column>',
      "the state's column with the district's number (default: found by itself)",
    )
    .option('--name <name>', 'name of the catalog')
    .option('--out <file>', 'write the catalog to this file')
    .option('--skip-keyless', 'continue without tables whose records can’t be matched')
    .option('--json', 'catalog and findings as JSON')
    .action((options: IntrospectOptions) => refusing(() => runIntrospect(options)));
}

async function runIntrospect(options: IntrospectOptions): Promise<void> {
  const schemas = await readEditions(editionUrls(options));
  const { catalog, findings } = introspect(schemas, {
    ...(options.tenantColumn === undefined ? {} : { tenantColumn: options.tenantColumn }),
    ...(options.name === undefined ? {} : { name: options.name }),
  });
  for (const finding of findings) process.stderr.write(`${findingLine(finding)}\n`);
  const refused = findings.filter(({ kind }) => kind === 'refused');
  if (refused.length > 0 && !options.skipKeyless) {
    const tables = refused.map(({ table }) => table).join(', ');
    throw new IntrospectionError(
      `Records of ${tables} can't be sent for the reasons above. Mend them (a unique key without NULLs, another engine, --tenant-column), or leave the tables out with --skip-keyless.`,
    );
  }
  if (catalog.objects.length === 0)
    throw new IntrospectionError('The two databases have no table in common.');
  const text = options.json ? `${JSON.stringify({ catalog, findings }, null, 2)}\n` : catalogToYaml(catalog);
  if (options.out === undefined) process.stdout.write(text);
  else {
    // The file is a catalog whatever is printed: YAML reads back JSON, but not the findings beside
    // it.
    writeFileSync(options.out, catalogToYaml(catalog));
    if (options.json) process.stdout.write(text);
    process.stderr.write(`${catalog.objects.length} objects written to ${options.out}\n`);
  }
}

/**
 * @throws ConfigError when an option is missing and there is no configuration; CommandFailure for
 * an unknown district
 */
function editionUrls({ district: id, districtUrl, stateUrl }: IntrospectOptions): {
  districtUrl: string;
  stateUrl: string;
} {
  if (districtUrl !== undefined && stateUrl !== undefined) return { districtUrl, stateUrl };
  const { districts, stateDatabaseUrl } = findConfig();
  const district = id === undefined ? districts[0] : districts.find((one) => one.id === id);
  if (district === undefined) {
    throw new CommandFailure(`The configuration has no district "${id}".`, exitCodes.usage);
  }
  return { districtUrl: districtUrl ?? district.databaseUrl, stateUrl: stateUrl ?? stateDatabaseUrl };
}

function findingLine({ kind, table, message }: IntrospectionFinding): string {
  const words = { refused: 'refused', omitted: 'left out', note: 'note' };
  return `${words[kind]}: ${table}: ${message}`;
}

/**
 * Turns what this verb may refuse into one line on stderr and an exit code; anything else is a bug
 * and is thrown on.
 */
async function refusing(act: () => void | Promise<void>, alsoTell?: (error: unknown) => void): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (error instanceof CatalogError || error instanceof IntrospectionError)
      process.exitCode = exitCodes.refused;
    else if (error instanceof UnreachableError) process.exitCode = exitCodes.unreachable;
    else if (error instanceof ConfigError) process.exitCode = exitCodes.usage;
    else throw error;
    alsoTell?.(error);
    process.stderr.write(`${error.message}\n`);
  }
}
