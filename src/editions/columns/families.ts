import type { Column } from './table-shape';

/** Families of types whose values compare in the same way. */
export type TypeFamily =
  | 'integer'
  | 'decimal'
  | 'double'
  | 'text'
  | 'enum'
  | 'set'
  | 'binary'
  | 'date'
  | 'datetime'
  | 'time'
  | 'json'
  | 'geometry'
  /** MariaDB's uuid, inet4 and inet6: shown as text in one spelling. */
  | 'address';

const families: Readonly<Record<string, TypeFamily>> = {
  tinyint: 'integer',
  smallint: 'integer',
  mediumint: 'integer',
  int: 'integer',
  bigint: 'integer',
  year: 'integer',
  bit: 'integer',
  decimal: 'decimal',
  float: 'double',
  double: 'double',
  char: 'text',
  varchar: 'text',
  tinytext: 'text',
  text: 'text',
  mediumtext: 'text',
  longtext: 'text',
  enum: 'enum',
  set: 'set',
  binary: 'binary',
  varbinary: 'binary',
  tinyblob: 'binary',
  blob: 'binary',
  mediumblob: 'binary',
  longblob: 'binary',
  date: 'date',
  datetime: 'datetime',
  timestamp: 'datetime',
  time: 'time',
  json: 'json',
  geometry: 'geometry',
  point: 'geometry',
  linestring: 'geometry',
  polygon: 'geometry',
  multipoint: 'geometry',
  multilinestring: 'geometry',
  multipolygon: 'geometry',
  geometrycollection: 'geometry',
  geomcollection: 'geometry',
  uuid: 'address',
  inet4: 'address',
  inet6: 'address',
};

/** @returns `null` for a type this project doesn't know, which is then a problem of the mapping */
export function familyOf(column: Column): TypeFamily | null {
  return families[column.type] ?? null;
}

/** Values that may be far longer than a page can hold in memory by the thousand. */
export function isLong(column: Column): boolean {
  return (
    /^(medium|long)?(text|blob)$/.test(column.type) || ['json', 'geometry'].includes(familyOf(column) ?? '')
  );
}

/** Members of an ENUM or SET, in order. */
export function membersOf(column: Column): string[] {
  const inside = /^(?:enum|set)\((.*)\)$/is.exec(column.fullType)?.[1] ?? '';
  return [...inside.matchAll(/'((?:[^'\\]|''|\\.)*)'/gs)].map(([, member]) => unescaped(member!));
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', 0: '\0', Z: '\x1A' };

/** As the server writes a text in a definition. */
function unescaped(text: string): string {
  return text.replace(/''|\\(.)/gs, (_, letter?: string) =>
    letter === undefined ? "'" : (escapes[letter] ?? letter),
  );
}
