/**
 * The columns of one object's table beside guid, endYear and foreign keys, which edition.ts adds.
 * One description makes both editions, so that they can't drift apart. What differs at the state is
 * said with it: those are the values a state rejects.
 */
export interface TableDescription {
  /** Key columns that aren't foreign keys at the same time, `name TYPE`. */
  readonly key: readonly string[];
  /** `name TYPE`, nullable unless the type says NOT NULL. */
  readonly columns: readonly string[];
  /** Column definitions that replace the district's at the state: shorter, or NOT NULL. */
  readonly atState?: readonly string[];
  /** CHECK conditions of the state. */
  readonly checks?: readonly string[];
}
