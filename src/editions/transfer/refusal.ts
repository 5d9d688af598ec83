import type { RecordError, RecordKey } from '../../domain/record-error';
import { holds } from '../columns/charsets';
import type { TableShape } from '../columns/table-shape';
import type { DatabaseError } from '../connection/errors';
import type { ObjectMapping, RecordRule, ReferenceMapping } from '../mapping/types';
import type { DistrictRecord } from './records';

/**
 * Why a record did not reach the state, in words for a district administrator. Names only, never a
 * value.
 */

interface Refused {
  readonly key: RecordKey;
  readonly guid: string | null;
}

type Side = 'state' | 'district';

interface Kind {
  readonly code: string;
  /** @param whose the server that refused the value */
  readonly say: (field: string, whose: Side) => string;
}

const kinds: readonly (readonly [errnos: readonly number[], kind: Kind])[] = [
  [
    [1406],
    { code: 'VALUE_TOO_LONG', say: (f, whose) => `The value of ${f} is longer than the ${whose} allows.` },
  ],
  [
    [1264, 1690],
    {
      code: 'VALUE_OUT_OF_RANGE',
      say: (f, whose) => `The value of ${f} is outside the range the ${whose} allows.`,
    },
  ],
  [
    [1265, 1292, 1366, 1525],
    { code: 'VALUE_INVALID', say: (f, whose) => `The ${whose} can't store the value of ${f} as it is.` },
  ],
  // 3673: of a geometry.
  [
    [1048, 1364, 3673],
    { code: 'VALUE_MISSING', say: (f, whose) => `The ${whose} requires a value for ${f}.` },
  ],
  [
    [1300, 1977],
    { code: 'CHARACTERS_NOT_ALLOWED', say: (f, whose) => `${f} has characters the ${whose} can't store.` },
  ],
  [[3140], { code: 'JSON_INVALID', say: (f) => `${f} is not valid JSON.` }],
  // 3643: of another reference system than the column's; 3616 and 3617: longitude, latitude.
  [
    [1416, 3643, 3616, 3617],
    { code: 'GEOMETRY_INVALID', say: (f, whose) => `${f} is not a geometry the ${whose} accepts.` },
  ],
  [
    [1118, 1153],
    { code: 'RECORD_TOO_LARGE', say: (_f, whose) => `The record is larger than the ${whose} accepts.` },
  ],
  [
    [1451, 1217],
    {
      code: 'REFERRED_TO',
      say: (_f, whose) =>
        `Other records at the ${whose} refer to a value of this record that changes, and a foreign key there keeps it: its operator changes both, or lets the key follow (ON UPDATE CASCADE).`,
    },
  ],
  [[1526], { code: 'NO_PARTITION', say: (_f, whose) => `The ${whose} has no partition for this record.` }],
];

/** The error to store for a record the state's server refused. */
export function refusalOf(mapping: ObjectMapping, record: DistrictRecord, error: DatabaseError): RecordError {
  const { errno, names } = error;
  const base = { object: mapping.object.name, key: record.key, guid: record.guid, parent: null };
  if (errno === 1452 || errno === 1216) return foreignKeyRefusal(mapping, record, names.constraint);
  const { stateShape: shape, object, columnNames } = mapping;
  const whose = { side: 'state', shape, columnNames, tenantColumn: object.tenantColumn } as const;
  const said =
    errno === 1265
      ? cutText(mapping, record, error)
      : cannotConvert.has(errno ?? 0)
        ? lacking(mapping, record)
        : errno === 1300 && names.column === null
          ? noText(mapping, record)
          : error;
  return { ...base, outcome: 'failed', ...reasonOf(said, whose) };
}

/**
 * 1265 stands for many things, and names no column when it came as a note. Where a text has more
 * characters than its column, that is the reason; MySQL says 1265 for it in an UPDATE that joins,
 * and 1406 everywhere else. Spaces at the end don't make a text too long: they would be cut.
 */
function cutText(
  { pairs, ownedPairs, stateShape }: ObjectMapping,
  { values }: DistrictRecord,
  { names, ...error }: DatabaseError,
): Pick<DatabaseError, 'errno' | 'names'> {
  const longer = (at: number, text: (value: string) => string): boolean => {
    const value = values[at];
    const most = stateShape.columns.get([...pairs, ...ownedPairs][at]!.name)?.characters ?? Infinity;
    return typeof value === 'string' && [...text(value)].length > most;
  };
  const at = [...pairs, ...ownedPairs].findIndex(
    ({ name, write }, i) =>
      write === 'text' && (names.column ?? name) === name && longer(i, (value) => value),
  );
  if (at < 0) return { errno: error.errno, names };
  const column = [...pairs, ...ownedPairs][at]!.name;
  return { errno: longer(at, (value) => value.trimEnd()) ? 1406 : 1265, names: { ...names, column } };
}

