import type { Catalog, ExclusionRule, ObjectReference, SyncObject } from '../../domain/catalog';
import { dayIn } from '../../domain/local-day';
import { findObject } from '../../domain/catalog';
import { formatRecordKey, type RecordKey } from '../../domain/record-error';
import { inBatches } from '../../domain/batches';
import { keyText } from '../columns/key-column';
import { spelledLike } from '../columns/spelling';
import type { Column, ShapeReader, TableShape } from '../columns/table-shape';
import { KeptReadings, once } from '../connection/kept-readings';
import type { Edition, Editions } from '../connection/pools';
import { quoteName, quoteTable } from '../connection/sql';
import { keyList, type KeySide, keysPerList } from './keyset';
import { columnsNamed } from './object-columns';
import { conditionSql } from './scope';
import { testScoreRule } from './test-score-rules';

/**
 * What may not sync because of a record above it: nothing below an excluded record does
 * (docs/data-path.md, Exclusions). Keys of forbidden parents are read once and become a list in
 * the conditions of what hangs below them, which costs a record next to nothing; where they are
 * too many, the district's server looks each parent up.
 */

/** More keys of forbidden parents than this are looked up instead of listed. */
const mostListed = 2_000;
/** The same of keys of several columns, which a server compares one after the other. */
const mostListedPairs = 100;
/** Characters of all keys of a list: a statement has up to twenty of them. */
const mostCharacters = 40_000;
/** Longest chain of records of one cycle that is followed. */
const mostRounds = 1_000;

/** A table of the district, its columns spelled as the catalog does. */
interface Place {
  readonly object: SyncObject;
  readonly shape: TableShape;
  /** How the query names the record. */
  readonly record: string;
}

/** Conditions by which the district's server tells what may not sync, for the objects of a run. */
export class Forbidden {
  private readonly shapes = new Map<string, Promise<TableShape | null>>();
  private readonly listed = new Map<string, Promise<readonly RecordKey[] | null>>();
  private readonly cycles = new Map<string, Promise<CycleKeys>>();

  constructor(
    private readonly district: Edition,
    private readonly catalog: Catalog,
    private readonly readShape: ShapeReader,
  ) {}

  /**
   * The condition that a record's parent, by one of its references, may not sync.
   * @param record how the query names the child's record, quoted
   * @returns `null`: there is no such parent
   * @throws DatabaseError
   */
  async above(child: SyncObject, reference: ObjectReference, record: string): Promise<string | null> {
    const parent = findObject(this.catalog, reference.object);
    const shape = await this.shapeOf(child);
    if (!parent || !shape || !this.mayBeForbidden(parent)) return null;
    const side = sideOf(shape, reference.columns);
    const parentShape = await this.shapeOf(parent);
    if (side === null || parentShape === null || sideOf(parentShape, reference.parentColumns) === null)
      return null;
    const keys = await this.keysOf(
      parent,
      reference.parentColumns,
      sameLetters(shape, parentShape, reference),
    );
    if (keys !== null) return keys.length === 0 ? null : listOf(side, keys);
    return this.lookUp(
      { object: parent, shape: parentShape, record: quoteName(`above ${parent.name}`) },
      reference,
      record,
    );
  }

  /** Whether the object, or anything above it, has exclusions at all. */
  private mayBeForbidden(object: SyncObject, seen = new Set<string>()): boolean {
    if (seen.has(object.name)) return false;
    seen.add(object.name);
    return (
      object.exclusions.length > 0 ||
      object.references.some(({ object: name }) => {
        const parent = findObject(this.catalog, name);
        return parent !== undefined && this.mayBeForbidden(parent, seen);
      })
    );
  }

  /** Keys of an object's forbidden records by these columns; `null`: too many to be listed. */
  private async keysOf(
    object: SyncObject,
    columns: readonly string[],
    canLookUp: boolean,
  ): Promise<readonly RecordKey[] | null> {
    if (object.cycle !== null) return (await this.cycleOf(object.cycle)).keysOf(object, columns);
    const id = JSON.stringify([object.name, columns, canLookUp]);
    const most = columns.length > 1 ? mostListedPairs : mostListed;
    return once(this.listed, id, () => this.readKeys(object, columns, canLookUp ? most : Infinity));
  }

