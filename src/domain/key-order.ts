import type { RecordKey } from './record-error';

/**
 * How one column of a match key compares: what is needed to find the page that covers a key,
 * without the district.
 */
export type KeyPartOrder =
  | { readonly name: string; readonly kind: 'number'; readonly scale: number }
  /** By the district's own collation. */
  | { readonly name: string; readonly kind: 'text'; readonly charset: string; readonly collation: string }
  /** Bytes in lower-case hex, which order as the bytes do. */
  | { readonly name: string; readonly kind: 'hex' }
  /** Dates and instants, whose text orders as they do. */
  | { readonly name: string; readonly kind: 'date' }
  | { readonly name: string; readonly kind: 'time'; readonly fraction: number }
  /** MariaDB's uuid, inet4 and inet6. */
  | { readonly name: string; readonly kind: 'address'; readonly type: string };

/** Of each column of the key. */
export type KeyOrder = readonly KeyPartOrder[];

/** A key that the object can't have, whatever the district holds. */
export class KeyFormError extends Error {
  override readonly name = 'KeyFormError';
}

/**
 * A key in the spelling in which runs write it: `007` of a number column is `7`. Text stays as it
 * is.
 * @throws KeyFormError naming the column
 */
export function canonicalKey(order: KeyOrder, key: RecordKey): RecordKey {
  if (key.length !== order.length) {
    throw new KeyFormError(
      `The key has ${order.length === 1 ? 'one part' : `${order.length} parts`}: ${order.map(({ name }) => name).join(', ')}.`,
    );
  }
  return order.map((part, i) => {
    const text = canonicalPart(part, key[i]!);
    if (text === null) throw new KeyFormError(`${part.name} can't have this value: ${wanted[part.kind]}.`);
    return text;
  });
}

const wanted: Readonly<Record<KeyPartOrder['kind'], string>> = {
  number: 'it is a number',
  text: 'it is text',
  hex: 'it is binary, given in hexadecimal digits',
  date: 'it is a date, as 2026-08-31, with its time where the column has one',
  time: 'it is a time, as 08:30:00',
  address: 'it is an address or a UUID',
};

function canonicalPart(part: KeyPartOrder, text: string): string | null {
  switch (part.kind) {
    case 'number':
      return canonicalNumber(text, part.scale);
    case 'text':
      return text;
    case 'hex':
      return /^([0-9a-f]{2})*$/i.test(text) ? text.toLowerCase() : null;
    case 'date':
      return /^\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d(\.\d{1,6})?)?$/.test(text) ? text : null;
    case 'time':
      return /^-?\d{2,3}:\d\d:\d\d(\.\d{1,6})?$/.test(text) ? text : null;
    case 'address':
      return /^[0-9a-f.:-]+$/i.test(text) ? text.toLowerCase() : null;
  }
}

function canonicalNumber(text: string, scale: number): string | null {
  const [, sign, whole = '', decimals = ''] = /^([+-]?)(\d{1,65})(?:\.(\d{1,38}))?$/.exec(text) ?? [];
  if (sign === undefined) return null;
  const kept = decimals.replace(/0+$/, '');
  if (kept.length > scale) return null;
  const digits = whole.replace(/^0+(?=\d)/, '');
  const fraction = scale === 0 ? '' : `.${kept.padEnd(scale, '0')}`;
  const minus = sign === '-' && /[1-9]/.test(digits + kept) ? '-' : '';
  return `${minus}${digits}${fraction}`;
}