/** MySQL says so in an UPDATE that joins, and 1366 with the column everywhere else. */
const cannotConvert = new Set([3854, 3988]);

/** Where only one text may have characters that its column's charset lacks, it is that one. */
function lacking(
  { pairs, ownedPairs, stateShape }: ObjectMapping,
  { values }: DistrictRecord,
): Pick<DatabaseError, 'errno' | 'names'> {
  const [found, ...others] = [...pairs, ...ownedPairs].filter(({ name, write }, at) => {
    const value = values[at];
    return (
      write === 'text' &&
      typeof value === 'string' &&
      !holds(stateShape.columns.get(name)?.charset ?? null, value)
    );
  });
  const column = others.length === 0 ? (found?.name ?? null) : null;
  return { errno: 1366, names: { column, index: null, constraint: null, row: null } };
}

/** MySQL names no column for bytes that are no text; no other text goes as bytes. */
function noText(
  { pairs, ownedPairs }: ObjectMapping,
  { values }: DistrictRecord,
): Pick<DatabaseError, 'errno' | 'names'> {
  const found = [...pairs, ...ownedPairs].find(
    ({ write }, at) => write === 'text' && Buffer.isBuffer(values[at]),
  );
  return { errno: 1300, names: { column: found?.name ?? null, index: null, constraint: null, row: null } };
}

/** The error to store for a record that a server can't even show. */
export function unreadable(mapping: ObjectMapping, key: RecordKey, error: DatabaseError): RecordError {
  const { columnNames, districtShape, stateShape } = mapping;
  const side = error.side === 'district' ? 'district' : 'state';
  const shape = side === 'district' ? districtShape : stateShape;
  return {
    object: mapping.object.name,
    key,
    guid: null,
    parent: null,
    outcome: 'failed',
    ...reasonOf(error, { side, shape, columnNames, tenantColumn: null }),
  };
}

/** Why a server refused a record: code, column and a sentence. */
export interface Reason {
  readonly code: string;
  readonly field: string | null;
  readonly message: string;
}

/** @param whose the side that refused, its table, and the columns a message may name */
export function reasonOf(
  { errno, names }: Pick<DatabaseError, 'errno' | 'names'>,
  whose: {
    readonly side: Side;
    readonly shape: TableShape;
    readonly columnNames: ReadonlySet<string>;
    readonly tenantColumn: string | null;
  },
): Reason {
  const { side, columnNames } = whose;
  if (errno === 1062 || errno === 1022 || errno === 1586) {
    const columns = columnsOfIndex(whose, names.index);
    return {
      code: 'UNIQUE_CLASH',
      field: columns[0] ?? null,
      message: `Another record at the ${side} already has this ${columns.length > 0 ? columns.join(' and ') : 'unique value'}.`,
    };
  }
  if (errno === 3819 || errno === 4025) {
    const rule = names.constraint?.split('.').at(-1) ?? null;
    const field = rule !== null && columnNames.has(rule) ? rule : null;
    return {
      code: 'CHECK_FAILED',
      field,
      message:
        field === null
          ? `The record breaks a check of the ${side}${rule !== null && /^[A-Za-z0-9_$]+$/.test(rule) ? ` (${rule})` : ''}.`
          : `The value of ${field} breaks a check of the ${side}.`,
    };
  }
  const field = names.column !== null && columnNames.has(names.column) ? names.column : null;
  if (errno === 1644)
    return {
      code: `REFUSED_BY_${side.toUpperCase()}`,
      field,
      message: `A rule of the ${side} refused the record.`,
    };
  const kind = kinds.find(([errnos]) => errno !== null && errnos.includes(errno))?.[1];
  return {
    code: kind?.code ?? `${side.toUpperCase()}_ERROR_${errno ?? 'UNKNOWN'}`,
    field,
    message:
      kind?.say(field ?? 'a column', side) ??
      `The ${side}'s database refused the record (error ${errno ?? 'unknown'}).`,
  };
}

/** Columns of the index a clash is about, without the tenant column. */
function columnsOfIndex(
  { shape, tenantColumn }: { readonly shape: TableShape; readonly tenantColumn: string | null },
  index: string | null,
): string[] {
  const found = shape.uniqueIndexes.find(({ name }) => name === index);
  return (found?.columns ?? []).filter((name) => name !== tenantColumn);
}

