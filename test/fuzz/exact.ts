/**
 * Values read without loss, as the model sees them: it knows nothing of how the product reads or
 * compares them.
 */
import type { Cell } from './databases';

type Family = 'number' | 'double' | 'text' | 'binary' | 'moment' | 'geometry';

/** A value; of a text `raw` has the bytes of its own charset and `utf8` those of UTF-8, in hex. */
export interface Exact {
  readonly raw: Cell;
  readonly utf8: Cell;
}

function familyOf(type: string): Family {
  if (/^((tiny|small|medium|big)?int|decimal|year|bit)/i.test(type)) return 'number';
  if (/^(float|double)/i.test(type)) return 'double';
  if (/(binary|blob)/i.test(type) && !/^(var)?char/i.test(type)) return 'binary';
  if (/^(date|time)/i.test(type)) return 'moment';
  return /^(point|linestring|geometry)/i.test(type) ? 'geometry' : 'text';
}

export function charsetOf(type: string): string {
  return /CHARACTER SET (\w+)/i.exec(type)?.[1] ?? 'utf8mb4';
}

/** Two expressions that read a column of a type. */
export function readExact(name: string, type: string): [string, string] {
  switch (familyOf(type)) {
    case 'number':
      return [`CAST(${/^(bit|year)|zerofill/i.test(type) ? `${name}+0` : name} AS CHAR)`, 'NULL'];
    case 'double':
      return [`CAST(${name}+0e0 AS CHAR)`, 'NULL'];
    case 'moment':
      return [`CAST(${name} AS CHAR)`, 'NULL'];
    case 'binary':
      return [`HEX(${name})`, 'NULL'];
    case 'geometry':
      return [`HEX(CAST(${name} AS BINARY))`, 'NULL'];
    case 'text': {
      const utf8 = `HEX(CONVERT(CAST(${name} AS CHAR CHARACTER SET utf8mb4) USING utf8mb4))`;
      return /^(json|uuid|inet|enum|set)/i.test(type) ? [utf8, utf8] : [`HEX(${name})`, utf8];
    }
  }
}

/** The two cells of each column, in order. */
export function exactOf(cells: readonly Cell[]): Exact[] {
  return Array.from({ length: cells.length / 2 }, (_, i) => ({
    raw: cells[2 * i]!,
    utf8: cells[2 * i + 1]!,
  })).map(({ raw, utf8 }) => ({ raw: raw ?? null, utf8: utf8 ?? null }));
}

/** The value as a literal for a column of another type. */
export function literalOf({ raw, utf8 }: Exact, from: string, to: string): string {
  if (raw === null || raw === undefined) return 'NULL';
  switch (familyOf(from)) {
    case 'number':
      return raw;
    case 'double':
    case 'moment':
      return `'${raw}'`;
    case 'binary':
    case 'geometry':
      return `x'${raw}'`;
    case 'text': {
      const plain = /^(json|uuid|inet|enum|set)/i;
      const same =
        !plain.test(from) && !plain.test(to) && familyOf(to) === 'text' && charsetOf(from) === charsetOf(to);
      // Only where it has to be: MySQL gives a warning for the name of an old charset alone.
      return same && isBroken({ raw, utf8 }, from)
        ? `_${charsetOf(from)} x'${raw}'`
        : `_utf8mb4 x'${utf8 ?? ''}'`;
    }
  }
}

/** Bytes that are no characters: unpaired surrogates. */
export function isBroken({ raw }: Exact, type: string): boolean {
  if (raw === null || familyOf(type) !== 'text' || /^(json|uuid|inet|enum|set)/i.test(type)) return false;
  const bytes = Buffer.from(raw, 'hex');
  const charset = charsetOf(type);
  if (charset === 'utf16') return /\p{Surrogate}/u.test(bytes.swap16().toString('utf16le'));
  // It has no pairs: each is a character of its own.
  if (charset === 'ucs2') return /[\uD800-\uDFFF]/.test(bytes.swap16().toString('utf16le'));
  if (!charset.startsWith('utf8')) return false;
  return !Buffer.from(bytes.toString('utf8'), 'utf8').equals(bytes);
}

/** Is what the state holds the district's value, exactly? */
export function isEqual(district: Exact, from: string, state: Exact, to: string): boolean {
  if (district.raw === null || state.raw === null) return district.raw === state.raw;
  switch (familyOf(from)) {
    case 'number':
      return familyOf(to) === 'text'
        ? district.raw === Buffer.from(state.utf8 ?? '', 'hex').toString('utf8')
        : numberText(district.raw) === numberText(state.raw);
    case 'double':
      return district.raw === state.raw;
    case 'moment':
      return momentText(district.raw) === momentText(state.raw);
    case 'geometry':
      return district.raw === state.raw;
    case 'binary': {
      const width = /^binary\((\d+)\)/i.exec(to)?.[1];
      return (width === undefined ? district.raw : district.raw.padEnd(2 * Number(width), '0')) === state.raw;
    }
    case 'text':
      return textHex(district, from, to) === textHex(state, to, from);
  }
}

/** CHAR keeps no spaces at the end, and a UUID has one spelling. */
function textHex({ raw, utf8 }: Exact, type: string, other: string): string {
  const both = [type, other];
  const plain =
    both.every((one) => !/^(json|uuid|inet|enum|set)/i.test(one)) && charsetOf(type) === charsetOf(other);
  const hex = (plain ? raw : utf8) ?? '';
  if (both.some((one) => /^uuid/i.test(one)))
    return Buffer.from(utf8 ?? '', 'hex')
      .toString('utf8')
      .toLowerCase()
      .replaceAll('-', '');
  if (!both.some((one) => /^char/i.test(one))) return hex;
  const space = plain && /^(ucs2|utf16)$/.test(charsetOf(type)) ? '0020' : '20';
  let end = hex.length;
  while (end >= space.length && hex.slice(end - space.length, end) === space) end -= space.length;
  return hex.slice(0, end);
}

function numberText(text: string): string {
  const [, sign = '', whole = '', fraction = ''] = /^(-?)0*(\d*)\.?(\d*?)0*$/.exec(text) ?? [];
  const digits = `${whole === '' ? '0' : whole}${fraction === '' ? '' : `.${fraction}`}`;
  return digits === '0' ? '0' : sign + digits;
}

function momentText(text: string): string {
  const whole = /^\d{4}-\d\d-\d\d$/.test(text) ? `${text} 00:00:00` : text;
  return whole.includes('.') ? whole.replace(/\.?0*$/, '') : whole;
}

/** The text that names the value in a record's key. */
export function keyText({ raw, utf8 }: Exact, type: string): string {
  switch (familyOf(type)) {
    case 'text':
      return Buffer.from(utf8 ?? '', 'hex').toString('utf8');
    case 'binary':
      return (raw ?? '').toLowerCase();
    default:
      return raw ?? '';
  }
}
