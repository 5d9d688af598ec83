/**
 * The catalog: every sync object and its rules, as plain values.
 * Loading and checking a catalog from a file lives in src/catalog; planning over it in ./plan.
 */

/**
 * A foreign key the record needs at the state, e.g. Enrollment(calendarID) -> Calendar(calendarID).
 */
export interface ObjectReference {
  /** Name of the parent object. */
  readonly object: string;
  /**
   * Columns of this object's district table, in the order of `parentColumns`. The state side has
   * the same names.
   */
  readonly columns: readonly string[];
  /** Columns of the parent's district table (its match key). */
  readonly parentColumns: readonly string[];
  /**
   * When records of the parent could not be sent. `block`: those that refer to them are blocked,
   * and the rest is sent. `send`: they are sent too, where no foreign key of the state is in the
   * way. `stopAbovePercent`: as `block`, and above this share of the parent's records nothing of
   * this object is sent.
   */
  readonly onParentErrors?: ParentErrorGate;
}

/** See ObjectReference. */
export type ParentErrorGate = 'block' | 'send' | { readonly stopAbovePercent: number };

/**
 * How the records of an object reach a school year. `null` in the catalog: the object isn't tied to
 * one.
 */
export interface SchoolYearTie {
  /** Column that holds the year in which the school year ends (2027 is 2026-27), on both sides. */
  readonly column: string;
}

/**
 * A condition on one column of the district record, e.g. `{column: 'stateExclude', equals: 1}`.
 * Kept this small on purpose: it is translated to SQL with a bound value, never pasted.
 */
export type RecordCondition =
  | { readonly column: string; readonly equals: string | number }
  | { readonly column: string; readonly isNull: boolean };

/**
 * Rules that need more than the record's own columns: other tables of the district's reference
 * edition. Each is SQL in src/editions; a catalog names it (specification: "Test Scores Batch Sync
 * Requirements").
 */
export const recordRuleNames = [
  'testHasNoCode',
  'testNotPublished',
  'scoreHasNoDateOrYear',
  'scoreOutsideYear',
  'testLocked',
  'studentNotEnrolled',
] as const;
export type RecordRuleName = (typeof recordRuleNames)[number];

/** A rule of the reference edition; `column`: the field its error names. */
export interface NamedRule {
  readonly rule: RecordRuleName;
  readonly column: string;
}

/**
 * A rule that forbids a record to sync: the record counts as `excluded` (specification: "not
 * allowed to sync to the state").
 */
export interface ExclusionRule {
  /** Stable code in UPPER_SNAKE, e.g. STATE_EXCLUDED_CALENDAR. */
  readonly code: string;
  readonly when: RecordCondition | NamedRule;
  /**
   * One sentence for a district administrator: why, and what to change if it should sync. No record
   * values.
   */
  readonly message: string;
}

/**
 * One sync object, e.g. Enrollment. Column names are those of the district table unless said
 * otherwise.
 */
export interface SyncObject {
  readonly name: string;
  readonly label: string;
  /** Where a person mends a record of it in the district's application; `null`: not said. */
  readonly screen: string | null;
  /** Table at the district. */
  readonly table: string;
  /** Table at the state. */
  readonly stateTable: string;
  /** Match key at the district, in index order. */
  readonly key: readonly string[];
  /**
   * Column of the state table that holds the district's number; with `key` it is the state's match
   * key. `null`: the state table has no tenant column and the same key as the district's
   * (introspected schemas).
   */
  readonly tenantColumn: string | null;
  /**
   * Column (both sides) with the record's GUID, for identity conflicts; `null` where there is none.
   */
  readonly guidColumn: string | null;
  /** Hard parents: order AND Check dependencies. */
  readonly parents: readonly string[];
  /** Soft parents: order only, when both are in the run. */
  readonly softParents: readonly string[];
  readonly references: readonly ObjectReference[];
  /**
   * Columns that hold a parent's key though the state has no foreign key for it: a record arrives
   * without that parent, but belongs to what hangs below it (a section's rosters).
   */
  readonly softReferences: readonly ObjectReference[];
  readonly schoolYear: SchoolYearTie | null;
  /**
   * Column (both sides) that holds the key of the record's school, where no chain of references
   * says which one it is. `null`: its references do, or it has none.
   */
  readonly schoolColumn: string | null;
  /**
   * Of School only: column at the district with its name, which people are shown beside its key.
   * `null`: they are shown the key.
   */
  readonly nameColumn: string | null;
  /** States (postal code, or BIE) the object applies to; `null`: all. */
  readonly states: readonly string[] | null;
  readonly exclusions: readonly ExclusionRule[];
  /**
   * Columns the state owns: never compared, never overwritten. Written once, on insert, where the
   * district has a value.
   */
  readonly stateOwnedColumns: readonly string[];
  /**
   * The state-owned column in which the state gives each record a value of its own, unique over all
   * districts, by the record's GUID: a person's state ID. `null`: it gives none.
   */
  readonly stateAssigned: string | null;
  /** Columns left out altogether (generated ones are left out by themselves). */
  readonly ignoredColumns: readonly string[];
  /**
   * Object whose table this one shares and of whose records it sends only those that meet `only`.
   */
  readonly subsetOf: string | null;
  readonly only: RecordCondition | null;
  /**
   * Name of the group of objects whose foreign keys form a cycle (or of the object itself when it
   * references itself): written with the state's foreign key checks off and verified after. `null`:
   * no cycle.
   */
  readonly cycle: string | null;
  readonly enabledByDefault: boolean;
}

export interface Catalog {
  readonly name: string;
  readonly objects: readonly SyncObject[];
}

/**
 * @returns the object, or `undefined`; names are case-sensitive (design: aliases live in the
 * importer only).
 */
export function findObject(catalog: Catalog, name: string): SyncObject | undefined {
  return catalog.objects.find((object) => object.name === name);
}

/**
 * @throws Error naming the object when the catalog doesn't have it: a programming error, inputs are
 * checked at the edge.
 */
export function requireObject(catalog: Catalog, name: string): SyncObject {
  const object = findObject(catalog, name);
  if (!object) throw new Error(`The catalog "${catalog.name}" has no object "${name}".`);
  return object;
}