function foreignKeyRefusal(
  mapping: ObjectMapping,
  record: DistrictRecord,
  constraint: string | null,
): RecordError {
  const key = mapping.stateShape.foreignKeys.find(({ name }) => name === constraint);
  const reference = mapping.references.find(
    ({ columns }) => key !== undefined && columns.every((name) => key.columns.includes(name)),
  );
  if (reference) return blockedBy(mapping, record, reference, parentKeyOf(mapping, record, reference) ?? []);
  const field = key?.columns.find((name) => name !== mapping.object.tenantColumn) ?? null;
  return {
    object: mapping.object.name,
    key: record.key,
    guid: record.guid,
    outcome: 'blocked',
    code: 'PARENT_NOT_AT_STATE',
    field,
    message: `The record ${field === null ? 'it refers to' : `that ${field} refers to`} is not at the state.`,
    parent: null,
  };
}

/** Key of the parent a record refers to. @returns `null` when a part is NULL: then it needs none */
export function parentKeyOf(
  { pairs, ownedPairs }: ObjectMapping,
  { values }: DistrictRecord,
  { columns }: Pick<ReferenceMapping, 'columns'>,
): RecordKey | null {
  const key: string[] = [];
  for (const column of columns) {
    const at = [...pairs, ...ownedPairs].findIndex(({ name }) => name === column);
    const value = values[at] ?? null;
    if (value === null) return null;
    const { write } = [...pairs, ...ownedPairs][at]!;
    key.push(Buffer.isBuffer(value) && write === 'bytes' ? value.toString('hex') : String(value));
  }
  return key;
}

/** A record that failed. */
export function failedWith(
  { object }: ObjectMapping,
  { key, guid }: Refused,
  error: Pick<RecordError, 'code' | 'field' | 'message' | 'heldBy'> & Partial<Pick<RecordError, 'parent'>>,
): RecordError {
  return { object: object.name, key, guid, outcome: 'failed', parent: null, ...error };
}

/** `blocked`: the parent isn't at the state. */
export function blockedBy(
  { object }: ObjectMapping,
  record: Refused,
  reference: ReferenceMapping,
  parentKey: RecordKey,
): RecordError {
  return {
    object: object.name,
    key: record.key,
    guid: record.guid,
    outcome: 'blocked',
    code: 'PARENT_NOT_AT_STATE',
    field: reference.columns.at(-1) ?? null,
    message: `Its ${reference.label}, named here as its parent, is not at the state: send ${reference.object}, or mend what kept it from arriving.`,
    parent: { object: reference.object, key: parentKey },
  };
}

/**
 * A rule of the catalog, a record above it that may not sync, or a value the state can't hold
 * exactly.
 */
export function refusedByRule(mapping: ObjectMapping, record: DistrictRecord, rule: RecordRule): RecordError {
  const { key, guid } = record;
  const { outcome, code, field, message, reference } = rule;
  const parentKey = reference && parentKeyOf(mapping, record, reference);
  const parent = parentKey ? { object: reference.object, key: parentKey } : null;
  return { object: mapping.object.name, key, guid, outcome, code, field, message, parent };
}

/** What is written is noted by its key, and what a table can't note is not written. */
export function keyTooLong(mapping: ObjectMapping, record: Refused): RecordError {
  const { object } = mapping;
  return failedWith(mapping, record, {
    code: 'KEY_TOO_LONG',
    field: object.key[0] ?? null,
    message: `The key of the ${object.label} is longer as JSON than 512 characters, because of quotes, backslashes or control characters in it: correct the key at the district.`,
  });
}

/** Somebody else kept writing the same record. */
export function recordChanging(mapping: ObjectMapping, record: Refused): RecordError {
  return failedWith(mapping, record, {
    code: 'RECORD_CHANGING',
    field: null,
    message: 'The record kept changing at the state while it was sent; send the object again.',
  });
}

/** A view, or a table without a unique key, holds several records of one key. */
export function doubledKey(mapping: ObjectMapping, record: Refused): RecordError {
  const { object } = mapping;
  return failedWith(mapping, record, {
    code: 'KEY_DOUBLED',
    field: object.key.at(-1) ?? null,
    message: `The district has several records with this ${object.key.join(' and ')}; none was sent. Leave one of them, or name another key.`,
  });
}

/**
 * Bytes that are no characters (unpaired surrogates), or one in a second way, which no other server
 * could store.
 */
export function lostCharacters(mapping: ObjectMapping, record: Refused, field: string): RecordError {
  return failedWith(mapping, record, {
    code: 'CHARACTERS_NOT_ALLOWED',
    field,
    message: `${field} has bytes that are no characters, or one in a second way. Enter it anew at the district.`,
  });
}
