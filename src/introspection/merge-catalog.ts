import { type Document, parseDocument, type YAMLMap, type YAMLSeq } from 'yaml';
import { builtinCatalog } from '../catalog/builtin';
import { CatalogError, parseCatalog } from '../catalog/parse';
import { catalogToYaml, sparseObject } from '../catalog/print';
import { catalogFileSchema } from '../catalog/schema';
import type { Catalog, SyncObject } from '../domain/catalog';
import type { Finding } from './findings';
import {
  digestsOf,
  type FoundDigests,
  type FoundField,
  foundFields,
  splitRecord,
  tablesOf,
  withRecord,
} from './found-record';

export interface MergedCatalog {
  /** The whole file. */
  readonly file: string;
  readonly objects: number;
  /** What became of fields and objects, table by table. */
  readonly findings: readonly Finding[];
}

/**
 * Brings a catalog's file up to what two databases say now. What a person changed, added or took
 * out stays, with comments and order; what is as it was found becomes what is found.
 * @param source names the file in messages
 * @throws CatalogError when the file is no catalog, or what it would become is none
 */
export function mergeCatalog(file: string, found: Catalog, source: string): MergedCatalog {
  const { text, record } = splitRecord(file);
  const document = parseDocument(text);
  const merge = new Merge(document, ownObjects(document, source), found, record?.tables ?? new Map());
  merge.run();
  const merged = document.toString({ lineWidth: 0 });
  const { objects } = parseCatalog(parseDocument(merged).toJS(), { source, builtin: builtinCatalog });
  return {
    file: withRecord(merged, found, catalogToYaml(found)),
    objects: objects.length,
    findings: merge.findings,
  };
}

function ownObjects(document: Document.Parsed, source: string): SyncObject[] {
  const fault = document.errors[0]?.message.split('\n')[0];
  if (fault !== undefined) throw new CatalogError(source, [{ object: null, field: 'file', message: fault }]);
  const raw: unknown = document.toJS();
  parseCatalog(raw, { source, builtin: builtinCatalog });
  return catalogFileSchema.parse(raw).objects;
}

/** One file's way from what it was to what it becomes. */
class Merge {
  readonly findings: Finding[] = [];
  private readonly nodes: YAMLSeq<YAMLMap>;
  private readonly byTable: ReadonlyMap<string, SyncObject>;
  /** Names of the file's objects, by table. */
  private readonly names = new Map<string, string>();

  constructor(
    private readonly document: Document.Parsed,
    private readonly own: readonly SyncObject[],
    private readonly found: Catalog,
    private readonly before: ReadonlyMap<string, FoundDigests>,
  ) {
    if (!document.has('objects')) document.set('objects', document.createNode([]));
    this.nodes = document.get('objects') as YAMLSeq<YAMLMap>;
    this.byTable = new Map(found.objects.map((object) => [object.table, object]));
  }

  run(): void {
    const present = new Set(this.own.map(({ table }) => table));
    const added = this.found.objects.filter(({ table }) => !present.has(table) && !this.before.has(table));
    const gone = this.own.filter((object) => this.isGone(object));
    for (const { name, table, subsetOf } of this.own)
      if (subsetOf === null && !gone.some((one) => one.table === table)) this.names.set(table, name);
    for (const { name, table } of added) this.names.set(table, name);
    this.own.forEach((object, i) => this.update(object, this.nodes.items[i]!));
    this.nodes.items = this.nodes.items.filter((_, i) => !gone.includes(this.own[i]!));
    for (const object of added) this.add(object);
    for (const { table } of this.found.objects)
      if (!present.has(table) && this.before.has(table))
        this.say(table, 'taken out of the file by hand, and stays out');
  }

  /** Is in the file as it was found, and found no more. */
  private isGone(object: SyncObject): boolean {
    const { table, subsetOf } = object;
    const before = this.before.get(table);
    if (subsetOf !== null || this.byTable.has(table) || before === undefined) return false;
    const node = this.nodes.items[this.own.indexOf(object)]!;
    const fields: readonly string[] = ['name', 'label', 'table', ...foundFields];
    const asFound =
      node.items.every(({ key }) => fields.includes(String(key))) &&
      foundFields.every((field) => this.isAsFound(object, field));
    this.say(
      table,
      asFound
        ? 'not found any more: taken out of the file'
        : 'not found any more; it was changed by hand and stays in the file',
    );
    return asFound;
  }

  private isAsFound(object: SyncObject, field: FoundField): boolean {
    const before = this.before.get(object.table);
    return before !== undefined && before[field] === digestsOf(object, tablesOf(this.own))[field];
  }

  private update(object: SyncObject, node: YAMLMap): void {
    const next = object.subsetOf === null ? this.byTable.get(object.table) : undefined;
    if (next === undefined) return;
    const now = digestsOf(next, tablesOf(this.found.objects));
    const current = digestsOf(object, tablesOf(this.own));
    const values = this.valuesOf(next);
    for (const field of foundFields) {
      if (current[field] === now[field]) continue;
      if (!this.isAsFound(object, field)) {
        this.say(object.table, `its "${field}" stays as the file has it; the databases say otherwise`);
        continue;
      }
      const value = values[field];
      if (value === undefined) node.delete(field);
      else node.set(field, this.document.createNode(value));
      this.say(object.table, `its "${field}" is as the databases say now`);
    }
  }

  private add(object: SyncObject): void {
    const node = this.document.createNode(this.valuesOf(object)) as unknown as YAMLMap;
    this.nodes.add(node);
    this.say(object.table, 'new in the file');
  }

  /** What the file says of a found object: others by the names that they have in it. */
  private valuesOf(object: SyncObject): Partial<Record<string, unknown>> {
    const tables = tablesOf(this.found.objects);
    const nameOf = (name: string): string | undefined => this.names.get(tables.get(name) ?? name);
    return sparseObject({
      ...object,
      parents: object.parents.flatMap((parent) => nameOf(parent) ?? []),
      references: object.references.flatMap((reference) => {
        const parent = nameOf(reference.object);
        return parent === undefined ? [] : [{ ...reference, object: parent }];
      }),
      cycle: object.cycle === null ? null : (nameOf(object.cycle) ?? object.cycle),
    });
  }

  private say(table: string, message: string): void {
    this.findings.push({ kind: 'note', table, message });
  }
}