  private async readKeys(
    object: SyncObject,
    columns: readonly string[],
    most: number,
  ): Promise<readonly RecordKey[] | null> {
    const shape = await this.shapeOf(object);
    if (shape === null) return [];
    const when = await this.ofRecord({ object, shape, record: quoteName(object.table) });
    if (when === null) return [];
    const keys = await readKeys(this.district, { object, shape, columns, when }, most);
    const characters = keys.reduce((sum, key) => sum + key.join().length, 0);
    return keys.length > most || (most < Infinity && characters > mostCharacters) ? null : keys;
  }

  /** The condition that a record itself may not sync, or one above it. */
  private async ofRecord(place: Place, within: ReadonlySet<string> = new Set()): Promise<string | null> {
    const { object, record } = place;
    const conditions = object.exclusions.map(
      ({ when }) => `(${exclusionSql(when, this.district, record)}) IS TRUE`,
    );
    for (const reference of object.references) {
      if (within.has(reference.object)) continue;
      const above = await this.above(object, reference, record);
      if (above !== null) conditions.push(`(${above}) IS TRUE`);
    }
    return conditions.length === 0 ? null : `(${conditions.join(' OR ')})`;
  }

  private async lookUp(parent: Place, reference: ObjectReference, record: string): Promise<string | null> {
    const when = await this.ofRecord(parent);
    if (when === null) return null;
    const { object, record: alias } = parent;
    const on = reference.columns.map(
      (name, i) => `${alias}.${quoteName(reference.parentColumns[i]!)} = ${record}.${quoteName(name)}`,
    );
    if (object.only !== null) on.push(conditionSql(object.only));
    return `EXISTS (SELECT 1 FROM ${quoteTable(this.district.schema, object.table)} ${alias} WHERE ${[...on, when].join(' AND ')})`;
  }

  private cycleOf(cycle: string): Promise<CycleKeys> {
    return once(this.cycles, cycle, () => this.followCycle(cycle));
  }

  /** Records of a cycle hang below each other: followed until no more are found. */
  private async followCycle(cycle: string): Promise<CycleKeys> {
    const members = this.catalog.objects.filter((object) => object.cycle === cycle);
    const names = new Set(members.map(({ name }) => name));
    const keys = new CycleKeys();
    const referring = this.catalog.objects.flatMap(({ references }) => references);
    const places: { place: Place; outer: string | null; by: readonly (readonly string[])[] }[] = [];
    for (const object of members) {
      const shape = await this.shapeOf(object);
      if (shape === null) continue;
      const place = { object, shape, record: quoteName(object.table) };
      const by = referring
        .filter((one) => one.object === object.name)
        .map(({ parentColumns }) => parentColumns);
      const unlike = new Map(by.map((columns) => [JSON.stringify(columns), columns]));
      places.push({ place, outer: await this.ofRecord(place, names), by: [...unlike.values()] });
    }
    for (let round = 0, found = true; found && round < mostRounds; round += 1) {
      found = false;
      for (const { place, outer, by } of places) {
        const { object, shape } = place;
        const inner = object.references.flatMap(({ object: parent, columns, parentColumns }) => {
          const side = names.has(parent) ? sideOf(shape, columns) : null;
          const known = side === null ? [] : keys.of(parent, parentColumns);
          return known.length === 0 ? [] : [`(${listOf(side!, known)}) IS TRUE`];
        });
        const conditions = [...(outer === null ? [] : [outer]), ...inner];
        if (conditions.length === 0) continue;
        const when = `(${conditions.join(' OR ')})`;
        for (const columns of by)
          found =
            keys.add(object.name, columns, await readKeys(this.district, { object, shape, columns, when })) ||
            found;
      }
    }
    return keys;
  }

