import { inBatches } from '../../domain/batches';
import { formatRecordKey, type RecordError, type RecordKey } from '../../domain/record-error';
import { keyText } from '../columns/key-column';
import { type Column, type ForeignKey, readTableShape } from '../columns/table-shape';
import type { Session } from '../connection/session';
import { quoteName, quoteTable, quoteText } from '../connection/sql';
import type { CompareJob, PageJob } from '../mapping/job';
import { keyList, keyOf, keySelect, keysPerList, storedText } from '../mapping/keyset';
import { stateTenant, where } from '../mapping/scope';
import { ofTenant, type Tenant } from '../mapping/tenant';
import type { ObjectMapping, ReferenceMapping } from '../mapping/types';
import { blockedBy } from './refusal';

/**
 * What records of a cycle refer to at the state, told by the state's own rows. With the foreign key
 * checks off its server looks at nothing, so every key it has is looked at here, whether or not the
 * catalog knows it.
 */

/** A reference of the catalog, or a foreign key of the state that the catalog doesn't know. */
export interface ParentLink {
  readonly columns: readonly string[];
  /** Quoted. */
  readonly parentTable: string;
  /** `parent.tenant = ? AND` is added for it; `null`: the columns say it all. */
  readonly parentTenant: Tenant | null;
  readonly parentColumns: readonly string[];
  readonly inCycle: boolean;
  /** `null`: the catalog doesn't know it. */
  readonly reference: ReferenceMapping | null;
}

/** What an object's records refer to: the catalog's references first. */
export function parentLinks({ editions, catalog, mapping }: CompareJob): ParentLink[] {
  const { object, references, stateShape } = mapping;
  const { schema } = editions.state;
  const known = references.map((reference) => ({
    ...reference,
    parentColumns: reference.parentColumns.map(({ name }) => name),
    reference,
  }));
  const members = catalog.objects.filter(({ cycle }) => cycle !== null && cycle === object.cycle);
  const unknown = stateShape.foreignKeys
    .filter((key) => !references.some((reference) => isSame(key, reference, object.tenantColumn)))
    .map((key) => ({
      columns: key.columns,
      parentTable: quoteTable(key.parentSchema, key.parentTable),
      parentTenant: null,
      parentColumns: key.parentColumns,
      inCycle:
        key.parentSchema === schema && members.some(({ stateTable }) => stateTable === key.parentTable),
      reference: null,
    }));
  return [...known, ...unknown];
}

/** Does the foreign key say what the reference says, the district's number apart? */
function isSame(
  { columns, parentSchema, parentTable, parentColumns }: ForeignKey,
  reference: ReferenceMapping,
  tenant: string | null,
): boolean {
  if (quoteTable(parentSchema, parentTable) !== reference.parentTable) return false;
  const pairs = columns
    .map((name, i) => ({ name, parent: parentColumns[i]! }))
    .filter(({ name }) => name !== tenant);
  return (
    pairs.length === reference.columns.length &&
    pairs.every(({ name, parent }) => {
      const at = reference.columns.indexOf(name);
      return at >= 0 && reference.parentColumns[at]!.name === parent;
    })
  );
}

/** A record of the state and a parent that it lacks. */
export interface Dangling {
  readonly key: RecordKey;
  readonly guid: string | null;
  readonly link: ParentLink;
  readonly parentKey: RecordKey;
}

/** The error of a record whose parent isn't there. */
export function danglingError(mapping: ObjectMapping, { key, guid, link, parentKey }: Dangling): RecordError {
  if (link.reference !== null) return blockedBy(mapping, { key, guid }, link.reference, parentKey);
  const { object } = mapping;
  const field = link.columns.find((name) => name !== object.tenantColumn) ?? null;
  return {
    object: object.name,
    key,
    guid,
    outcome: 'blocked',
    code: 'PARENT_NOT_AT_STATE',
    field,
    message: `The record ${field === null ? 'it refers to' : `that ${field} refers to`} is not at the state.`,
    parent: null,
  };
}

/**
 * Which of the given records of the state refer to a record that isn't there.
 * @returns by the key's text; of a record that lacks several, the first
 */
export async function danglingOf(
  source: Pick<Session, 'rows'>,
  job: CompareJob,
  links: readonly ParentLink[],
  keys: readonly RecordKey[],
): Promise<Map<string, Dangling>> {
  const found = new Map<string, Dangling>();
  for (const part of inBatches(keys, keysPerList)) {
    for (const link of links) {
      const missing = `NOT EXISTS (SELECT 1 FROM ${link.parentTable} p WHERE ${parentIs(job, link)})`;
      for (const row of await referring(source, job, link, part, { select: [], condition: missing })) {
        const text = formatRecordKey(row.key);
        if (!found.has(text)) found.set(text, { ...row, link });
      }
    }
  }
  return found;
}

/**
 * Which of the given records of the state refer to a record of their cycle that this run inserted
 * and that may still be taken back: nothing that stays may be made to lean on it.
 * @param links within the cycle
 * @returns by the key's text
 */
export async function leaningOnUnverified(
  session: Session,
  job: PageJob,
  links: readonly ParentLink[],
  keys: readonly RecordKey[],
): Promise<Map<string, Dangling>> {
  const found = new Map<string, Dangling>();
  if (keys.length === 0 || !(await hasUnverified(session, job))) return found;
  for (const link of links) {
    for (const member of await membersOf(job, link)) {
      const select = member.key.map(
        (column) =>
          `(SELECT ${keyText(column, 'p.')} FROM ${link.parentTable} p WHERE ${parentIs(job, link)} LIMIT 1)`,
      );
      for (const part of inBatches(keys, keysPerList)) {
        const rows = await referring(session, job, link, part, { select, condition: null });
        const parents = rows.map(({ selected }) => formatRecordKey(selected));
        const noted = await notedOf(session, job, member, parents);
        rows.forEach((row, n) => {
          const text = formatRecordKey(row.key);
          if (noted.has(notedText(member, parents[n]!)) && !found.has(text))
            found.set(text, { ...row, link });
        });
      }
    }
  }
  return found;
}

