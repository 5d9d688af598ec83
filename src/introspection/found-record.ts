import { createHash } from 'node:crypto';
import type { Catalog, SyncObject } from '../domain/catalog';

/**
 * What introspection wrote into a catalog's file, kept as comments at its end: digests only, which
 * tell what a person has changed since (decision 23).
 */

/** The fields of an object that introspection finds; all others are a person's. */
export const foundFields = [
  'stateTable',
  'key',
  'tenantColumn',
  'guidColumn',
  'parents',
  'references',
  'ignoredColumns',
  'cycle',
] as const;
export type FoundField = (typeof foundFields)[number];

/** Digests of an object's fields as they were found; a field that has its default has none. */
export type FoundDigests = Partial<Readonly<Record<FoundField, string>>>;

export interface FoundRecord {
  /** Digest of the text that introspection wrote, or would have, above the record. */
  readonly text: string;
  /** By table: objects may be renamed. */
  readonly tables: ReadonlyMap<string, FoundDigests>;
}

const mark = '#= ';
const preface =
  '# What "resync catalog introspect" found, by which --merge tells what was changed since. Leave these lines.\n';

/** @returns the text without the record, and the record; `null`: there is none */
export function splitRecord(file: string): { readonly text: string; readonly record: FoundRecord | null } {
  const lines = file.split('\n');
  const kept = lines.filter((line) => !line.startsWith(mark));
  const text = kept.join('\n').replace(preface, '');
  const parsed = lines
    .filter((line) => line.startsWith(mark))
    .map((line) => parseLine(line.slice(mark.length)));
  const digests = parsed.flatMap((line) => (line !== null && 'text' in line ? [line.text] : []));
  if (digests.length !== 1) return { text, record: null };
  const tables = new Map(
    parsed.flatMap((line) => (line !== null && 'table' in line ? [[line.table, line.found] as const] : [])),
  );
  return { text, record: { text: digests[0]!, tables } };
}

type RecordLine = { readonly text: string } | { readonly table: string; readonly found: FoundDigests };

function parseLine(line: string): RecordLine | null {
  try {
    const found = JSON.parse(line) as Partial<{ text: unknown; table: unknown; found: unknown }> | null;
    if (typeof found?.text === 'string') return { text: found.text };
    if (typeof found?.table !== 'string' || typeof found.found !== 'object' || found.found === null)
      return null;
    return { table: found.table, found: found.found };
  } catch {
    return null;
  }
}

/**
 * The file: the text, and what was found of each table.
 * @param untouched the text that introspection writes by itself; another one holds a person's word
 */
export function withRecord(text: string, found: Catalog, untouched = text): string {
  const lines = [
    { text: digest(untouched) },
    ...found.objects.map((object) => ({
      table: object.table,
      found: digestsOf(object, tablesOf(found.objects)),
    })),
  ];
  return `${text}${preface}${lines.map((line) => `${mark}${JSON.stringify(line)}\n`).join('')}`;
}

/** Whether a file is exactly as introspection wrote it. */
export function isAsWritten(file: string): boolean {
  const { text, record } = splitRecord(file);
  return record !== null && record.text === digest(text);
}

/** Table of each object, by the object's name. */
export function tablesOf(objects: readonly SyncObject[]): ReadonlyMap<string, string> {
  return new Map(objects.filter(({ subsetOf }) => subsetOf === null).map(({ name, table }) => [name, table]));
}

export function digestsOf(object: SyncObject, tables: ReadonlyMap<string, string>): FoundDigests {
  return Object.fromEntries(
    foundFields.flatMap((field) => {
      const value = plainValue(object, field, tables);
      return value === null ? [] : [[field, digest(JSON.stringify(value))]];
    }),
  );
}

/**
 * A field's value as it can be compared: objects by their tables, and lists without an order.
 * @returns `null` where it has its default
 */
function plainValue(object: SyncObject, field: FoundField, tables: ReadonlyMap<string, string>): unknown {
  const tableOf = (name: string): string => tables.get(name) ?? name;
  switch (field) {
    case 'stateTable':
      return object.stateTable === object.table ? null : object.stateTable;
    case 'key':
    case 'tenantColumn':
    case 'guidColumn':
      return object[field];
    case 'cycle':
      return object.cycle === null ? null : tableOf(object.cycle);
    case 'parents':
      return orNull(object.parents.map(tableOf).sort());
    case 'ignoredColumns':
      return orNull([...object.ignoredColumns].sort());
    case 'references':
      return orNull(
        object.references
          .map(({ object: parent, columns, parentColumns }) =>
            JSON.stringify([tableOf(parent), columns, parentColumns]),
          )
          .sort(),
      );
  }
}

function orNull(list: readonly string[]): readonly string[] | null {
  return list.length === 0 ? null : list;
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
