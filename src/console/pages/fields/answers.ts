import type { FieldOwner } from '../../../domain/field-ownership';

/** A field of an object, and whose it is. */
export interface ShownField {
  readonly field: string;
  readonly owner: FieldOwner;
  readonly default: FieldOwner;
  readonly changeable: boolean;
  readonly whyNot: string | null;
  readonly changedBy: string | null;
  readonly changedAt: string | null;
}

export interface FieldSettings {
  readonly items: readonly {
    readonly object: string;
    readonly parts: readonly string[];
    readonly fields: readonly ShownField[];
  }[];
}

export interface FieldSettingChange {
  readonly object: string;
  readonly field: string;
  readonly ownerBefore: FieldOwner;
  readonly owner: FieldOwner;
  readonly changedBy: string;
  readonly changedAt: string;
}
