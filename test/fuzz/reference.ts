/**
 * What should come of a draw, found by brute force: which district record is which of the state's,
 * what may be refused and why, and that nothing that could be sent was left behind. Knows nothing
 * of the product's code.
 */
import type { Databases } from './databases';
import type { Draw } from './draw-records';
import type { TableDraw } from './draw-schema';
import { readExact } from './exact';
import { Reach } from './reach';
import { idOf, sameValues, type Snapshot, snapshotOf, type StateRow } from './snapshot';
import { tenantColumn, tenants } from './script';
import { findWanted, plainType, sentColumns, type Wanted, wantedTable } from './wanted';

/** What the product said of one object. */
export interface Said {
  readonly counts: Readonly<Record<string, number>>;
  readonly errors: readonly {
    readonly recordKey: string;
    readonly outcome: string;
    readonly code: string;
    readonly field: string | null;
  }[];
}

/** One table as the model sees it before the run. */
interface Before {
  readonly table: TableDraw;
  readonly wanted: readonly Wanted[];
  readonly state: Snapshot;
  /** District records by the state's record that has their key, in the state's eyes. */
  readonly claims: ReadonlyMap<string, readonly number[]>;
}

export class Reference {
  private constructor(
    private readonly databases: Databases,
    private readonly draw: Draw,
    private readonly tables: readonly Before[],
  ) {}

  /** Looks at both sides before the product does. */
  static async before(databases: Databases, draw: Draw): Promise<Reference> {
    const tables: Before[] = [];
    for (const table of draw.schema.tables) {
      const wanted = await findWanted(databases, draw, table);
      const state = await snapshotOf(databases, draw, table);
      tables.push({ table, wanted, state, claims: await claimsOf(databases, draw, table) });
    }
    return new Reference(databases, draw, tables);
  }

  /** @returns what is wrong, in sentences; none: all is as it should be */
  async judge(said: ReadonlyMap<string, Said>): Promise<string[]> {
    const problems: string[] = [];
    const reach = new Reach(this.databases, this.draw);
    for (const before of this.tables) {
      const after = await snapshotOf(this.databases, this.draw, before.table);
      const judged = new JudgedTable(this.draw, before, after, said.get(before.table.name)!);
      problems.push(...judged.problems().map((problem) => `${before.table.name}: ${problem}`));
      await reach.learn(before.table, {
        after,
        refused: judged.refused(),
        ownerOf: (id) => judged.ownerOf(id),
        wanted: before.wanted,
      });
    }
    return [...problems, ...(await reach.problems())];
  }
}

/** Which district records the state's own unique key takes for which of its records. */
async function claimsOf(databases: Databases, draw: Draw, table: TableDraw): Promise<Map<string, number[]>> {
  const { tenant } = draw.schema;
  const isOwn = tenant === null ? [] : [`s.${tenantColumn} = ${tenants[tenant].own}`];
  const on = [...isOwn, ...table.key.map((name) => `s.${name} = w.${name}`)].join(' AND ');
  const key = table.columns.filter(({ name }) => table.key.includes(name));
  const texts = key.map(({ name, state: type }) => readExact(`s.${name}`, plainType(type))[0]);
  const rows = await databases.rows(
    'state',
    `SELECT w.n, ${texts.join(', ')} FROM ${wantedTable(databases, table)} w JOIN ${table.name} s ON ${on}`,
  );
  const claims = new Map<string, number[]>();
  for (const [n, ...raws] of rows) {
    const id = JSON.stringify(['own', ...raws]);
    claims.set(id, [...(claims.get(id) ?? []), Number(n)]);
  }
  return claims;
}

/** One table after the run. */
class JudgedTable {
  private readonly errors: ReadonlyMap<string, Said['errors'][number]>;

  constructor(
    private readonly draw: Draw,
    private readonly before: Before,
    private readonly after: Snapshot,
    private readonly said: Said,
  ) {
    this.errors = new Map(said.errors.map((error) => [error.recordKey, error]));
  }

  /** Records with an error. */
  refused(): ReadonlyMap<number, Said['errors'][number]> {
    const found = this.before.wanted.flatMap(({ n, key }) => {
      const error = this.errors.get(key);
      return error === undefined ? [] : [[n, error] as const];
    });
    return new Map(found);
  }

  /** The district record that a state record from before is for; `null`: none, it is extra. */
  ownerOf(id: string): number | null {
    const { claims, wanted, table } = this.before;
    const rivals = (claims.get(id) ?? []).map((n) => wanted.find((one) => one.n === n)!);
    const exact = rivals.find(({ image }) => idOf(table, image, 'own') === id);
    const sent = rivals.find(({ key }) => !this.errors.has(key));
    return (exact ?? sent ?? rivals[0])?.n ?? null;
  }

  problems(): string[] {
    return [...this.problemsOfErrors(), ...this.problemsOfRecords(), ...this.problemsOfCounts()];
  }

