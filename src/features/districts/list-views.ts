/** The list of districts: found, put in order and cut into pages. */
import type { z } from 'zod';
import { decodeCursor, maxPageRows, toPage } from '../../control/page';
import type { DistrictConfig } from '../../config';
import type { Principal } from '../../domain/principal';
import { offeredYears } from '../../domain/school-year';
import type { ApiContext } from '../../http/context';
import { sees } from '../../http/require';
import type { AnswerTo } from '../../http/route';
import { countUnreadAlerts } from '../alerts/read';
import { readScopedYears } from '../scoped-year/read';
import { type EndDue, readEndsDue } from '../year-end/read-ends';
import { readStarts } from '../year-end/read-starts';
import type { districtsPage, districtsQuery } from './list-schemas';
import { readComparisonsOf, readResyncsOf } from './read-standing';

type Query = z.output<typeof districtsQuery>;
type Answer = AnswerTo<typeof districtsPage>;
type Item = Answer['items'][number];
type Standing = NonNullable<Item['standing']>;

/** A page of the districts that the caller may see. @throws CursorError */
export async function districtsView(
  context: ApiContext,
  { query, principal }: { readonly query: Query; readonly principal: Principal },
): Promise<Answer> {
  const { config, control } = context;
  const years = await readScopedYears(control);
  const wanted = (query.q ?? '').toLowerCase();
  const seen = config.districts.filter(
    ({ id, number, name }) =>
      sees(principal, id) &&
      [id.toLowerCase(), String(number), name.toLowerCase()].some((known) => known.includes(wanted)),
  );
  const shown = seen.map((district) =>
    headOf(district, years.get(district.id) ?? district.schoolYear, principal),
  );
  const standings = needsStanding(query) ? await readStandings(context, principal, shown) : null;
  const items = shown.map((head): Item => ({ ...head, standing: standings?.get(head.id) ?? null }));
  const fitting = items.filter((item) => fits(item.standing, query));
  const page = cut(fitting, query);
  return {
    items: query.standing ? page.items : page.items.map((item) => ({ ...item, standing: null })),
    total: fitting.length,
    counts: standings === null ? null : countsOf(items),
    nextCursor: page.nextCursor,
  };
}

function headOf(
  { id, number, name, state, timezone, region, ...district }: DistrictConfig,
  schoolYear: number,
  { level }: Principal,
): Omit<Item, 'standing'> {
  const years = offeredYears(schoolYear, district).map(({ schoolYear: year, kind }) => ({
    schoolYear: year,
    kind,
  }));
  const head = { id, number, name, schoolYear, years, state: state ?? null, timezone: timezone ?? null };
  if (region === undefined) return { ...head, region: null };
  const { url } = region;
  const host = url === undefined || level === 'district' ? null : new URL(url).host;
  return { ...head, region: { host, first: url !== undefined } };
}

function needsStanding({ standing, color, running, drift, overdue, unread, sort }: Query): boolean {
  const bySort = sort !== undefined && !/^-?(number|name)$/.test(sort);
  return standing || bySort || [color, running, drift, overdue, unread].some((one) => one !== undefined);
}

async function readStandings(
  { config, control }: ApiContext,
  principal: Principal,
  shown: readonly Omit<Item, 'standing'>[],
): Promise<Map<string, Standing>> {
  const { level, rights } = principal;
  const may = (...names: (typeof rights)[number][]) => names.some((name) => rights.includes(name));
  const of = { years: new Map(shown.map(({ id, schoolYear }) => [id, schoolYear])), seenBy: level };
  const resyncs = may('resyncBatch', 'resyncView') ? await readResyncsOf(control, of) : null;
  const comparisons = may('verificationSummary') ? await readComparisonsOf(control, of) : null;
  const unread = may('processAlerts') ? await countUnreadAlerts(control, principal) : null;
  const zones = new Map(config.districts.map(({ id, timezone }) => [id, timezone]));
  const zoned = shown.map((head) => ({ ...head, timezone: zones.get(head.id) }));
  // What the state's runs have settled isn't a district's to see.
  const seesYears = resyncs !== null && level === 'state';
  const settings = { ...config.scenarios, now: new Date() };
  const starts = seesYears ? await readStarts(control, zoned, settings) : null;
  const ends = seesYears ? await readEndsDue(control, zoned, settings) : null;
  const none = { running: null, waiting: 0, last: null, lastFull: null };
  return new Map(
    shown.map(({ id }) => [
      id,
      {
        resyncs: resyncs && (resyncs.get(id) ?? none),
        verification: comparisons?.get(id) ?? null,
        unreadAlerts: unread && (unread.get(id) ?? 0),
        startOfYear: starts?.get(id)?.start.status ?? null,
        endOfYear: ends && endOf(ends.get(id)),
      },
    ]),
  );
}

