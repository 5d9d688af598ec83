/** What the state's tables hold, byte by byte. */
import type { Databases } from './databases';
import type { Draw } from './draw-records';
import type { TableDraw } from './draw-schema';
import { type Exact, exactOf, readExact } from './exact';
import { tenantColumn, tenants } from './script';
import { plainType, sentColumns } from './wanted';

export interface StateRow {
  /** Tenant and key, exactly as they are spelled. */
  readonly id: string;
  /** Of the district that sends. */
  readonly own: boolean;
  /** In the order of the sent columns. */
  readonly values: readonly Exact[];
  /** Columns that nothing sends. */
  readonly rest: string;
}

export type Snapshot = ReadonlyMap<string, StateRow>;

export async function snapshotOf(databases: Databases, draw: Draw, table: TableDraw): Promise<Snapshot> {
  const columns = sentColumns(table);
  const { tenant } = draw.schema;
  const isOwn = tenant === null ? '1' : `HEX(${tenantColumn}) = HEX(${tenants[tenant].own})`;
  const rest = [tenant === null ? "''" : tenantColumn, ...(table.stateOnly ? ['own'] : [])];
  const rows = await databases.rows(
    'state',
    `SELECT ${isOwn}, CONCAT_WS('|', ${rest.join(', ')}),
            ${columns.flatMap(({ name, state }) => readExact(name, plainType(state))).join(', ')} FROM ${table.name}`,
  );
  return new Map(
    rows.map(([own, unsent, ...cells]) => {
      const values = exactOf(cells);
      const id = idOf(table, values, own === '1' ? 'own' : unsent!);
      return [id, { id, own: own === '1', values, rest: unsent! }];
    }),
  );
}

/** @param whose "own", or what tells other tenants apart */
export function idOf(table: TableDraw, values: readonly Exact[], whose: string): string {
  const key = sentColumns(table).flatMap(({ name }, i) => (table.key.includes(name) ? [values[i]!.raw] : []));
  return JSON.stringify([whose, ...key]);
}

export function sameValues(a: readonly Exact[], b: readonly Exact[]): boolean {
  return a.every(({ raw }, i) => raw === b[i]!.raw);
}