  private problemsOfErrors(): string[] {
    const keys = new Set(this.before.wanted.map(({ key }) => key));
    const { errors } = this.said;
    return [
      ...errors
        .filter(({ recordKey }) => !keys.has(recordKey))
        .map((error) => `an error of no record: ${JSON.stringify(error)}`),
      ...(this.errors.size === errors.length ? [] : [`a record has two errors: ${JSON.stringify(errors)}`]),
      ...this.before.wanted.flatMap((one) => this.problemOfError(one)),
    ];
  }

  /** Whether a value is rightly refused; what other records have to do with it, `Reach` says. */
  private problemOfError({ key, bad, broken }: Wanted): string[] {
    const error = this.errors.get(key);
    if (error === undefined)
      return bad.size > 0
        ? [`${key} was sent though the state can't hold ${[...bad.keys()].join(', ')}`]
        : [];
    if (error.outcome === 'blocked' || error.code === 'UNIQUE_CLASH') return [];
    if (broken && ['CHARACTERS_NOT_ALLOWED', 'VALUE_INVALID'].includes(error.code)) return [];
    const fits =
      error.field === null
        ? [...bad.values()].some((codes) => codes.has(error.code))
        : bad.get(error.field)?.has(error.code) === true;
    const could = [...bad].map(([name, codes]) => `${name}: ${[...codes].join('/')}`).join('; ');
    return fits
      ? []
      : [
          `${key} was refused as ${error.code} of ${error.field}; ${could === '' ? 'the state can hold it' : `right are ${could}`}`,
        ];
  }

  /** The state's records from before by the number of the district record that each is for. */
  private partners(): Map<number, StateRow> {
    const partners = new Map<number, StateRow>();
    for (const [id, row] of this.before.state) {
      const n = row.own ? this.ownerOf(id) : null;
      if (n !== null) partners.set(n, row);
    }
    return partners;
  }

  private problemsOfRecords(): string[] {
    const { table, wanted, state } = this.before;
    const { tenant } = this.draw.schema;
    const rest = [
      tenant === null ? '' : tenants[tenant].own.replaceAll("'", ''),
      ...(table.stateOnly ? ['state'] : []),
    ].join('|');
    const expected = new Map(state);
    const partners = this.partners();
    const sent = wanted.filter(({ key, bad }) => !this.errors.has(key) && bad.size === 0);
    for (const { n } of sent) if (partners.has(n)) expected.delete(partners.get(n)!.id);
    for (const { n, image } of sent) {
      const id = idOf(table, image, 'own');
      expected.set(id, { id, own: true, values: image, rest: partners.get(n)?.rest ?? rest });
    }
    const extra = this.draw.removals ? this.extra() : new Set<string>();
    return [
      ...[...expected.values()].flatMap((row) => {
        const there = this.after.get(row.id);
        if (there === undefined) return extra.has(row.id) ? [] : [`the state lacks ${row.id}`];
        return sameValues(row.values, there.values) && row.rest === there.rest
          ? []
          : [`the state has another ${row.id}: ${this.differing(row, there)}`];
      }),
      ...[...this.after.keys()]
        .filter((id) => !expected.has(id))
        .map((id) => `the state has ${id}, which nobody sent`),
    ];
  }

  private differing(row: StateRow, there: StateRow): string {
    const columns = sentColumns(this.before.table);
    const texts = columns.flatMap(({ name }, i) =>
      row.values[i]!.raw === there.values[i]!.raw
        ? []
        : [`${name} is ${clip(there.values[i]!.raw)} instead of ${clip(row.values[i]!.raw)}`],
    );
    return [
      ...texts,
      ...(row.rest === there.rest ? [] : [`the rest is ${there.rest} instead of ${row.rest}`]),
    ].join(', ');
  }

  /** Records of the district at the state that it has no more. */
  extra(): Set<string> {
    return new Set(
      [...this.before.state.values()]
        .filter(({ id, own }) => own && this.ownerOf(id) === null)
        .map(({ id }) => id),
    );
  }

  private problemsOfCounts(): string[] {
    const { wanted } = this.before;
    const partners = this.partners();
    const expected: Record<string, number> = {
      inserted: 0,
      updated: 0,
      unchanged: 0,
      excluded: 0,
      blocked: this.said.errors.filter(({ outcome }) => outcome === 'blocked').length,
      failed: this.said.errors.filter(({ outcome }) => outcome === 'failed').length,
      extra: this.extra().size,
    };
    for (const { n, key, image } of wanted) {
      if (this.errors.has(key)) continue;
      const partner = partners.get(n);
      const equal =
        partner !== undefined && sameValues(partner.values, image) && this.draw.mode === 'compare';
      const outcome = partner === undefined ? 'inserted' : equal ? 'unchanged' : 'updated';
      expected[outcome]! += 1;
    }
    return Object.entries(expected).flatMap(([name, count]) =>
      this.said.counts[name] === count ? [] : [`${name} is ${this.said.counts[name]} instead of ${count}`],
    );
  }
}

function clip(text: string | null): string {
  return text === null || text.length < 80 ? String(text) : `${text.slice(0, 80)}…`;
}
