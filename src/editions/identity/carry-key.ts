import type { SyncObject } from '../../domain/catalog';
import type { IdentityChange } from '../../domain/identity-conflict';
import { formatRecordKey, type RecordKey } from '../../domain/record-error';
import { keyLiteral } from '../columns/key-column';
import { sameName, spelledLike } from '../columns/spelling';
import { readTableShape, type TableShape } from '../columns/table-shape';
import type { Session } from '../connection/session';
import { quoteName, quoteTable } from '../connection/sql';
import type { CompareJob } from '../mapping/job';
import { keyList, keyOf, keySelect } from '../mapping/keyset';
import { columnsNamed } from '../mapping/object-columns';
import { knowsAllYears, stateTenant, where } from '../mapping/scope';
import { ofTenant, tenantOf } from '../mapping/tenant';
import { someValue } from '../transfer/free-values';
import { guidSelect } from '../transfer/records';
import { guidsDiffer } from '../transfer/repair';
import { notAsFound } from './not-as-found';

/** Records that are renumbered together: each has the key that the next one gives up. */
const mostMoves = 100;
/** Keys tried for the moment in which a circle of records has none to spare. */
const mostTries = 50;

type Job = Pick<CompareJob, 'editions' | 'catalog' | 'mapping' | 'scope'>;

/** Which record is to have which key. */
interface Renumbering {
  /** Its key at the district. */
  readonly key: RecordKey;
  readonly guid: string;
  /** The key that the state has it under; `null`: not known. */
  readonly oldKey: RecordKey | null;
}

/** A change of one key at the state. */
interface Move {
  readonly from: RecordKey;
  readonly to: RecordKey;
}

/** Columns of an object that hold parts of the changed key, by the part's place. */
type Carried = ReadonlyMap<number, string>;

interface Bearer {
  readonly object: SyncObject;
  readonly shape: TableShape;
  readonly columns: Carried;
}

/**
 * Gives the state's record the key that it has at the district, with all that refers to it, and so
 * with the record that stands there, and the next: a table that was shifted, keys that were
 * exchanged. One of them that the district no longer has takes the key that becomes free.
 * @returns what was changed, and the keys that records of the district have now
 * @throws DatabaseError configuration with a sentence when it is not as it was found
 */
export async function carryKey(
  session: Session,
  job: Job,
  work: Renumbering,
): Promise<{ readonly changes: IdentityChange[]; readonly carried: readonly RecordKey[] }> {
  const { object, stateShape } = job.mapping;
  const { moves, circle } = await movesOf(session, job, work);
  const bearers = await bearersOf(job, {
    object,
    shape: stateShape,
    columns: new Map(object.key.map((name, part) => [part, name])),
  });
  const records = new Map<string, number>();
  const move = async (to: Move): Promise<void> => {
    for (const bearer of bearers) {
      const { name } = bearer.object;
      const moved = await rewrite(session, job, bearer, to);
      if (moved > 0) records.set(name, (records.get(name) ?? 0) + moved);
    }
  };
  const last = moves.at(-1)!;
  if (!circle) for (const each of moves.toReversed()) await move(each);
  else {
    // Out of the way first; it is counted when it moves there.
    const aside = await freeKey(session, job, bearers, last.from);
    await move({ from: last.from, to: aside });
    for (const each of moves.slice(0, -1).reverse()) await move(each);
    for (const bearer of bearers) await rewrite(session, job, bearer, { from: aside, to: last.to });
  }
  const changes = [...records].map(([name, count]) => ({ object: name, records: count }));
  return { changes, carried: moves.map(({ to }) => to) };
}

/** What has to move for it, the record itself first, the last one to a free key or the first's. */
async function movesOf(
  session: Session,
  job: Job,
  { key, guid, oldKey }: Renumbering,
): Promise<{ readonly moves: readonly Move[]; readonly circle: boolean }> {
  if (oldKey === null) throw notAsFound('The key at the state is not known: send the object again.');
  const standing = await occupantOf(session, job, oldKey);
  if (standing === null || standing.guid === null || guidsDiffer(standing.guid, guid))
    throw notAsFound('The state no longer has the record under its former key and this GUID.');
  if ((await keysAtDistrict(job, guid)).some((one) => formatRecordKey(one) === formatRecordKey(oldKey)))
    throw notAsFound('The district has the record under its former key again.');
  const moves: Move[] = [{ from: oldKey, to: key }];
  for (;;) {
    const { to: at } = moves.at(-1)!;
    const occupant = await occupantOf(session, job, at);
    if (occupant === null) return { moves, circle: false };
    if (occupant.guid !== null && !guidsDiffer(occupant.guid, guid)) return { moves, circle: true };
    if (moves.length === mostMoves)
      throw notAsFound(
        `More than ${mostMoves} records were renumbered one after the other: resolve the conflict of the one that now has the key ${at.join(', ')} first.`,
      );
    moves.push({ from: at, to: await placeOf(job, occupant.guid, oldKey) });
  }
}

