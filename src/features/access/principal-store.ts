/** Principals and their tool rights, as the control database keeps them. */
import { randomBytes } from 'node:crypto';
import type { Knex } from 'knex';
import {
  effectiveRights,
  type Level,
  type PrincipalScope,
  rightsOfLevel,
  rightsOfSchools,
  type ToolRight,
} from '../../domain/rights';
import { NotFoundError } from '../../control/control-error';
import { pageByTime, type Page, type TimePageFilter } from '../../control/page';
import { inTransaction, selectRows, toIso } from '../../control/database';

/** A principal as administrators see it. */
export interface PrincipalView extends PrincipalScope {
  readonly principalId: string;
  readonly name: string;
  readonly rights: readonly ToolRight[];
  /** Stored texts of the schools it is limited to; `null`: to none. */
  readonly schools: readonly string[] | null;
  readonly createdAt: string;
  /** Since then its tokens are refused. */
  readonly disabledAt: string | null;
}

export interface NewPrincipal extends PrincipalScope {
  readonly name: string;
  readonly rights: readonly ToolRight[];
  readonly schools?: readonly string[] | null;
  /** Who grants them. */
  readonly by: string;
}

/** A row with its rights in one text, separated by commas. */
export interface PrincipalRow {
  readonly principalID: string;
  readonly name: string;
  readonly level: Level;
  readonly districts: string | null;
  readonly schools: string | null;
  readonly createdAt: string;
  readonly disabledAt: string | null;
  readonly rights: string | null;
}

/** Selects a principal's rights beside the columns of a principal `p`. */
export const rightsColumn = `(SELECT GROUP_CONCAT(r.toolRight) FROM principalRight r
                               WHERE r.principalID = p.principalID) AS rights`;

/**
 * Stores a principal with its rights.
 * @returns its id
 * @throws RangeError when a district's principal names no district, is given a right of the state,
 * or names schools beside several districts or another right
 */
export async function createPrincipal(
  control: Knex,
  { name, level, districts, rights, schools = null, by }: NewPrincipal,
): Promise<string> {
  if (level === 'district' && !districts?.length)
    throw new RangeError('A principal of a district has to name its districts.');
  requireFitting(level, rights, schools);
  if (schools !== null && (level === 'state' || districts?.length !== 1))
    throw new RangeError('Who is limited to schools belongs to one district.');
  const principalId = randomBytes(6).toString('hex');
  await inTransaction(control, async (transaction) => {
    await transaction('principal').insert({
      principalID: principalId,
      name,
      level,
      districts: districts && JSON.stringify(districts),
      schools: schools && JSON.stringify(schools),
    });
    if (rights.length > 0) {
      await transaction('principalRight').insert(
        rights.map((toolRight) => ({ principalID: principalId, toolRight, grantedBy: by })),
      );
    }
  });
  return principalId;
}

/** @throws NotFoundError */
export async function readPrincipal(control: Knex, principalId: string): Promise<PrincipalView> {
  const [row] = await selectRows<PrincipalRow>(
    control,
    `SELECT p.*, ${rightsColumn} FROM principal p WHERE p.principalID = ?`,
    [principalId],
  );
  if (!row) throw NotFoundError.of('principal');
  return toView(row);
}

/**
 * Principals in the scope of an administrator, newest first.
 * @param within of this administrator
 * @throws CursorError
 */
export async function listPrincipals(
  control: Knex,
  { within, ...filter }: TimePageFilter & { readonly within: PrincipalScope },
): Promise<Page<PrincipalView>> {
  const { sql, values } = withinScope(within, 'p.');
  const query = control('principal as p').select('p.*', control.raw(rightsColumn)).whereRaw(sql, values);
  const columns = { at: 'p.createdAt', id: 'p.principalID' };
  const page = await pageByTime<PrincipalRow>(control, query, columns, filter);
  return { ...page, items: page.items.map(toView) };
}

/** From now on its tokens are refused, or work again. @throws NotFoundError */
export async function setDisabled(
  control: Knex,
  { principalId, disabled }: { principalId: string; disabled: boolean },
): Promise<void> {
  await readPrincipal(control, principalId);
  await control('principal')
    .where({ principalID: principalId })
    .update({ disabledAt: disabled ? control.raw('COALESCE(disabledAt, UTC_TIMESTAMP(3))') : null });
}

/**
 * Grants a right; one that is there stays as it was granted first.
 * @throws NotFoundError; RangeError when the right is the state's and the principal a district's
 */
export async function grantRight(
  control: Knex,
  { principalId, right, by }: { principalId: string; right: ToolRight; by: string },
): Promise<void> {
  const { level, schools } = await readPrincipal(control, principalId);
  requireFitting(level, [right], schools);
  await control('principalRight')
    .insert({ principalID: principalId, toolRight: right, grantedBy: by })
    .onConflict(['principalID', 'toolRight'])
    .merge(['principalID']);
}

/** Withdraws a right; withdrawing one that is not there changes nothing. @throws NotFoundError */
export async function withdrawRight(
  control: Knex,
  { principalId, right }: { principalId: string; right: ToolRight },
): Promise<void> {
  await readPrincipal(control, principalId);
  await control('principalRight').where({ principalID: principalId, toolRight: right }).delete();
}

/**
 * `covers` of the domain as SQL on the columns level and districts.
 * @param prefix of the columns, e.g. "p."
 */
export function withinScope(
  { level, districts }: PrincipalScope,
  prefix = '',
): { sql: string; values: (string | number)[] } {
  const parts: string[] = [];
  const values: string[] = [];
  if (level === 'district') parts.push(`${prefix}level = 'district'`);
  if (level === 'district' || districts !== null) {
    // NULL districts (all of them) make the condition NULL: not within.
    parts.push(`JSON_LENGTH(${prefix}districts) > 0`, `JSON_CONTAINS(?, ${prefix}districts)`);
    values.push(JSON.stringify(districts ?? []));
  }
  return { sql: parts.length > 0 ? `(${parts.join(' AND ')})` : 'TRUE', values };
}

/** A column of ids, of districts or of schools; `null`: all. */
export function districtsOf(column: string | null): readonly string[] | null {
  return column === null ? null : (JSON.parse(column) as string[]);
}

/** Rights of a row that its level may have: what was stored otherwise gives nothing. */
export function rightsOf({
  level,
  rights,
  schools,
}: Pick<PrincipalRow, 'level' | 'rights' | 'schools'>): readonly ToolRight[] {
  const own = effectiveRights(level, rights?.split(',') ?? []);
  return schools === null ? own : own.filter((right) => rightsOfSchools.includes(right));
}

function toView(row: PrincipalRow): PrincipalView {
  return {
    principalId: row.principalID,
    name: row.name,
    level: row.level,
    districts: districtsOf(row.districts),
    rights: rightsOf(row),
    schools: districtsOf(row.schools),
    createdAt: toIso(row.createdAt),
    disabledAt: toIso(row.disabledAt),
  };
}

function requireFitting(level: Level, rights: readonly ToolRight[], schools: readonly string[] | null): void {
  const beyond = schools && rights.find((right) => !rightsOfSchools.includes(right));
  if (beyond) throw new RangeError(`The right ${beyond} looks at a whole district, not at single schools.`);
  const wrong = rights.find((right) => !rightsOfLevel(level).includes(right));
  if (wrong !== undefined) throw new RangeError(`The right ${wrong} is the state’s alone.`);
}
