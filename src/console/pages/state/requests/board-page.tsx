import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useMemo, useState } from 'react';
import { Link } from 'wouter';
import { endedRequestStatuses } from '../../../../domain/state-request';
import { useSignedIn } from '../../../api/session';
import type { Board } from '../../../api/answers';
import { call } from '../../../api/call';
import { useNotices } from '../../../api/live';
import { Button } from '../../../parts/button';
import { FilterChips } from '../../../parts/filter-chips';
import { counted, number } from '../../../parts/format';
import { Person } from '../../../parts/person';
import { NeedsRight } from '../../../parts/needs-right';
import { SearchField } from '../../../parts/search-field';
import { Failed, Loading } from '../../../parts/states';
import { Status } from '../../../parts/status';
import { useUrlFilters } from '../../../parts/url-filters';
import { Time } from '../../../parts/zone';
import { BoardGrid } from './board-grid';
import type { PlacedDistrict } from './board-district';
import { BoardTable } from './board-table';
import { BoardWaves } from './board-waves';
import { ExtendDialog } from './extend-dialog';
import { placeGlyphs, placeNames, placeOf, places, requestGlyph, requestStatusNames } from './request-words';
import { WithdrawDialog } from './withdraw-dialog';

const filters = ['q', 'show'] as const;

/** `/requests/{id}`: the board of a request, where each district stands. */
export function BoardPage({ requestId }: { requestId: string }) {
  return (
    <NeedsRight title="State Request" rights={['stateRequest']} stateOnly>
      <LoadedBoard requestId={requestId} />
    </NeedsRight>
  );
}

function LoadedBoard({ requestId }: { requestId: string }) {
  const queries = useQueryClient();
  useNotices(`request:${requestId}`, ['board', requestId]);
  const board = useQuery({
    queryKey: ['board', requestId],
    queryFn: () => call(`/state-requests/${encodeURIComponent(requestId)}`),
    staleTime: 0,
  });
  return (
    <main className="page" id="content">
      {board.data === undefined && <h1>State Request</h1>}
      {board.error && <Failed error={board.error} onAgain={() => void board.refetch()} />}
      {board.isPending && <Loading what="the board" />}
      {board.data && (
        <ShownBoard
          board={board.data}
          stale={board.error !== null}
          onChanged={(after) => queries.setQueryData(['board', requestId], after)}
        />
      )}
    </main>
  );
}

interface ShownBoardProps {
  readonly board: Board;
  readonly stale: boolean;
  readonly onChanged: (board: Board) => void;
}

function ShownBoard({ board, stale, onChanged }: ShownBoardProps) {
  const url = useUrlFilters(filters);
  const [asking, setAsking] = useState<'withdraw' | 'extend' | null>(null);
  const placed = usePlaced(board);
  const counts = useMemo(() => countsOf(placed), [placed]);
  const ended = endedRequestStatuses.includes(board.status);
  const show = url.of('show');
  const wanted = url.of('q').toLowerCase();
  const shown = useMemo(
    () =>
      placed.filter(
        ({ place, districtId, name, number }) =>
          (show === '' || show === place) &&
          [districtId.toLowerCase(), name.toLowerCase(), number].some((known) => known.includes(wanted)),
      ),
    [placed, show, wanted],
  );
  const { set } = url;
  const search = useCallback((text: string) => set('q', text), [set]);
  const unwell = counts.red + counts.failed + counts.notRun;
  return (
    <>
      <div className="page__head">
        <h1>{board.reason}</h1>
        <span className={stale ? 'stale' : undefined}>
          <Status glyph={requestGlyph(board)} turning={!ended}>
            {requestStatusNames[board.status]}, {board.percent} %
          </Status>
        </span>
      </div>
      <p className="soft">
        Asked by <Person by={board.requestedBy} /> <Time at={board.requestedAt} />, {objectsOf(board)}. No run
        begins after <Time at={board.windowUntil} />.{' '}
        {board.forecastEnd !== null && (
          <>
            At this pace all have ended about <Time at={board.forecastEnd} />.
          </>
        )}
        {board.recordsPerSecond !== null &&
          `All together write at most ${number(board.recordsPerSecond)} records a second. `}
        {board.endedAt !== null && (
          <>
            Ended <Time at={board.endedAt} />. {board.message}
          </>
        )}
      </p>
      <div className="bar">
        <SearchField label="Find by number, name or id" value={url.of('q')} onSearch={search} />
        <span className="bar__end choice">
          {ended && unwell > 0 && (
            <Link href={`/requests/new?again=${board.stateRequestId}`}>
              Ask {counted(unwell, 'district')} again: red, failed or not done
            </Link>
          )}
          <a href={`/api/v1/state-requests/${board.stateRequestId}/report?format=csv`} download>
            Report as CSV
          </a>
          {ended && (
            <a href={`/api/v1/state-requests/${board.stateRequestId}/report?format=jws`} download>
              Signed report
            </a>
          )}
          {!ended && <Button onPress={() => setAsking('extend')}>More time…</Button>}
          {!ended && <Button onPress={() => setAsking('withdraw')}>Withdraw…</Button>}
        </span>
      </div>
      <BoardWaves board={board} />
      <FilterChips
        label="Show only"
        chips={places.map((place) => ({
          value: place,
          label: <Status glyph={placeGlyphs[place]}>{placeNames[place]}</Status>,
          count: counts[place],
        }))}
        chosen={show}
        onChoose={(chosen) => url.set('show', chosen)}
      />
      <p role="status" className="small soft">
        {shown.length === placed.length
          ? counted(placed.length, 'district')
          : `${counted(shown.length, 'district')} of ${placed.length}`}
      </p>
      {shown.length === 0 ? (
        <p>
          No district is like this.{' '}
          <button type="button" className="button button--link" onClick={url.clear}>
            Show all
          </button>
        </p>
      ) : (
        <>
          <BoardGrid request={board} districts={shown} />
          <details>
            <summary>The same as a table</summary>
            <BoardTable districts={shown} />
          </details>
        </>
      )}
      {asking === 'withdraw' && (
        <WithdrawDialog board={board} onClose={() => setAsking(null)} onWithdrawn={onChanged} />
      )}
      {asking === 'extend' && (
        <ExtendDialog board={board} onClose={() => setAsking(null)} onExtended={onChanged} />
      )}
    </>
  );
}

/** Districts with their names; what has not changed is the same object, and isn't drawn anew. */
function usePlaced({ districts }: Board): readonly PlacedDistrict[] {
  const known = useSignedIn().districts;
  const names = useMemo(() => new Map(known.map((district) => [district.id, district])), [known]);
  return useMemo(
    () =>
      districts.map((row) => ({
        ...row,
        place: placeOf(row),
        name: names.get(row.districtId)?.name ?? row.districtId,
        number: String(names.get(row.districtId)?.number ?? ''),
      })),
    [districts, names],
  );
}

function countsOf(placed: readonly PlacedDistrict[]) {
  const counts = { waiting: 0, queued: 0, running: 0, green: 0, yellow: 0, red: 0, failed: 0, notRun: 0 };
  for (const { place } of placed) counts[place] += 1;
  return counts;
}

function objectsOf({ objects, checkDependencies }: Board): string {
  if (objects === 'all') return 'all objects';
  return `${objects.join(', ')}${checkDependencies ? ' and what they need' : ''}`;
}
