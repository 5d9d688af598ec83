import { z } from 'zod';
import { recordRuleNames } from '../domain/catalog';
import { identifierPattern, objectNamePattern } from './identifiers';

const identifier = z
  .string()
  .regex(identifierPattern, 'no table or column can have this name: 1 to 64 characters, no space at the end');
const objectName = z
  .string()
  .regex(objectNamePattern, 'use 1 to 64 characters, no space at the end, and neither "." nor ".."');
const columns = z
  .array(identifier)
  .min(1, 'name at least one column')
  .max(16, 'MySQL keys have at most 16 columns');
const objectNames = z.array(objectName);

const condition = z.union([
  z.strictObject({ column: identifier, equals: z.union([z.string(), z.number()]) }),
  z.strictObject({ column: identifier, isNull: z.boolean() }),
]);

const namedRule = z
  .strictObject({
    rule: z.enum(recordRuleNames),
    column: identifier.describe('The field its error names.'),
  })
  .describe('A rule of the reference edition that reads other tables too.');

const reference = z
  .strictObject({
    object: objectName.describe('The parent object.'),
    columns: columns.describe('Columns of this object that hold the key of the parent.'),
    parentColumns: columns
      .optional()
      .describe("The parent's key columns, in that order. Default: the same names."),
    onParentErrors: z
      .union([z.enum(['block', 'send']), z.strictObject({ stopAbovePercent: z.number().min(0).max(100) })])
      .optional()
      .describe(
        'When records of the parent were not sent. block (the default): what refers to them is blocked, the rest is sent; send: all is sent that no foreign key of the state refuses; stopAbovePercent: above this share of the parent nothing of this object is sent.',
      ),
  })
  .transform(({ parentColumns, onParentErrors, ...rest }) => ({
    ...rest,
    parentColumns: parentColumns ?? rest.columns,
    ...(onParentErrors !== undefined && { onParentErrors }),
  }));

const exclusion = z.strictObject({
  code: z.string().regex(/^[A-Z][A-Z0-9_]{0,63}$/, 'use UPPER_SNAKE, at most 64 characters'),
  when: z.union([condition, namedRule]),
  message: z.string().min(1).max(1000).describe('One sentence for an administrator; no record values.'),
});

const object = z
  .strictObject({
    name: objectName,
    label: z.string().min(1).max(120).optional().describe('Default: the name.'),
    screen: z
      .string()
      .min(1)
      .max(120)
      .nullable()
      .default(null)
      .describe("Where a person mends a record of it in the district's application."),
    table: identifier
      .optional()
      .describe('Table at the district, as it is spelled there. Default: the name.'),
    stateTable: identifier.optional().describe('Table at the state. Default: the table at the district.'),
    key: columns.describe('Match key at the district, in index order.'),
    tenantColumn: identifier
      .nullable()
      .describe("The state table's column with the district's number; null: it has none and the same key."),
    guidColumn: identifier.nullable().default(null).describe("Column with the record's GUID, on both sides."),
    parents: objectNames.default([]).describe('Order and Check dependencies.'),
    softParents: objectNames.default([]).describe('Order only, when both are in the run.'),
    references: z.array(reference).default([]).describe('Foreign keys the record needs at the state.'),
    softReferences: z
      .array(reference)
      .default([])
      .describe(
        'Keys of parents without a foreign key at the state: followed when one record is sent with what hangs below.',
      ),
    schoolYear: z
      .strictObject({ column: identifier.describe('Holds the year in which the school year ends.') })
      .nullable()
      .default(null),
    schoolColumn: identifier
      .nullable()
      .default(null)
      .describe('Column with the key of the school. Default: its references lead there, or nothing does.'),
    nameColumn: identifier
      .nullable()
      .default(null)
      .describe("Of School only: the district's column with its name, shown beside its key."),
    states: z.array(z.string().min(2).max(3)).min(1).nullable().default(null).describe('null: all states.'),
    exclusions: z.array(exclusion).default([]).describe('Records that may not sync.'),
    stateOwnedColumns: z.array(identifier).default([]).describe('Never compared, never overwritten.'),
    stateAssigned: identifier
      .nullable()
      .default(null)
      .describe('State-owned column in which the state gives each record a value, one for a GUID.'),
    ignoredColumns: z.array(identifier).default([]).describe('Left out altogether.'),
    subsetOf: objectName.nullable().default(null).describe('Object whose table this one shares.'),
    only: condition.nullable().default(null).describe('Which records of the shared table it sends.'),
    cycle: objectName.nullable().default(null).describe('Unit of objects whose foreign keys form a cycle.'),
    enabledByDefault: z.boolean().default(true),
  })
  .transform(({ label, table, stateTable, ...rest }) => ({
    ...rest,
    label: label ?? rest.name,
    table: table ?? rest.name,
    stateTable: stateTable ?? table ?? rest.name,
  }));

/**
 * A catalog file, JSON or YAML: a catalog of its own, or changes to the built-in one. Shape only;
 * what the parts must have to do with each other is checkCatalog's. Source of the fields:
 * SyncObject in src/domain/catalog.ts.
 */
export const catalogFileSchema = z.strictObject({
  $schema: z.string().optional(),
  name: z.string().min(1).max(120).optional(),
  extends: z
    .literal('builtin')
    .optional()
    .describe('Start from the built-in catalog; absent: the file is all there is.'),
  objects: z
    .array(object)
    .default([])
    .describe('Added; with extends, an object of the same name is replaced whole.'),
  off: objectNames
    .default([])
    .describe('With extends: objects that are off unless a district switches them on.'),
  on: objectNames
    .default([])
    .describe('With extends: optional objects that are on unless a district switches them off.'),
});

/** A checked catalog file with every default filled in. */
export type CatalogFile = z.output<typeof catalogFileSchema>;

/**
 * The JSON Schema that editors use and docs/catalog.schema.json publishes: what a person may write.
 */
export function catalogJsonSchema(): Record<string, unknown> {
  return {
    $id: 'https://state-data-resync.example/catalog.schema.json',
    title: 'Catalog of State Data Resync',
    ...z.toJSONSchema(catalogFileSchema, { io: 'input', target: 'draft-2020-12' }),
  };
}
