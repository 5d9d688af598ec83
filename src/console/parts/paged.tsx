import { useInfiniteQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { PageOf } from '../api/answers';
import type { AnswerTo, PathOf } from '../api/paths';
import { call } from '../api/call';
import { useNotices, whileLost } from '../api/live';
import { Button } from './button';
import { ListFiles } from './list-files';
import type { Query } from './query';
import { Failed, Loading } from './states';

interface Paged<Page> {
  readonly path: string;
  readonly query: Query;
  /** What has been loaded so far. */
  readonly pages: readonly Page[] | null;
  readonly error: unknown;
  readonly again: () => void;
  /** `null`: there are no more. */
  readonly more: (() => void) | null;
  readonly busy: boolean;
}

/**
 * A list that is loaded page by page, and renewed by itself.
 * @param topic that tells when it is another by now; `null`: it stays what it is
 */
export function usePaged<const P extends PathOf<'GET'>>(
  path: P,
  query: Query,
  topic: string | null,
): Paged<AnswerTo<'GET', P>> {
  const live = useNotices(topic, ['list', path]);
  const list = useInfiniteQuery({
    queryKey: ['list', path, query],
    queryFn: ({ pageParam }) => call(path, { query: { ...query, cursor: pageParam } }),
    initialPageParam: '',
    getNextPageParam: (page) => (page as PageOf<unknown>).nextCursor ?? undefined,
    // What was found before stays until the next answer is there.
    placeholderData: (before) => before,
    refetchInterval: topic !== null && whileLost(live),
  });
  return {
    ...{ path, query },
    pages: list.data?.pages ?? null,
    error: list.error,
    again: () => void list.refetch(),
    more: list.hasNextPage ? () => void list.fetchNextPage() : null,
    busy: list.isFetching,
  };
}

interface ListViewProps {
  readonly list: Paged<PageOf<unknown>>;
  /** What is loaded, for people: "the districts". */
  readonly what: string;
  /** Nothing is there at all. */
  readonly empty: ReactNode;
  /** A filter hides what there is; absent: nothing is filtered. */
  readonly onClear?: (() => void) | null;
  readonly moreWord?: string;
  readonly children: ReactNode;
}

/** Loading, failing, being empty, and the way to more: the same for every list. */
export function ListView({
  list,
  what,
  empty,
  onClear = null,
  moreWord = 'Show more',
  children,
}: ListViewProps) {
  const none = list.pages !== null && list.pages.every(({ items }) => items.length === 0);
  return (
    <>
      {list.error !== null && <Failed error={list.error} onAgain={list.again} />}
      {list.pages === null && list.error === null && <Loading what={what} />}
      {none && onClear === null && <p>{empty}</p>}
      {none && onClear !== null && (
        <p>
          Nothing is like this.{' '}
          <button type="button" className="button button--link" onClick={onClear}>
            Show all
          </button>
        </p>
      )}
      {list.pages !== null && !none && children}
      {list.pages !== null && !none && (
        <ListFiles
          path={list.path}
          query={list.query}
          total={list.pages[0]?.total}
          capped={list.pages[0]?.totalCapped}
        />
      )}
      {list.more !== null && (
        <div>
          <Button onPress={list.more} whyNot={list.busy ? 'They are on their way.' : null}>
            {moreWord}
          </Button>
        </div>
      )}
    </>
  );
}
