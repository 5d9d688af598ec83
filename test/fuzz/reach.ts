/**
 * What records have to do with each other: a refusal needs a holder of the unique value, or a
 * parent that isn't there, and no set of refused records may be left that the state would take.
 */
import type { Databases } from './databases';
import type { Draw } from './draw-records';
import type { ReferenceDraw, TableDraw } from './draw-schema';
import { exactOf, readExact } from './exact';
import { idOf, type Snapshot } from './snapshot';
import { tenantColumn, tenants } from './script';
import { plainType, sentColumns, type Wanted, wantedTable } from './wanted';

/** One table after the run, as far as other records are concerned. */
interface Learned {
  readonly after: Snapshot;
  readonly refused: ReadonlyMap<number, { readonly outcome: string; readonly code: string }>;
  readonly ownerOf: (id: string) => number | null;
  readonly wanted: readonly Wanted[];
}

/** A record that was refused, and what it waits for. */
interface Waiting {
  /** Owners of records that have a unique value it needs; `null`: nobody gives it up. */
  readonly holders: (string | null)[];
  /** For each missing parent the refused records that would be it. */
  readonly parents: string[][];
  /** Refused records that want the same unique value. */
  readonly rivals: string[];
}

export class Reach {
  private readonly learned = new Map<string, Learned & { readonly table: TableDraw }>();

  constructor(
    private readonly databases: Databases,
    private readonly draw: Draw,
  ) {}

  learn(table: TableDraw, found: Learned): Promise<void> {
    this.learned.set(table.name, { ...found, table });
    return Promise.resolve();
  }

  async problems(): Promise<string[]> {
    const problems: string[] = [];
    const waiting = new Map<string, Waiting>();
    for (const { table, refused, wanted } of this.learned.values()) {
      const held = await this.heldValues(table);
      const orphans = await this.orphans(table);
      const rivals = await this.rivals(table);
      for (const { n, key, bad, broken } of wanted) {
        const error = refused.get(n);
        const missing = orphans.filter((orphan) => orphan.n === n);
        if (error === undefined) continue;
        const isHeld = held.some((one) => one.n === n);
        const refersToBad = table.references.some(({ columns }) => columns.some((name) => bad.has(name)));
        // What the state can't hold may clash as what it would be cut to.
        const cut = [...table.key, table.unique?.column ?? ''].some((name) => bad.has(name));
        if (error.code === 'UNIQUE_CLASH' && !isHeld && !cut)
          problems.push(`${table.name}: nobody has the unique value of ${key}`);
        if (error.outcome === 'blocked' && missing.length === 0 && !refersToBad)
          problems.push(`${table.name}: ${key} is blocked though its parents are there`);
        if (bad.size > 0 || (broken && error.code !== 'UNIQUE_CLASH' && error.outcome === 'failed')) continue;
        waiting.set(`${table.name} ${n}`, {
          holders: held.filter((one) => one.n === n).map(({ holder }) => holder),
          parents: missing.map(({ among }) => among),
          rivals: rivals
            .filter((pair) => pair.includes(n))
            .flatMap((pair) => pair.filter((one) => one !== n).map((one) => `${table.name} ${one}`)),
        });
      }
      problems.push(...(await this.dangling(table)));
    }
    const left = couldBeSent(waiting);
    return left.length === 0
      ? problems
      : [...problems, `these could have been sent: ${left.map((id) => this.nameOf(id)).join(', ')}`];
  }

  private nameOf(id: string): string {
    const [name, n] = id.split(' ');
    const { wanted, refused } = this.learned.get(name!)!;
    return `${name} ${wanted.find((one) => one.n === Number(n))!.key} (${refused.get(Number(n))!.code})`;
  }

  private get own(): string[] {
    const { tenant } = this.draw.schema;
    return tenant === null ? [] : [tenants[tenant].own];
  }

  /** Records whose unique values others have at the state; `holder` would give it up if sent. */
  private async heldValues(
    table: TableDraw,
  ): Promise<{ readonly n: number; readonly holder: string | null }[]> {
    const { ownerOf, refused } = this.learned.get(table.name)!;
    const lead = this.own.length === 0 ? [] : [tenantColumn];
    const { unique } = table;
    const indexes = [
      [...lead, ...table.key],
      ...(unique === null ? [] : [[...(unique.scoped ? lead : []), unique.column]]),
    ];
    const columns = sentColumns(table);
    const found: { n: number; holder: string | null }[] = [];
    for (const index of indexes) {
      const whose =
        lead.length === 0
          ? "'own'"
          : `IF(HEX(s.${tenantColumn}) = HEX(${this.own[0]}), 'own', s.${tenantColumn})`;
      const rows = await this.databases.rows(
        'state',
        `SELECT w.n, ${whose}, ${columns.flatMap(({ name, state }) => readExact(`s.${name}`, plainType(state))).join(', ')}
           FROM ${wantedTable(this.databases, table)} w JOIN ${table.name} s ON ${index.map((name) => `s.${name} = w.${name}`).join(' AND ')}`,
      );
      for (const [n, tenant, ...cells] of rows) {
        const id = idOf(table, exactOf(cells), tenant!);
        const owner = tenant === 'own' ? ownerOf(id) : null;
        if (owner === Number(n)) continue;
        found.push({
          n: Number(n),
          holder: owner !== null && refused.has(owner) ? `${table.name} ${owner}` : null,
        });
      }
    }
    return found;
  }

