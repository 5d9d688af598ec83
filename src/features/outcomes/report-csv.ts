import { toCsv } from '../../http/csv';
import type { RemovalObjectView } from '../removals/read';
import type { ResyncView } from '../resyncs/read';

const countNames = [
  'processed',
  'errors',
  'inserted',
  'updated',
  'unchanged',
  'excluded',
  'blocked',
  'failed',
  'extra',
] as const;

/** The report as CSV: a header, then a line an object. */
export function reportCsv(resync: ResyncView, removals: readonly RemovalObjectView[]): string {
  const removed = new Map(removals.map((one) => [one.object, one.removed]));
  const header = ['object', 'status', 'color', ...countNames, 'removed', 'startedAt', 'endedAt', 'message'];
  const lines = resync.objectResults.map((row) => [
    row.object,
    row.status,
    row.color,
    ...countNames.map((name) => row.counts[name]),
    removed.get(row.object) ?? 0,
    row.startedAt ?? '',
    row.endedAt ?? '',
    row.message ?? '',
  ]);
  return toCsv([header, ...lines]);
}