function endOf(due: EndDue | undefined): Standing['endOfYear'] {
  if (due === undefined) return 'notDue';
  return due.overdue ? 'overdue' : 'due';
}

/** The color that a district is found by; gray of a run that has ended is none. */
function colorOf(standing: Standing | null): 'green' | 'yellow' | 'red' | 'none' {
  const color = standing?.resyncs?.lastFull?.color;
  return color === undefined || color === 'gray' ? 'none' : color;
}

const tests = {
  running: (standing: Standing) =>
    standing.resyncs !== null && (standing.resyncs.running !== null || standing.resyncs.waiting > 0),
  drift: (standing: Standing) => standing.verification?.resyncNecessary ?? false,
  overdue: ({ startOfYear, endOfYear }: Standing) => [startOfYear, endOfYear].includes('overdue'),
  unread: (standing: Standing) => (standing.unreadAlerts ?? 0) > 0,
} as const;

const testNames = ['running', 'drift', 'overdue', 'unread'] as const;

function fits(standing: Standing | null, query: Query): boolean {
  if (standing === null) return true;
  if (query.color !== undefined && colorOf(standing) !== query.color) return false;
  return testNames.every((name) => !query[name] || tests[name](standing));
}

function countsOf(items: readonly Item[]): NonNullable<Answer['counts']> {
  const standings = items.flatMap(({ standing }) => (standing === null ? [] : [standing]));
  const number = (is: (standing: Standing) => boolean): number => standings.filter(is).length;
  return {
    districts: standings.length,
    green: number((standing) => colorOf(standing) === 'green'),
    yellow: number((standing) => colorOf(standing) === 'yellow'),
    red: number((standing) => colorOf(standing) === 'red'),
    none: number((standing) => colorOf(standing) === 'none'),
    running: number(tests.running),
    drift: number(tests.drift),
    overdue: number(tests.overdue),
    unread: number(tests.unread),
  };
}

const worstFirst = ['red', 'yellow', 'none', 'green'] as const;

/** What a district is put in order by; what never was comes first, because it asks for a look. */
const keys: Record<string, (item: Item) => string | number> = {
  number: ({ number }) => number,
  name: ({ name }) => name.toLowerCase(),
  color: ({ standing }) => worstFirst.indexOf(colorOf(standing)),
  last: ({ standing }) => standing?.resyncs?.last?.endedAt ?? '',
  lastFull: ({ standing }) => standing?.resyncs?.lastFull?.endedAt ?? '',
  verification: ({ standing }) => standing?.verification?.finishedAt ?? '',
  // Most first.
  unread: ({ standing }) => -(standing?.unreadAlerts ?? 0),
};

function cut(items: readonly Item[], { sort, limit, cursor }: Query) {
  const places = new Map(items.map(({ id }, index) => [id, index]));
  const name = sort?.replace('-', '');
  const keyOf = (item: Item): string | number =>
    (name === undefined ? undefined : keys[name]?.(item)) ?? places.get(item.id)!;
  const way = sort?.startsWith('-') ? -1 : 1;
  const compare = (a: readonly [string | number, string], b: readonly [string | number, string]): number => {
    if (a[0] !== b[0]) return a[0] < b[0] ? -way : way;
    return a[1] === b[1] ? 0 : a[1] < b[1] ? -1 : 1;
  };
  const placed = items
    .map((item) => ({ item, key: [keyOf(item), item.id] as const }))
    .sort((a, b) => compare(a.key, b.key));
  const after = cursor === undefined ? null : lastOf(cursor, placed[0]?.key[0]);
  const rest = after === null ? placed : placed.filter(({ key }) => compare(key, after) > 0);
  const size = limit === undefined ? rest.length : Math.min(limit, maxPageRows);
  const page = toPage(rest, size, ({ key }) => key);
  return { items: page.items.map(({ item }) => item), nextCursor: page.nextCursor };
}

/** Sort key and id of the last district of the page before. @throws CursorError */
function lastOf(cursor: string, like: string | number | undefined): readonly [string | number, string] {
  const [key, id] = decodeCursor(cursor, [typeof like === 'string' ? 'string' : 'number', 'string']);
  return [key!, String(id)];
}
