import { createHash } from 'node:crypto';

/** Lists of a request in whose order there is no meaning. A record's key is none of them. */
const sets = new Set(['districts', 'objects', 'outcomes', 'keys']);

/**
 * What a request asks for, as a sum: the same whatever order its caller wrote the fields in, or the
 * entries of its sets.
 */
export function requestHashOf(asked: unknown): string {
  const text = JSON.stringify(asked, (name, value: unknown) => {
    if (Array.isArray(value))
      return sets.has(name) ? (value as unknown[]).toSorted(byText) : (value as unknown[]);
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
  return createHash('sha256').update(text).digest('hex');
}

function byText(a: unknown, b: unknown): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}
