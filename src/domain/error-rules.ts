import { type Catalog, findObject } from './catalog';

/** What a record breaks, by the code of its error; docs/errors.md says more of each. */
export const errorRules: Readonly<Record<string, string>> = {
  VALUE_TOO_LONG: 'a text fits the column of the other side',
  VALUE_OUT_OF_RANGE: 'a number or date is within what the column takes',
  VALUE_INVALID: 'a value is of the type of its column',
  VALUE_MISSING: 'a required value is there',
  VALUE_NOT_ALLOWED: 'a value is one of the column’s list',
  VALUE_PRECISION: 'the other side keeps every digit of a value',
  CHARACTERS_NOT_ALLOWED: 'a text has only characters that the other side knows',
  JSON_INVALID: 'a JSON column holds JSON',
  GEOMETRY_INVALID: 'a geometry is well-formed',
  RECORD_TOO_LARGE: 'a record is no larger than the server takes',
  RECORD_CHANGING: 'a record stands still while it is sent',
  STATE_CHANGES_VALUE: 'the state keeps what it was sent',
  REFERRED_TO: 'a value that other records refer to stays, or they follow it',
  NO_PARTITION: 'the state’s table has a partition for the record',
  UNIQUE_CLASH: 'no two records have the same unique value',
  CHECK_FAILED: 'a record passes the checks of the database',
  IDENTITY_CHANGED: 'a record keeps its GUID',
  RENUMBERED: 'a record keeps its key',
  HELD_BY_DISTRICT: 'a GUID belongs to one district',
  PARENT_NOT_AT_STATE: 'what a record refers to is at the state',
  PARENT_EXCLUDED: 'nothing below a record that may not sync is sent',
  EXCLUDED_AT_STATE: 'the state has no record that may not sync',
  REFUSED_BY_STATE: 'a record meets the rules of the state’s triggers',
  REFUSED_BY_DISTRICT: 'a value meets the rules of the district’s triggers',
  KEY_TOO_LONG: 'a key has at most 512 characters',
  KEY_DOUBLED: 'a key names one record',
  NOT_AT_STATE: 'the state has the record that is named',
  NOT_AT_DISTRICT: 'the district has the record that is named',
  NOT_ASSIGNED: 'the state has given the record an ID',
  NOT_A_KEY: 'what is named is a key of the object',
  NO_GUID: 'a record has a GUID',
  STATE_ID_SHARED: 'a state ID belongs to one GUID',
  STATE_ID_DIFFERS: 'a GUID has one state ID',
  STATE_ERROR: 'the state’s database takes the record',
  DISTRICT_ERROR: 'the district’s database takes the record',
};

/** What tells a person where an error is to be mended. */
export interface ErrorPlace {
  /** What the record breaks, in a few words; of a rule of the catalog its condition. */
  readonly rule: string | null;
  /** In the district's application; `null`: the catalog doesn't say. */
  readonly screen: string | null;
  /** At the district; `null`: the catalog no longer has the object. */
  readonly table: string | null;
}

/** The rule that a record broke, and the screen and table in which it is mended. */
export function placeOf(
  catalog: Catalog,
  { object: name, code }: { readonly object: string; readonly code: string },
): ErrorPlace {
  const object = findObject(catalog, name);
  const when = object?.exclusions.find((rule) => rule.code === code)?.when;
  return {
    rule: when === undefined ? (errorRules[code.replace(/_ERROR_\d+$/, '_ERROR')] ?? null) : sentence(when),
    screen: object?.screen ?? null,
    table: object?.table ?? null,
  };
}

type When = Catalog['objects'][number]['exclusions'][number]['when'];

function sentence(when: When): string {
  if ('rule' in when) return `not ${when.rule}`;
  return 'isNull' in when
    ? `${when.column} is ${when.isNull ? 'given' : 'empty'}`
    : `${when.column} is not ${when.equals}`;
}
