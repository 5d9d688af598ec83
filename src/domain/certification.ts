/**
 * What a state certifies of a district at a reporting date, and how today compares with it. Pure
 * values: reading them is in src/editions/measure.ts, signing in src/certification.
 */

/** Version of the manifest's form; a reader that doesn't know it must not guess. */
export const manifestFormat = 'state-data-resync/certification/1';

/**
 * How a checksum is made, said in the manifest so that another program can make it again
 * (docs/decisions/0017): SHA-256 over sorted SHA-256 digests of the records' texts. A set of
 * records has one checksum, whatever their order.
 */
export const checksumMethod = 'sha256-tree-1';

/** A column whose values are in the checksum. */
export interface CertifiedColumn {
  readonly name: string;
  /** As the state's schema has it, e.g. `varchar(40)`. */
  readonly type: string;
}

/** Records of one object, school and year. */
export interface CertifiedCount {
  /** Text of the school's match key; `null`: the records belong to no one school. */
  readonly school: string | null;
  /** `null`: the object isn't tied to a school year. */
  readonly schoolYear: number | null;
  readonly records: number;
  /** 64 hexadecimal digits. */
  readonly checksum: string;
}

/** One object as the state held it. */
export interface MeasuredObject {
  readonly object: string;
  /** Table at the state. */
  readonly table: string;
  /** In the order in which they were hashed. */
  readonly columns: readonly CertifiedColumn[];
  /**
   * Objects from this one's parent to School by which a record's school was found; `null`: it has
   * none.
   */
  readonly schoolPath: readonly string[] | null;
  /** Schools without a record aren't listed. */
  readonly counts: readonly CertifiedCount[];
}

/**
 * The document that is signed. It holds keys, names of columns, counts and checksums, never a value
 * of a record.
 */
export interface Manifest {
  readonly format: typeof manifestFormat;
  readonly checksum: typeof checksumMethod;
  readonly certificationId: string;
  readonly name: string;
  readonly district: { readonly id: string; readonly number: number; readonly name: string };
  readonly schoolYear: number;
  /** YYYY-MM-DD, the date the state reports for. */
  readonly reportingDate: string;
  /** Whose certification it is. */
  readonly certifiedBy: 'district' | 'state';
  /** Instant of which every count and checksum is, by the state database's clock; ISO 8601. */
  readonly measuredAt: string;
  /**
   * Newest full or partial resync of the district and year that had ended by then; `null`: none. It
   * tells, it doesn't judge.
   */
  readonly newestResync: {
    readonly resyncId: string;
    readonly initiator: 'district' | 'state';
    readonly endedAt: string;
  } | null;
  readonly catalog: string;
  readonly records: number;
  readonly objects: readonly MeasuredObject[];
}

/** `failed`: nothing was certified, the message says why. */
export type CertificationStatus = 'accepted' | 'waiting' | 'certified' | 'failed';
export type DriftStatus = 'accepted' | 'waiting' | 'finished' | 'failed';
/** Of certifications and comparisons that have not ended. */
export const openCertificationStatuses = [
  'accepted',
  'waiting',
] as const satisfies readonly (CertificationStatus & DriftStatus)[];

/**
 * `incomparable`: what was certified can't be measured in the same way any more (a column is gone
 * or has another type, the way to the school is another); that is a change of the schema, not of
 * the data.
 */
export const driftResults = ['changed', 'gone', 'new', 'incomparable', 'equal'] as const;
export type DriftResult = (typeof driftResults)[number];

/** One object, school and year: then and now. */
export interface DriftRow {
  readonly object: string;
  readonly school: string | null;
  readonly schoolYear: number | null;
  readonly result: DriftResult;
  /** Why it is incomparable. */
  readonly why: string | null;
  readonly certified: { readonly records: number; readonly checksum: string } | null;
  readonly today: { readonly records: number; readonly checksum: string } | null;
}

/** Today's measurement of a certified object, or why there can be none. */
export type Remeasured = { readonly measured: MeasuredObject } | { readonly problem: string };

/** Columns whose type isn't the certified one any more. */
function retyped(certified: MeasuredObject, today: MeasuredObject): string[] {
  const types = new Map(today.columns.map(({ name, type }) => [name, type]));
  return certified.columns.filter(({ name, type }) => types.get(name) !== type).map(({ name }) => name);
}

/** How an object differs from what was certified: all its schools and years, what changed first. */
export function driftOf(certified: MeasuredObject, today: Remeasured): DriftRow[] {
  const { object } = certified;
  if ('problem' in today)
    return certified.counts.map(({ school, schoolYear, records, checksum }) => ({
      ...{ object, school, schoolYear, result: 'incomparable', why: today.problem },
      ...{ certified: { records, checksum }, today: null },
    }));
  const columns = retyped(certified, today.measured);
  const pathChanged = JSON.stringify(certified.schoolPath) !== JSON.stringify(today.measured.schoolPath);
  const why = pathChanged
    ? 'the catalog finds the school of these records by another way now'
    : columns.length > 0
      ? `the state’s schema changed the type of ${columns.join(', ')}`
      : null;
  const at = new Map<string, { then?: CertifiedCount; now?: CertifiedCount }>();
  const keyOf = ({ school, schoolYear }: CertifiedCount) => JSON.stringify([schoolYear, school]);
  for (const then of certified.counts) at.set(keyOf(then), { then });
  for (const now of today.measured.counts) at.set(keyOf(now), { ...at.get(keyOf(now)), now });
  const rows = [...at.values()].map(({ then, now }): DriftRow => {
    const { school, schoolYear } = (then ?? now)!;
    const same = then !== undefined && then.records === now?.records && then.checksum === now.checksum;
    const plain = same ? 'equal' : then === undefined ? 'new' : now === undefined ? 'gone' : 'changed';
    const result = !same && why !== null ? 'incomparable' : plain;
    const sideOf = (count: CertifiedCount | undefined) =>
      count === undefined ? null : { records: count.records, checksum: count.checksum };
    return {
      ...{ object, school, schoolYear, result, why: result === 'incomparable' ? why : null },
      ...{ certified: sideOf(then), today: sideOf(now) },
    };
  });
  return changedFirst(rows);
}

/** What changed first; otherwise as it came. */
export function changedFirst(rows: readonly DriftRow[]): DriftRow[] {
  return [...rows].sort((a, b) => driftResults.indexOf(a.result) - driftResults.indexOf(b.result));
}

/** Counts in the order of the school's key and the year: the same list for the same data. */
export function inOrder(counts: readonly CertifiedCount[]): CertifiedCount[] {
  const rank = ({ school }: CertifiedCount) => school ?? '';
  return [...counts].sort((a, b) =>
    rank(a) === rank(b) ? (a.schoolYear ?? 0) - (b.schoolYear ?? 0) : rank(a) < rank(b) ? -1 : 1,
  );
}

/**
 * One text for one value: members sorted by name, no blanks (RFC 8785 for what a manifest holds:
 * texts, whole numbers, booleans, null, lists and objects of them).
 * @throws TypeError on a number that isn't a safe integer, which JSON readers could take for
 * another
 */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'number' && !Number.isSafeInteger(value))
    throw new TypeError('A manifest holds whole numbers that every reader reads alike.');
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const members = Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`);
  return `{${members.join(',')}}`;
}