  private shapeOf(object: SyncObject): Promise<TableShape | null> {
    return once(this.shapes, object.name, async () => {
      const shape = await this.readShape(this.district, object.table);
      return shape && spelledLike(shape, columnsNamed(object));
    });
  }
}

/** Forbidden records of the members of a cycle, by the columns that refer to them. */
class CycleKeys {
  private readonly found = new Map<string, Map<string, RecordKey>>();

  keysOf({ name }: SyncObject, columns: readonly string[]): readonly RecordKey[] {
    return this.of(name, columns);
  }

  of(object: string, columns: readonly string[]): readonly RecordKey[] {
    return [...(this.found.get(JSON.stringify([object, columns]))?.values() ?? [])];
  }

  /** @returns whether any of them is new */
  add(object: string, columns: readonly string[], keys: readonly RecordKey[]): boolean {
    const id = JSON.stringify([object, columns]);
    const known = this.found.get(id) ?? new Map<string, RecordKey>();
    this.found.set(id, known);
    const before = known.size;
    for (const key of keys) known.set(formatRecordKey(key), key);
    return known.size > before;
  }
}

async function readKeys(
  district: Edition,
  {
    object,
    shape,
    columns,
    when,
  }: {
    readonly object: SyncObject;
    readonly shape: TableShape;
    readonly columns: readonly string[];
    readonly when: string;
  },
  most = Infinity,
): Promise<RecordKey[]> {
  const side = sideOf(shape, columns);
  if (side === null) return [];
  const conditions = [
    when,
    ...columns.map((name) => `${quoteName(name)} IS NOT NULL`),
    ...(object.only === null ? [] : [conditionSql(object.only)]),
  ];
  const rows = await district.rows(
    `SELECT DISTINCT ${side.columns.map(({ column }) => keyText(column)).join(', ')}
       FROM ${quoteTable(district.schema, object.table)} WHERE ${conditions.join(' AND ')}
       ${most === Infinity ? '' : `LIMIT ${most + 1}`}`,
  );
  return rows.map((row) => row.map(String));
}

/** `null` where the table lacks one of the columns. */
function sideOf(shape: TableShape, names: readonly string[]): KeySide | null {
  const columns = names.map((name) => shape.columns.get(name));
  if (columns.includes(undefined)) return null;
  return { columns: names.map((name, i) => ({ name, column: columns[i]!, order: null })) };
}

function listOf(side: KeySide, keys: readonly RecordKey[]): string {
  return `(${[...inBatches(keys, side.columns.length > 1 ? keysPerList : mostListed)]
    .map((part) => keyList(side, part))
    .join(' OR ')})`;
}

/** Whether the server can compare the two tables' columns with each other, by an index. */
function sameLetters(child: TableShape, parent: TableShape, reference: ObjectReference): boolean {
  const collation = (column: Column | undefined): string | null | undefined => column?.collation;
  return reference.columns.every(
    (name, i) =>
      collation(child.columns.get(name)) === collation(parent.columns.get(reference.parentColumns[i]!)),
  );
}

/** A catalog's exclusion as SQL over the record. */
export function exclusionSql(when: ExclusionRule['when'], district: Edition, record: string): string {
  if (!('rule' in when)) return conditionSql(when);
  const { schema, calendar } = district;
  const today = dayIn(calendar.timezone, new Date());
  return testScoreRule(when.rule, { schema, record, today, yearStart: calendar.schoolYearStart });
}

/** Makes, or finds, what knows the forbidden records of a catalog's objects. */
export type ForbiddenReader = (editions: Editions, catalog: Catalog, readShape: ShapeReader) => Forbidden;

/** Reads them now. */
export const readForbidden: ForbiddenReader = ({ district }, catalog, readShape) =>
  new Forbidden(district, catalog, readShape);

const readings = new KeptReadings<Forbidden>();

/**
 * Reads them once for all objects of a run: they change little while it reads, and what removes
 * looks anew.
 * @param name of the reading (KeptReadings)
 */
export function keptForbidden(name: string): ForbiddenReader {
  return (editions, catalog, readShape) =>
    readings.get(editions.district, name, () => readForbidden(editions, catalog, readShape));
}
