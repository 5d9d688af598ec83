/** Tables of the two sides: types that may differ, keys, references, circles, unique values. */
import fc from 'fast-check';
import type { TypePools, ValueType } from './value-types';

/** Which of the two sides something is at. */
export type Place = 'none' | 'district' | 'state' | 'both';

export interface ColumnDraw {
  readonly name: string;
  readonly district: string;
  readonly state: string;
  /** Literals; a record's picks choose among them. */
  readonly values: readonly string[];
  /** NULL is allowed there. */
  readonly nullable: { readonly district: boolean; readonly state: boolean };
  readonly invisible: Place;
  /** The data path refuses the two types before anything is written. */
  readonly refused: boolean;
}

export interface ReferenceDraw {
  readonly columns: readonly string[];
  readonly parent: string;
  readonly parentColumns: readonly string[];
  /** The state has a foreign key for it. */
  readonly guarded: boolean;
}

export interface TableDraw {
  readonly name: string;
  readonly key: readonly string[];
  readonly columns: readonly ColumnDraw[];
  readonly references: readonly ReferenceDraw[];
  /** `scoped`: unique within a district's records only. */
  readonly unique: { readonly column: string; readonly scoped: boolean; readonly atDistrict: boolean } | null;
  /** Where a column is computed of the key; the other side has an ordinary one. */
  readonly generated: Place;
  /** A column that only the state has, with a default. */
  readonly stateOnly: boolean;
  /** Name of the group of tables whose references form a circle. */
  readonly cycle: string | null;
}

export interface SchemaDraw {
  /** Type of the state's tenant column; `null`: the tables have none. */
  readonly tenant: 'number' | 'code' | null;
  readonly tables: readonly TableDraw[];
}

const types = (pool: readonly ValueType[]) =>
  fc.record({
    type: fc.constantFrom(...pool),
    // Mostly the same type: where types differ, refused records hide what else is wrong.
    variant: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 2, arbitrary: fc.nat(20) }),
    refused: fc.oneof(
      { weight: 199, arbitrary: fc.constant(false) },
      { weight: 1, arbitrary: fc.constant(true) },
    ),
  });
type TypePick = { type: ValueType; variant: number; refused: boolean };

const maybe = fc.boolean();
const rarely = fc.oneof(
  { weight: 5, arbitrary: fc.constant(false) },
  { weight: 1, arbitrary: fc.constant(true) },
);
const place = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Place>('none') },
  { weight: 1, arbitrary: fc.constantFrom<Place>('district', 'state', 'both') },
);

const rawTable = (pools: TypePools) =>
  fc.record({
    key: fc.array(types(pools.keys), { minLength: 1, maxLength: 2 }),
    columns: fc.array(
      fc.record({
        of: fc.oneof(
          { weight: 400, arbitrary: types(pools.columns) },
          { weight: 1, arbitrary: types(pools.huge) },
        ),
        districtNull: maybe,
        stateNull: fc.oneof(
          { weight: 5, arbitrary: fc.constant(true) },
          { weight: 1, arbitrary: fc.constant(false) },
        ),
        invisible: place,
      }),
      { maxLength: 4 },
    ),
    unique: fc.option(fc.record({ of: types(pools.uniques), scoped: maybe, atDistrict: maybe }), { freq: 2 }),
    generated: place,
    stateOnly: rarely,
  });
type RawTable = ReturnType<typeof rawTable> extends fc.Arbitrary<infer T> ? T : never;

const rawReference = fc.record({ from: fc.nat(2), to: fc.nat(2), guarded: maybe, inKey: rarely });
type RawReference = typeof rawReference extends fc.Arbitrary<infer T> ? T : never;

/** Schemas of one to three tables. */
export function schemas(pools: TypePools): fc.Arbitrary<SchemaDraw> {
  return fc
    .record({
      tenant: fc.constantFrom(null, 'number' as const, 'code' as const),
      tables: fc.array(rawTable(pools), { minLength: 1, maxLength: 3 }),
      references: fc.array(rawReference, { maxLength: 3 }),
    })
    .map(({ tenant, tables, references }) => ({ tenant, tables: tablesOf(tables, references) }));
}

function columnOf(
  name: string,
  { type, variant, refused }: TypePick,
  more: Partial<ColumnDraw> = {},
): ColumnDraw {
  const { district, state, values } = type;
  const others = refused ? (type.refused ?? []) : [];
  const pool = others.length > 0 ? others : state;
  return {
    name,
    district,
    state: pool[variant % pool.length]!,
    values,
    nullable: { district: true, state: true },
    invisible: 'none',
    refused: others.length > 0,
    ...more,
  };
}

