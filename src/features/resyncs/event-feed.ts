import type { ObjectView } from './read';
import { endedStatuses } from '../../domain/resync';
import type { Change, FeedSource } from '../../http/feed';
import type { ShownStatus } from './views';

/** A resync as its listeners may see it. */
interface FeedView {
  readonly status: ShownStatus;
  /** `null`: not theirs to see. */
  readonly objectResults: readonly ObjectView[] | null;
}

/** The changes of a resync: of itself, and of each object. */
export function resyncSource(read: () => Promise<FeedView>): FeedSource<FeedView> {
  return {
    read,
    pollMs: 500,
    ended: ({ status }) => status === 'ended' || endedStatuses.includes(status),
    first: (view) => ({ event: 'snapshot', data: view }),
    changes: changesOf,
    last: (view) => ({ event: 'end', data: view }),
  };
}

function changesOf(before: FeedView, view: FeedView): Change[] {
  const known = new Map(before.objectResults?.map((row) => [row.object, JSON.stringify(row)]));
  const rows = (view.objectResults ?? []).filter((row) => known.get(row.object) !== JSON.stringify(row));
  const { objectResults: _, ...head } = view;
  return [...rows.map((row) => ({ event: 'object', data: row })), { event: 'resync', data: head }];
}
