import { createHash } from 'node:crypto';
import type { Catalog } from '../domain/catalog';

const known = new WeakMap<Catalog, string>();

/**
 * SHA-256 of a loaded catalog, hex: the same however its file is laid out, and another one when
 * anything that it says is another. It holds no secret and no record.
 */
export function catalogHashOf(catalog: Catalog): string {
  const hash = known.get(catalog) ?? createHash('sha256').update(canonicalText(catalog)).digest('hex');
  known.set(catalog, hash);
  return hash;
}

/**
 * JSON with properties in one order; lists keep theirs, which the plan follows. What is not set
 * isn't there.
 */
function canonicalText(catalog: Catalog): string {
  return JSON.stringify(catalog, (_name, value: unknown) =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}
