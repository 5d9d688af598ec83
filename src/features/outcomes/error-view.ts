import { toIso } from '../../control/database';
import type { Catalog } from '../../domain/catalog';
import { type ErrorPlace, placeOf } from '../../domain/error-rules';
import { type ErrorOutcome, parseRecordKey, type RecordKey } from '../../domain/record-error';

/** A stored error as those read it who have to mend it. */
export interface ErrorView extends ErrorPlace {
  readonly resyncId: string;
  readonly object: string;
  /** `null`: the reader may know of the error, but not of whom. */
  readonly key: RecordKey | null;
  readonly guid: string | null;
  readonly outcome: ErrorOutcome;
  readonly code: string;
  /** Column at fault where it is known. */
  readonly field: string | null;
  readonly message: string;
  /** See RecordError. */
  readonly parent: { readonly object: string; readonly key: RecordKey | null } | null;
  /** Key of the record's School; `null`: of none, or not known. */
  readonly school: RecordKey | null;
  readonly seenAt: string;
}

/** Columns that an error view is made of. */
export const errorColumns =
  'recordErrorID, resyncID, objectName, recordKey, guid, outcome, code, field, message, parentObject, parentKey, school, createdAt';

export interface ErrorRow {
  readonly recordErrorID: number;
  readonly resyncID: string;
  readonly objectName: string;
  readonly recordKey: string;
  readonly guid: string | null;
  readonly outcome: ErrorOutcome;
  readonly code: string;
  readonly field: string | null;
  readonly message: string;
  readonly parentObject: string | null;
  readonly parentKey: string | null;
  readonly school: string | null;
  readonly createdAt: string;
}

/** @param masked without what names the record or its parent */
export function toErrorView(catalog: Catalog, row: ErrorRow, { masked = false } = {}): ErrorView {
  const { objectName: object, code } = row;
  const keyOf = (text: string): RecordKey | null => (masked ? null : parseRecordKey(text));
  return {
    resyncId: row.resyncID,
    object,
    key: keyOf(row.recordKey),
    guid: masked ? null : row.guid,
    outcome: row.outcome,
    code,
    field: row.field,
    message: row.message,
    parent:
      row.parentObject === null || row.parentKey === null
        ? null
        : { object: row.parentObject, key: keyOf(row.parentKey) },
    school: row.school === null ? null : parseRecordKey(row.school),
    ...placeOf(catalog, { object, code }),
    seenAt: toIso(row.createdAt),
  };
}