  /** Wanted records that refer to nothing at the state. */
  private async orphans(table: TableDraw): Promise<{ readonly n: number; readonly among: string[] }[]> {
    const orphans: { n: number; among: string[] }[] = [];
    for (const reference of table.references) {
      const { parent, columns, parentColumns } = reference;
      const known = columns.map((name) => `w.${name} IS NOT NULL`).join(' AND ');
      const on = columns.map((name, i) => `p.${parentColumns[i]!} = w.${name}`).join(' AND ');
      const wanted = wantedTable(this.databases, table);
      const parents = wantedTable(this.databases, this.learned.get(parent)?.table ?? this.tableOf(parent));
      const rows = await this.databases.rows(
        'state',
        `SELECT w.n, p.n FROM ${wanted} w LEFT JOIN ${parents} p ON ${on} WHERE ${known} AND NOT ${this.exists(reference, 'w')}`,
      );
      for (const n of new Set(rows.map(([own]) => Number(own))))
        orphans.push({
          n,
          among: rows.filter(([own, p]) => Number(own) === n && p !== null).map(([, p]) => `${parent} ${p}`),
        });
    }
    return orphans;
  }

  private tableOf(name: string): TableDraw {
    return this.draw.schema.tables.find((table) => table.name === name)!;
  }

  private exists({ parent, columns, parentColumns }: ReferenceDraw, alias: string): string {
    const on = columns.map((name, i) => `parent.${parentColumns[i]!} = ${alias}.${name}`);
    return `EXISTS (SELECT 1 FROM ${parent} parent WHERE ${[...this.own.map((own) => `parent.${tenantColumn} = ${own}`), ...on].join(' AND ')})`;
  }

  /** Wanted records that want one unique value. */
  private async rivals(table: TableDraw): Promise<number[][]> {
    const { unique } = table;
    const pairs: number[][] = [];
    for (const index of [table.key, ...(unique === null ? [] : [[unique.column]])]) {
      const wanted = wantedTable(this.databases, table);
      const on = index.map((name) => `a.${name} = b.${name}`).join(' AND ');
      const rows = await this.databases.rows(
        'state',
        `SELECT a.n, b.n FROM ${wanted} a JOIN ${wanted} b ON a.n < b.n AND ${on}`,
      );
      pairs.push(...rows.map((pair) => pair.map(Number)));
    }
    return pairs;
  }

  /** Records at the state, of whomever, below a foreign key that leads nowhere. */
  private async dangling(table: TableDraw): Promise<string[]> {
    const problems: string[] = [];
    const { tenant } = this.draw.schema;
    for (const reference of table.references.filter(({ guarded }) => guarded)) {
      const known = [
        ...(tenant === null ? [] : [`c.${tenantColumn} = ${tenants[tenant].own}`]),
        ...reference.columns.map((name) => `c.${name} IS NOT NULL`),
      ];
      const [row] = await this.databases.rows(
        'state',
        `SELECT COUNT(*) FROM ${table.name} c WHERE ${known.join(' AND ')} AND NOT ${this.exists(reference, 'c')}`,
      );
      if (row![0] !== '0')
        problems.push(`${table.name}: ${row![0]} records dangle below ${reference.parent}`);
    }
    return problems;
  }
}

/** The greatest set of refused records that the state would take in one go. */
function couldBeSent(waiting: ReadonlyMap<string, Waiting>): string[] {
  const left = new Set(waiting.keys());
  for (let before = -1; before !== left.size;) {
    before = left.size;
    for (const id of [...left]) {
      const { holders, parents, rivals } = waiting.get(id)!;
      const free =
        holders.every((holder) => holder !== null && left.has(holder)) &&
        parents.every((among) => among.some((parent) => left.has(parent))) &&
        !rivals.some((rival) => left.has(rival));
      if (!free) left.delete(id);
    }
  }
  return [...left];
}
