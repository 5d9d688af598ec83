import type { Knex } from 'knex';
import { builtinCatalog } from '../../src/catalog/builtin';
import { type ObjectReference, requireObject, type SyncObject } from '../../src/domain/catalog';
import { tables } from './tables';

export type Edition = 'district' | 'state';

/** Objects with a table of their own, parents first. */
const owners: readonly SyncObject[] = builtinCatalog.objects.filter(({ subsetOf }) => subsetOf === null);

const guid = 'guid CHAR(36) CHARACTER SET ascii COLLATE ascii_general_ci NOT NULL';
const tenant = 'districtID INT NOT NULL';

/**
 * Creates one table an object. Every foreign key of the catalog is enforced; at the state with the
 * district's number.
 */
export async function createEdition(knex: Knex, edition: Edition): Promise<void> {
  const made = new Set<string>();
  const create = async (object: SyncObject): Promise<void> => {
    if (made.has(object.name)) return;
    made.add(object.name);
    for (const reference of object.references) await create(requireObject(builtinCatalog, reference.object));
    await knex.raw(createTable(object, edition));
  };
  for (const object of owners) await create(object);
}

/** Drops what createEdition made. */
export async function dropEdition(knex: Knex): Promise<void> {
  const left = new Set(owners.map(({ name }) => name));
  while (left.size > 0) {
    for (const name of left) {
      const isReferenced = owners.some(
        (other) =>
          left.has(other.name) &&
          other.name !== name &&
          other.references.some(({ object }) => object === name),
      );
      if (isReferenced) continue;
      await knex.schema.dropTableIfExists(name);
      left.delete(name);
    }
  }
}

/** The statement for one object's table, e.g. for a look at what an edition is made of. */
export function createTable(object: SyncObject, edition: Edition): string {
  const atState = edition === 'state';
  const description = tables[object.name];
  if (!description) throw new Error(`No columns are described for ${object.name}.`);
  const replaced = new Map((atState ? (description.atState ?? []) : []).map((line) => [nameOf(line), line]));
  const own = [...description.key.map(notNull), ...foreignKeyColumns(object), guid];
  const year = object.schoolYear ? [`${object.schoolYear.column} SMALLINT NOT NULL`] : [];
  const columns = description.columns.map((line) => replaced.get(nameOf(line)) ?? line);
  const scope = atState ? ['districtID'] : [];
  const lines = [
    ...(atState ? [tenant] : []),
    ...own.map(quoted),
    ...year.map(quoted),
    ...columns.map(quoted),
    `PRIMARY KEY (${names([...scope, ...object.key])})`,
    'UNIQUE KEY one_guid (guid)',
    ...object.references.map((reference) => foreignKey(object, reference, scope)),
    ...(atState ? (description.checks ?? []).map((check) => `CHECK (${check})`) : []),
  ];
  return `CREATE TABLE \`${object.table}\` (\n  ${lines.join(',\n  ')}\n) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`;
}

/**
 * Columns that point at parents, with the type of the parent's key; those the table declares as key
 * already are left out.
 */
function foreignKeyColumns(object: SyncObject): string[] {
  return object.references.flatMap(({ object: parent, columns, parentColumns }) =>
    columns.map((column, index) => `${column} ${typeOfKey(parent, parentColumns[index]!)} NOT NULL`),
  );
}

function typeOfKey(name: string, column: string): string {
  const line = tables[name]?.key.find((candidate) => nameOf(candidate) === column);
  if (line) return line.slice(column.length + 1);
  const through = requireObject(builtinCatalog, name).references.find(({ columns }) =>
    columns.includes(column),
  );
  if (!through) throw new Error(`${name} has no key column ${column}.`);
  return typeOfKey(through.object, through.parentColumns[through.columns.indexOf(column)]!);
}

function foreignKey(object: SyncObject, reference: ObjectReference, scope: readonly string[]): string {
  const parent = requireObject(builtinCatalog, reference.object);
  return (
    `CONSTRAINT \`${object.name}_${reference.object}\` FOREIGN KEY (${names([...scope, ...reference.columns])}) ` +
    `REFERENCES \`${parent.table}\` (${names([...scope, ...reference.parentColumns])})`
  );
}

function nameOf(line: string): string {
  return line.slice(0, line.indexOf(' '));
}

function quoted(line: string): string {
  const name = nameOf(line);
  return `\`${name}\`${line.slice(name.length)}`;
}

function notNull(line: string): string {
  return `${line} NOT NULL`;
}

function names(columns: readonly string[]): string {
  return columns.map((column) => `\`${column}\``).join(', ');
}