function tablesOf(raw: readonly RawTable[], rawReferences: readonly RawReference[]): TableDraw[] {
  const notNull = { nullable: { district: false, state: false } };
  const keys = raw.map(({ key }) => key.map((of, i) => columnOf(`k${i}`, of, notNull)));
  const columns = raw.map(({ columns: picks, unique }) => [
    ...picks.map(({ of, districtNull, stateNull, invisible }, i) => {
      const nullable = { district: districtNull, state: stateNull || !districtNull };
      return columnOf(`c${i}`, of, {
        nullable,
        invisible: nullable.district && nullable.state ? invisible : 'none',
      });
    }),
    ...(unique === null ? [] : [columnOf('u', unique.of)]),
  ]);
  const references: ReferenceDraw[][] = raw.map(() => []);
  // Those within keys first: others take their columns' types from keys.
  const picks = rawReferences.map(({ from, to, inKey, guarded }) => {
    const [child, parent] = [from % raw.length, to % raw.length];
    return { from: child, to: parent, guarded, inKey: inKey && parent < child && keys[parent]!.length === 1 };
  });
  const inKeysFirst = picks.sort((a, b) => Number(b.inKey) - Number(a.inKey) || a.from - b.from);
  for (const [n, picked] of inKeysFirst.entries()) {
    const { from, to, inKey } = picked;
    const parentKey = keys[to]!;
    const own = parentKey.map((column, i) => ({
      ...column,
      name: inKey ? 'k0' : `r${n}${i}`,
      state: column.state.replace(' AUTO_INCREMENT', ''),
      nullable: inKey ? notNull.nullable : { district: true, state: true },
      // What can't be a key may well be sent.
      refused: inKey && column.refused,
    }));
    if (inKey) keys[from]![0] = own[0]!;
    else columns[from]!.push(...own);
    references[from]!.push({
      columns: own.map(({ name }) => name),
      parent: `t${to}`,
      parentColumns: parentKey.map(({ name }) => name),
      guarded: picked.guarded,
    });
  }
  const cycles = cyclesOf(references.map((list) => list.map(({ parent }) => Number(parent.slice(1)))));
  return raw.map(({ unique, generated, stateOnly }, at) => ({
    name: `t${at}`,
    key: keys[at]!.map(({ name }) => name),
    columns: [
      ...keys[at]!.map((column) => ({ ...column, ...(keys[at]!.length > 1 ? withoutCounter(column) : {}) })),
      ...columns[at]!,
    ],
    references: references[at]!,
    unique: unique === null ? null : { column: 'u', scoped: unique.scoped, atDistrict: unique.atDistrict },
    generated: canCompute(keys[at]![0]!) ? generated : 'none',
    stateOnly,
    cycle: cycles[at]!,
  }));
}

/** What CHAR shows depends on a setting, so MariaDB computes nothing of it. */
function canCompute({ district, state }: ColumnDraw): boolean {
  return !/^CHAR/.test(district) && !/^CHAR|AUTO_INCREMENT/.test(state);
}

/** A column that counts by itself has to be the first of a key. */
function withoutCounter(column: ColumnDraw): Pick<ColumnDraw, 'state'> {
  return { state: column.state.replace(' AUTO_INCREMENT', '') };
}

/** Tables that reach themselves: each group is named after its first. */
function cyclesOf(parents: readonly (readonly number[])[]): (string | null)[] {
  const reaches = (from: number, to: number): boolean => {
    const seen = new Set<number>();
    const todo = [...parents[from]!];
    for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
      if (next === to) return true;
      if (seen.has(next)) continue;
      seen.add(next);
      todo.push(...parents[next]!);
    }
    return false;
  };
  return parents.map((_, at) => {
    if (!reaches(at, at)) return null;
    const first = parents.findIndex(
      (_p, other) => other === at || (reaches(at, other) && reaches(other, at)),
    );
    return `t${first}`;
  });
}

/** Tables in the order in which a run takes them: parents first, a circle together. */
export function inOrder(tables: readonly TableDraw[]): TableDraw[][] {
  const groups = new Map<string, TableDraw[]>();
  for (const table of tables) {
    const group = table.cycle ?? table.name;
    groups.set(group, [...(groups.get(group) ?? []), table]);
  }
  const done = new Set<string>();
  const ordered: TableDraw[][] = [];
  while (ordered.length < groups.size) {
    for (const group of groups.values()) {
      const own = new Set(group.map(({ name }) => name));
      const needs = group.flatMap(({ references }) => references.map(({ parent }) => parent));
      if (done.has(group[0]!.name) || !needs.every((name) => own.has(name) || done.has(name))) continue;
      for (const name of own) done.add(name);
      ordered.push(group);
    }
  }
  return ordered;
}
