import type { SyncObject } from '../../domain/catalog';
import type { TriggerEffect } from '../../domain/state-triggers';
import type { ErrorOutcome } from '../../domain/record-error';
import type { ColumnPair } from '../columns/pair';
import type { RowHash } from '../columns/row-hash';
import type { Column, TableShape } from '../columns/table-shape';
import type { KeySide } from './keyset';
import type { Tenant } from './tenant';

/** A reason not to send a record, as a condition the district's server evaluates. */
export interface RecordRule {
  readonly when: string;
  /** `blocked`: for a record above it that may not sync. */
  readonly outcome: ErrorOutcome;
  readonly code: string;
  readonly field: string | null;
  readonly message: string;
  /** To the record above it that may not sync. */
  readonly reference?: ReferenceMapping;
}

/** A parent a record needs at the state. */
export interface ReferenceMapping {
  readonly object: string;
  readonly label: string;
  /** Child columns, in the order of `parentColumns`. */
  readonly columns: readonly string[];
  readonly parentTable: string;
  /** The parent is looked for among the district's records; `null`: it has no tenant column. */
  readonly parentTenant: Tenant | null;
  readonly parentColumns: readonly Column[];
  /** The state's own foreign key guards it; otherwise it is always checked by us. */
  readonly enforced: boolean;
  /** The parent is of the same cycle: written with checks off, verified after. */
  readonly inCycle: boolean;
}

/** Everything about one object's two tables, resolved against information_schema of both sides. */
export interface ObjectMapping {
  readonly object: SyncObject;
  readonly districtTable: string;
  readonly stateTable: string;
  /** `null`: the state's table has no tenant column. */
  readonly tenant: Tenant | null;
  readonly districtKey: KeySide;
  readonly stateKey: KeySide;
  /**
   * Where the table itself sees to it that a key names one record: a unique key over its columns,
   * none of which may be NULL.
   */
  readonly guarded: { readonly district: boolean; readonly state: boolean };
  /** Compared, inserted and (but for the key) updated. */
  readonly pairs: readonly ColumnPair[];
  /** State-owned: written on insert only. */
  readonly ownedPairs: readonly ColumnPair[];
  /** The GUID's column on each side; `null`: the object has none. */
  readonly guid: { readonly district: Column; readonly state: Column } | null;
  readonly hash: RowHash;
  readonly rules: readonly RecordRule[];
  readonly references: readonly ReferenceMapping[];
  readonly districtShape: TableShape;
  readonly stateShape: TableShape;
  /** Records may be long: pages are cut by bytes as well, and nothing is streamed blindly. */
  readonly long: boolean;
  /** What the triggers of the state do, all of its schema's. */
  readonly triggers: readonly TriggerEffect[];
  /**
   * Sent columns that the state's own triggers set, and the tenant column: what stands there is to
   * be looked at.
   */
  readonly triggerColumns: readonly string[];
  /** Columns a message may name. */
  readonly columnNames: ReadonlySet<string>;
}
