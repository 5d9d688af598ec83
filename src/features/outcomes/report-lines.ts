import { countNames } from '../../domain/outcome';
import type { RemovalObjectView } from '../removals/read';
import type { ResyncView } from '../resyncs/read';

const countColumns = ['processed', 'errors', ...countNames] as const;

/** The report as a table: a header, then one line per object. */
export function reportLines(
  resync: ResyncView,
  removals: readonly RemovalObjectView[],
): (string | number)[][] {
  const removed = new Map(removals.map((one) => [one.object, one.removed]));
  const header = ['object', 'status', 'color', ...countColumns, 'removed', 'startedAt', 'endedAt', 'message'];
  const lines = resync.objectResults.map((row) => [
    row.object,
    row.status,
    row.color,
    ...countColumns.map((name) => row.counts[name]),
    removed.get(row.object) ?? 0,
    row.startedAt ?? '',
    row.endedAt ?? '',
    row.message ?? '',
  ]);
  return [header, ...lines];
}
