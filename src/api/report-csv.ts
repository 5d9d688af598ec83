import type { RemovalObjectView } from '../control/read-removals';
import type { ResyncView } from '../control/read-resync';

const countNames = [
  'processed',
  'errors',
  'inserted',
  'updated',
  'unchanged',
  'excluded',
  'blocked',
  'failed',
  'gone',
] as const;

/** The report as CSV: a header, then a line an object. */
export function reportCsv(resync: ResyncView, removals: readonly RemovalObjectView[]): string {
  const removed = new Map(removals.map((one) => [one.object, one.removed]));
  const header = ['object', 'status', 'colour', ...countNames, 'removed', 'startedAt', 'endedAt', 'message'];
  const lines = resync.objectRows.map((row) => [
    row.object,
    row.status,
    row.colour,
    ...countNames.map((name) => row.counts[name]),
    removed.get(row.object) ?? 0,
    row.startedAt ?? '',
    row.endedAt ?? '',
    row.message ?? '',
  ]);
  return toCsv([header, ...lines]);
}

/** Lines of cells as RFC 4180 wants them. */
export function toCsv(lines: readonly (readonly (string | number)[])[]): string {
  return lines.map((cells) => `${cells.map(cell).join(',')}\r\n`).join('');
}

/** Quoted where it must be; text that a spreadsheet would take for a formula gets an apostrophe first. */
function cell(value: string | number): string {
  if (typeof value === 'number') return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
