import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { catalogToYaml } from '../../catalog/print';
import type { Catalog } from '../../domain/catalog';
import { type Finding, type FindingKind, IntrospectionError } from '../../introspection/findings';
import { isAsWritten, withRecord } from '../../introspection/found-record';
import { introspect } from '../../introspection/introspect';
import { mergeCatalog } from '../../introspection/merge-catalog';
import type { IntrospectionOptions } from '../../introspection/options';
import { readEditions } from '../../introspection/read-editions';
import { CommandFailure, exitCodes } from '../client/exit-codes';
import { patternsOf, referencesOf, tableColumnsOf } from '../client/name-options';
import { findConfig } from '../local/find-config';
import { refusing } from './refusing';

interface IntrospectOptions {
  readonly district?: string;
  readonly districtUrl?: string;
  readonly stateUrl?: string;
  readonly tenantColumn?: string;
  readonly only?: IntrospectionOptions['only'];
  readonly leaveOut?: IntrospectionOptions['leaveOut'];
  readonly match?: IntrospectionOptions['match'];
  readonly reference?: IntrospectionOptions['references'];
  readonly name?: string;
  readonly out?: string;
  readonly merge?: true;
  readonly skipKeyless?: true;
  readonly json?: true;
}

/** `resync catalog introspect`: works without a running service. */
export function introspectCommand(): Command {
  return new Command('introspect')
    .description("a catalog from two databases' own keys")
    .option('--district <id>', 'district of the configuration (default: its first)')
    .option('--district-url <url>', 'mysql://user:password@host:port/database (default: the configuration’s)')
    .option('--state-url <url>', 'the same of the state')
    .option(
      '--tenant-column <column>',
      "the state's column that says whose a record is (default: found by itself)",
    )
    .option('--only <tables>', 'only these tables; names or patterns with * and ?', patternsOf)
    .option('--leave-out <tables>', 'without these tables; names or patterns', patternsOf)
    .option(
      '--match <table.column,…>',
      'match its records by these columns, which need no unique key; may be given again',
      tableColumnsOf,
    )
    .option(
      '--reference <child.column,…=parent.column,…>',
      'a relation that no foreign key says; may be given again',
      referencesOf,
    )
    .option('--name <name>', 'name of the catalog')
    .option('--out <file>', 'write the catalog to this file, unless it was changed since')
    .option('--merge', 'with --out: bring a changed file up to date and keep what was changed')
    .option('--skip-keyless', 'continue without tables whose records can’t be sent')
    .option('--json', 'catalog and findings as JSON')
    .action((options: IntrospectOptions) => refusing(() => runIntrospect(options)));
}

async function runIntrospect(options: IntrospectOptions): Promise<void> {
  if (options.merge && options.out === undefined)
    throw new CommandFailure('--merge goes with --out FILE.', exitCodes.usage);
  const { catalog, findings } = introspect(await readEditions(editionUrls(options)), wordOf(options));
  for (const finding of findings) process.stderr.write(`${findingLine(finding)}\n`);
  const refused = findings.filter(({ kind }) => kind === 'refused');
  if (refused.length > 0 && !options.skipKeyless) {
    const tables = refused.map(({ table }) => table).join(', ');
    throw new IntrospectionError(
      `Records of ${tables} can't be sent for the reasons above. Mend them (a unique key without NULLs, another engine, --match, --tenant-column), or leave the tables out with --leave-out or --skip-keyless.`,
    );
  }
  if (catalog.objects.length === 0)
    throw new IntrospectionError('The two databases have no table in common.');
  const written = options.out === undefined ? [] : writeFile(options.out, catalog, options);
  for (const finding of written) process.stderr.write(`${findingLine(finding)}\n`);
  const all = [...findings, ...written];
  if (options.json) process.stdout.write(`${JSON.stringify({ catalog, findings: all }, null, 2)}\n`);
  else if (options.out === undefined) process.stdout.write(catalogToYaml(catalog));
  process.stderr.write(`${summaryOf(catalog, findings)}\n`);
}

function wordOf({
  tenantColumn,
  only,
  leaveOut,
  match,
  reference,
  name,
}: IntrospectOptions): IntrospectionOptions {
  return {
    ...(tenantColumn === undefined ? {} : { tenantColumn }),
    ...(only === undefined ? {} : { only }),
    ...(leaveOut === undefined ? {} : { leaveOut }),
    ...(match === undefined ? {} : { match }),
    ...(reference === undefined ? {} : { references: reference }),
    ...(name === undefined ? {} : { name }),
  };
}

/**
 * Writes the file whole or not at all.
 * @throws IntrospectionError when a person changed it and nobody asked to merge
 */
function writeFile(file: string, catalog: Catalog, { merge }: IntrospectOptions): readonly Finding[] {
  const before = existsSync(file) ? readFileSync(file, 'utf8') : null;
  const replaceable = before === null || isAsWritten(before);
  if (!replaceable && !merge)
    throw new IntrospectionError(
      `${file} is not as this command wrote it, so somebody's changes would be lost: add --merge, which keeps them, or name another file.`,
    );
  // The file is a catalog whatever is printed: YAML reads back JSON, but not the findings beside
  // it.
  const merged = replaceable
    ? { file: withRecord(catalogToYaml(catalog), catalog), objects: catalog.objects.length, findings: [] }
    : mergeCatalog(before, catalog, file);
  const beside = `${file}.${process.pid}.new`;
  writeFileSync(beside, merged.file);
  renameSync(beside, file);
  process.stderr.write(`${merged.objects} objects written to ${file}\n`);
  return merged.findings;
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

const words: Readonly<Record<FindingKind, string>> = {
  refused: 'refused',
  omitted: 'left out',
  decide: 'decide',
  note: 'note',
};

function findingLine({ kind, table, message }: Finding): string {
  return `${words[kind]}: ${table}: ${message}`;
}

/** How much there is to read above, and what of it waits for a person. */
function summaryOf({ objects }: Catalog, findings: readonly Finding[]): string {
  const count = (kind: FindingKind): number => findings.filter((finding) => finding.kind === kind).length;
  return `${objects.length} objects; tables refused: ${count('refused')}, left out: ${count('omitted')}; to decide: ${count('decide')}, notes: ${count('note')}`;
}
