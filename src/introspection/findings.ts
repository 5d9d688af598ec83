/** What a person has to know of a table that a catalog can't say. */
export interface Finding {
  /**
   * `refused`: its records can't be sent as the databases are. `omitted`: not in the catalog.
   * `decide`: in it, and somebody has to say how it is meant. `note`: in it, but look here.
   */
  readonly kind: FindingKind;
  readonly table: string;
  readonly message: string;
}

export type FindingKind = 'refused' | 'omitted' | 'decide' | 'note';

/** Says something of one table. */
export type Say = (kind: FindingKind, message: string) => void;

/** Stands for the table in what is said of all of them. */
export const everyTable = '(every table)';

/** The tables can't be understood without a person's word, or that word leads nowhere. */
export class IntrospectionError extends Error {
  override readonly name = 'IntrospectionError';
}