interface ReferringRow extends Omit<Dangling, 'link'> {
  readonly selected: string[];
}

/** The records that refer to anything at all by a link, and what else is asked of them. */
async function referring(
  source: Pick<Session, 'rows'>,
  { mapping, scope }: CompareJob,
  link: ParentLink,
  keys: readonly RecordKey[],
  { select, condition }: { readonly select: readonly string[]; readonly condition: string | null },
): Promise<ReferringRow[]> {
  const { stateKey, stateShape, guid, object } = mapping;
  const children = link.columns.map((name) => stateShape.columns.get(name)!);
  const rows = await source.rows(
    `SELECT ${[
      keySelect(stateKey),
      guid ? keyText(guid.state) : 'NULL',
      ...children.map((column) => keyText(column)),
      ...select,
    ].join(', ')}
       FROM ${mapping.stateTable} c
      ${where([
        ...stateTenant(mapping, scope),
        keyList(stateKey, keys),
        ...children.map(({ name }) => `c.${quoteName(name)} IS NOT NULL`),
        ...(condition === null ? [] : [condition]),
      ])}`,
  );
  const at = stateKey.columns.length;
  const end = at + 1 + children.length;
  const asked = new Map(keys.map((key) => [storedText(stateKey, key), key]));
  return rows.map((row) => ({
    // As it was asked for: CHAR shows it without the spaces behind.
    key: asked.get(storedText(stateKey, keyOf(stateKey, row))) ?? keyOf(stateKey, row),
    guid: row[at] === null || row[at] === undefined ? null : String(row[at]),
    parentKey: row
      .slice(at + 1, end)
      .filter((_, i) => link.reference !== null || children[i]!.name !== object.tenantColumn)
      .map(String),
    selected: row.slice(end).map(String),
  }));
}

/** Condition: `p` is the parent of `c`. */
function parentIs({ scope }: CompareJob, { columns, parentTenant, parentColumns }: ParentLink): string {
  return [
    ...(parentTenant === null ? [] : [ofTenant(parentTenant, scope, 'p.')]),
    ...parentColumns.map((name, i) => `p.${quoteName(name)} = c.${quoteName(columns[i]!)}`),
  ].join(' AND ');
}

interface Member {
  readonly object: string;
  /** Columns of its match key at the state. */
  readonly key: readonly Column[];
}

/** Read once for a job's mapping: a page may ask a hundred times. */
const membersRead = new WeakMap<ObjectMapping, Map<string, Promise<Member[]>>>();

/** The objects of the cycle whose records stand in a link's parent table. */
function membersOf(job: CompareJob, { parentTable }: ParentLink): Promise<Member[]> {
  const byTable = membersRead.get(job.mapping) ?? new Map<string, Promise<Member[]>>();
  membersRead.set(job.mapping, byTable);
  const known = byTable.get(parentTable);
  if (known !== undefined) return known;
  const read = readMembers(job, parentTable);
  byTable.set(parentTable, read);
  read.catch(() => byTable.delete(parentTable));
  return read;
}

async function readMembers({ editions, catalog, mapping }: CompareJob, table: string): Promise<Member[]> {
  const { state } = editions;
  const objects = catalog.objects.filter(
    ({ cycle, stateTable }) =>
      cycle !== null && cycle === mapping.object.cycle && quoteTable(state.schema, stateTable) === table,
  );
  const [first] = objects;
  const shape =
    first === undefined || first.stateTable === mapping.stateShape.table
      ? mapping.stateShape
      : await readTableShape(state, first.stateTable);
  return objects.flatMap(({ name, key }) => {
    const columns = key.map((column) => shape?.columns.get(column));
    return columns.includes(undefined) ? [] : [{ object: name, key: columns as Column[] }];
  });
}

async function hasUnverified(session: Session, { editions, fence }: PageJob): Promise<boolean> {
  const rows = await session.rows(
    `SELECT 1 FROM ${editions.control}.cycleInsertion WHERE resyncID = ${quoteText(fence.resyncId)} LIMIT 1`,
  );
  return rows.length > 0;
}

async function notedOf(
  session: Session,
  { editions, fence }: PageJob,
  member: Member,
  keys: readonly string[],
): Promise<Set<string>> {
  if (keys.length === 0) return new Set();
  const noted = losesSpaces(member) ? "REPLACE(recordKey, ' ', '')" : 'recordKey';
  const rows = await session.rows(
    `SELECT ${noted} FROM ${editions.control}.cycleInsertion
      WHERE resyncID = ${quoteText(fence.resyncId)} AND objectName = ${quoteText(member.object)}
        AND ${noted} IN (${keys.map((key) => quoteText(notedText(member, key))).join(', ')})`,
  );
  return new Set(rows.map(([key]) => String(key)));
}

function losesSpaces({ key }: Member): boolean {
  return key.some(({ type }) => type === 'char');
}

/** Noted is the district's spelling: without spaces rather one too many waits than one too few. */
function notedText(member: Member, key: string): string {
  return losesSpaces(member) ? key.replaceAll(' ', '') : key;
}