/** Where a record that stands in the way belongs: at the district's key, or out of the way. */
async function placeOf(job: Job, guid: string | null, free: RecordKey): Promise<RecordKey> {
  const [key, ...others] = guid === null ? [] : await keysAtDistrict(job, guid);
  if (others.length > 0)
    throw notAsFound('The district has two records of one GUID, one of them in the way: correct that first.');
  if (key === undefined && !knowsAllYears(job.scope))
    throw notAsFound('The state has another record under the new key: send or remove that one first.');
  return key ?? free;
}

/** The record that the state has under a key, locked. */
async function occupantOf(
  session: Session,
  { mapping, scope }: Job,
  key: RecordKey,
): Promise<{ readonly guid: string | null } | null> {
  const [row] = await session.rows(
    `SELECT ${guidSelect(mapping, 'state')} FROM ${mapping.stateTable}
      ${where([...stateTenant(mapping, scope), keyList(mapping.stateKey, [key])])} FOR UPDATE`,
  );
  if (row === undefined) return null;
  return { guid: row[0] === null || row[0] === undefined ? null : String(row[0]) };
}

async function keysAtDistrict({ mapping, editions }: Job, guid: string): Promise<RecordKey[]> {
  const { district: column } = mapping.guid!;
  const rows = await editions.district.rows(
    `SELECT ${keySelect(mapping.districtKey)} FROM ${mapping.districtTable}
      WHERE ${quoteName(column.name)} = ${keyLiteral(column, guid)} LIMIT 2`,
  );
  return rows.map((row) => keyOf(mapping.districtKey, row));
}

/** A key like this one that no record has, and none refers to. */
async function freeKey(
  session: Session,
  job: Job,
  bearers: readonly Bearer[],
  key: RecordKey,
): Promise<RecordKey> {
  for (const [part, { column }] of job.mapping.stateKey.columns.entries()) {
    for (let tries = 0; tries < mostTries; tries += 1) {
      const value = someValue(column);
      if (value === null) break;
      const found = key.map((own, n) => (n === part ? value : own));
      if (!(await isTaken(session, job, bearers, found))) return found;
    }
  }
  throw notAsFound('No key is free for the moment of the exchange: renumber one of them at the district.');
}

async function isTaken(
  session: Session,
  job: Job,
  bearers: readonly Bearer[],
  key: RecordKey,
): Promise<boolean> {
  for (const bearer of bearers) if ((await countAt(session, job, bearer, key)) > 0) return true;
  return false;
}

/**
 * The object and everything that has its key in columns of its own, down to those whose key is
 * made of it.
 */
async function bearersOf({ catalog, editions }: Job, root: Bearer): Promise<Bearer[]> {
  const found = [root];
  const seen = new Set([idOf(root)]);
  for (const parent of found)
    for (const child of catalog.objects)
      for (const reference of [...child.references, ...child.softReferences]) {
        if (reference.object !== parent.object.name) continue;
        const columns = new Map<number, string>();
        for (const [part, name] of parent.columns) {
          const place = reference.parentColumns.findIndex((column) => sameName(column, name));
          if (place >= 0) columns.set(part, reference.columns[place]!);
        }
        if (columns.size === 0) continue;
        if (columns.size < root.columns.size)
          throw notAsFound(`${child.name} refers to a part of the key only: it can't be carried over.`);
        const read = await readTableShape(editions.state, child.stateTable);
        if (read === null) continue;
        const bearer = { object: child, shape: spelledLike(read, columnsNamed(child)), columns };
        if (seen.has(idOf(bearer))) continue;
        seen.add(idOf(bearer));
        found.push(bearer);
      }
  return found;
}

/** One table is rewritten once, whichever objects share it. */
function idOf({ object, columns }: Bearer): string {
  return JSON.stringify([object.stateTable, [...columns]]);
}

async function rewrite(session: Session, job: Job, bearer: Bearer, { from, to }: Move): Promise<number> {
  const { object, shape, columns } = bearer;
  const changed = [...columns].filter(([part]) => from[part] !== to[part]);
  const records = await countAt(session, job, bearer, from);
  if (changed.length > 0 && records > 0)
    await session.write(
      `UPDATE ${tableOf(job, object)} SET ${changed
        .map(([part, name]) => `${quoteName(name)} = ${keyLiteral(shape.columns.get(name)!, to[part]!)}`)
        .join(', ')} ${whoseKeyIs(job, bearer, from)}`,
    );
  return records;
}

/** How many of a table's records have the key in these columns, locked. */
async function countAt(session: Session, job: Job, bearer: Bearer, key: RecordKey): Promise<number> {
  const [row] = await session.rows(
    `SELECT COUNT(*) FROM ${tableOf(job, bearer.object)} ${whoseKeyIs(job, bearer, key)} FOR UPDATE`,
  );
  return Number(row![0]);
}

function whoseKeyIs({ scope }: Job, { object, shape, columns }: Bearer, key: RecordKey): string {
  const tenant = tenantOf(object, shape);
  return where([
    ...(tenant === null ? [] : [ofTenant(tenant, scope)]),
    ...[...columns].map(
      ([part, name]) => `${quoteName(name)} = ${keyLiteral(shape.columns.get(name)!, key[part]!)}`,
    ),
  ]);
}

function tableOf({ editions }: Job, { stateTable }: SyncObject): string {
  return quoteTable(editions.state.schema, stateTable);
}
