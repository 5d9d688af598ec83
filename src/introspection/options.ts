import type { TableColumns, WrittenName } from '../domain/name-list';

/** What a person says of two databases beyond their own keys. */
export interface IntrospectionOptions {
  /** Name of the catalog. */
  readonly name?: string;
  /** The state's column that says whose a record is; absent: found by itself. */
  readonly tenantColumn?: string;
  /** Tables to take; absent: all. */
  readonly only?: readonly WrittenName[];
  readonly leaveOut?: readonly WrittenName[];
  /** Match keys in place of the tables' own. */
  readonly match?: readonly TableColumns[];
  /** References that no foreign key says. */
  readonly references?: readonly GivenReference[];
}

/** `child.columns=parent.columns` */
export interface GivenReference {
  readonly child: TableColumns;
  readonly parent: TableColumns;
}
