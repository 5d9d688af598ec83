import type { Knex } from 'knex';
import { selectRows } from '../../control/database';
import { decodeCursor, maxPageRows, mostCounted, type Page, toPage } from '../../control/page';
import type { Catalog } from '../../domain/catalog';
import type { ErrorOutcome } from '../../domain/record-error';
import { shownSchool } from '../../domain/school-key';
import type { errorFacets, errorOrders } from './error-orders';
import { errorColumns, type ErrorRow, type ErrorView, toErrorView } from './error-view';

/** Values of one facet. */
const mostValues = 200;

/** Whose eyes read, and what for. */
export interface DistrictErrorFilter {
  readonly districtId: string;
  /** Without what the state's runs have found. */
  readonly withoutState: boolean;
  /** Stored texts of schools; `null`: of all schools and of none. */
  readonly schools: readonly string[] | null;
  readonly masked: boolean;
  readonly object?: string | undefined;
  readonly outcome?: ErrorOutcome | undefined;
  readonly code?: string | undefined;
  readonly field?: string | undefined;
  /** Stored text of a school. */
  readonly school?: string | undefined;
  /** Of the run that found it. */
  readonly schoolYear?: number | undefined;
  /** Id of a run; who gives it bounds the time too, which is what keeps it quick. */
  readonly run?: string | undefined;
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
  readonly sort?: (typeof errorOrders)[number] | undefined;
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

/** One value of a facet; `null`: errors without one. */
interface FacetValue {
  readonly value: string | null;
  readonly count: number;
}

/** How many errors a filter finds, and of which kinds. */
export interface ErrorCounts {
  readonly total: number;
  /** There are more than `total`: all of it, facets too, is of the newest that many. */
  readonly totalCapped: boolean;
  readonly facets: Readonly<Record<(typeof errorFacets)[number], readonly FacetValue[]>>;
}

type Condition = readonly [sql: string, ...values: unknown[]];

/**
 * Stored errors of all runs of a district. The keys of a page come from an index alone, so that
 * rows are read for the page only.
 * @throws CursorError
 */
export async function listDistrictErrors(
  control: Knex,
  catalog: Catalog,
  filter: DistrictErrorFilter,
): Promise<Page<ErrorView>> {
  const limit = Math.min(filter.limit ?? 100, maxPageRows);
  const { sort = 'newest', cursor } = filter;
  const order = orders[sort];
  const conditions = [...conditionsOf(filter), ...(cursor === undefined ? [] : [order.after(cursor)])];
  const rows = await selectRows<ErrorRow>(
    control,
    `SELECT ${errorColumns} FROM recordError JOIN (
       SELECT recordErrorID AS pageID FROM recordError FORCE INDEX (${order.index})
        WHERE ${sqlOf(conditions)} ORDER BY ${order.by} LIMIT ?) page ON recordErrorID = pageID
      ORDER BY ${order.by}`,
    [...valuesOf(conditions), limit + 1],
  );
  const page = toPage(rows, limit, order.keyOf);
  const { masked } = filter;
  return {
    items: page.items.map((row) => toErrorView(catalog, row, { masked })),
    nextCursor: page.nextCursor,
  };
}

/** Counts over what a filter finds, by the same index. */
export async function countDistrictErrors(control: Knex, filter: DistrictErrorFilter): Promise<ErrorCounts> {
  type Row = Readonly<Record<'objectName' | 'code', string>> &
    Readonly<Record<'field' | 'school', string | null>> & {
      readonly schoolYear: number | null;
      readonly errors: number;
    };
  const conditions = conditionsOf(filter);
  const rows = await selectRows<Row>(
    control,
    `SELECT objectName, code, field, school, r.schoolYear, COUNT(*) AS errors FROM (
       SELECT resyncID, objectName, code, field, school FROM recordError FORCE INDEX (of_district)
        WHERE ${sqlOf(conditions)} ORDER BY ${orders.newest.by} LIMIT ${mostCounted + 1}) newest
       LEFT JOIN resync r ON r.resyncID = newest.resyncID
      GROUP BY objectName, code, field, school, r.schoolYear`,
    valuesOf(conditions),
  );
  const found = rows.reduce((sum, { errors }) => sum + errors, 0);
  const facet = (valueOf: (row: Row) => string | null): FacetValue[] => {
    const counts = new Map<string | null, number>();
    for (const row of rows) counts.set(valueOf(row), (counts.get(valueOf(row)) ?? 0) + row.errors);
    return [...counts]
      .map(([value, count]) => ({ value, count }))
      .sort((a, b) => b.count - a.count)
      .slice(0, mostValues);
  };
  return {
    total: Math.min(found, mostCounted),
    totalCapped: found > mostCounted,
    facets: {
      object: facet(({ objectName }) => objectName),
      code: facet(({ code }) => code),
      field: facet(({ field }) => field),
      school: facet(({ school }) => (school === null ? null : shownSchool(school))),
      schoolYear: facet(({ schoolYear }) => (schoolYear === null ? null : String(schoolYear))),
    },
  };
}

function conditionsOf(filter: DistrictErrorFilter): Condition[] {
  const { schools, from, to, districtId, schoolYear } = filter;
  const equals = {
    resyncID: filter.run,
    objectName: filter.object,
    outcome: filter.outcome,
    code: filter.code,
    field: filter.field,
    school: filter.school,
  };
  return [
    ['districtID = ?', districtId],
    ...(filter.withoutState ? [['ofState = 0'] as const] : []),
    ...(schools === null ? [] : [schools.length === 0 ? (['FALSE'] as const) : among(schools)]),
    ...(from ? [['createdAt >= ?', toDatetime(from)] as const] : []),
    ...(to ? [['createdAt < ?', toDatetime(to)] as const] : []),
    ...(schoolYear === undefined ? [] : [ofYear(districtId, schoolYear)]),
    ...Object.entries(equals)
      .filter(([, value]) => value !== undefined)
      .map(([column, value]): Condition => [`${column} = ?`, value]),
  ];
}

function ofYear(districtId: string, schoolYear: number): Condition {
  const runs = 'SELECT y.resyncID FROM resync y WHERE y.districtID = ? AND y.schoolYear = ?';
  return [`resyncID IN (${runs})`, districtId, schoolYear];
}

function among(schools: readonly string[]): Condition {
  return [`school IN (${schools.map(() => '?').join(', ')})`, ...schools];
}

const byTime = (direction: 'DESC' | 'ASC', sign: '<' | '>') => ({
  index: 'of_district',
  by: `createdAt ${direction}, recordErrorID ${direction}`,
  keyOf: (row: ErrorRow) => [row.createdAt, row.recordErrorID] as const,
  after: (cursor: string): Condition => {
    const [at, id] = decodeCursor(cursor, ['string', 'number']);
    return [`(createdAt ${sign} ? OR (createdAt = ? AND recordErrorID ${sign} ?))`, at, at, id];
  },
});

const orders = {
  newest: byTime('DESC', '<'),
  oldest: byTime('ASC', '>'),
  object: {
    index: 'of_object',
    by: 'objectName, recordErrorID',
    keyOf: (row: ErrorRow) => [row.objectName, row.recordErrorID] as const,
    after: (cursor: string): Condition => {
      const [object, id] = decodeCursor(cursor, ['string', 'number']);
      return ['(objectName > ? OR (objectName = ? AND recordErrorID > ?))', object, object, id];
    },
  },
};

function sqlOf(conditions: readonly Condition[]): string {
  return conditions.map(([sql]) => sql).join(' AND ');
}

function valuesOf(conditions: readonly Condition[]): unknown[] {
  return conditions.flatMap(([, ...values]) => values);
}

/** A DATETIME(3) in UTC. */
function toDatetime(at: Date): string {
  return at.toISOString().replace('T', ' ').replace('Z', '');
}
