import { type KeyboardEvent, memo, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { Shape, toneOf } from '../../../parts/status';
import { BoardDetails, type PlacedDistrict, placeText } from './board-district';
import type { ActedRequest } from './district-acts';
import { placeGlyphs } from './request-words';

/** Cells to the side and below, as the keys of a grid move. */
const moves: Record<string, (at: number, perRow: number, last: number) => number> = {
  ArrowRight: (at) => at + 1,
  ArrowLeft: (at) => at - 1,
  ArrowDown: (at, perRow) => at + perRow,
  ArrowUp: (at, perRow) => at - perRow,
  Home: () => 0,
  End: (_at, _perRow, last) => last,
};

interface BoardGridProps {
  readonly request: ActedRequest;
  readonly districts: readonly PlacedDistrict[];
}

/**
 * A cell a district: a thousand of them at a glance, each its status by its shape. One stop of Tab;
 * arrows walk, Enter opens the resync.
 */
export function BoardGrid({ request, districts }: BoardGridProps) {
  const [chosen, setChosen] = useState<string | null>(null);
  const grid = useRef<HTMLDivElement>(null);
  const [, navigate] = useLocation();
  const found = districts.find(({ districtId }) => districtId === chosen) ?? null;
  const stop = found?.districtId ?? districts[0]?.districtId;
  const onKeyDown = (event: KeyboardEvent): void => {
    const cells = [...(grid.current?.children ?? [])] as HTMLElement[];
    const at = cells.findIndex((cell) => cell === document.activeElement);
    if (at < 0) return;
    if (event.key === 'Enter') {
      const resyncId = districts[at]?.resyncId ?? null;
      if (resyncId !== null) navigate(`/runs/${resyncId}`);
      return;
    }
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    const top = cells[0]!.offsetTop;
    const perRow = cells.findIndex((cell) => cell.offsetTop > top);
    const to = move(at, perRow < 0 ? cells.length : perRow, cells.length - 1);
    cells[to]?.focus();
  };
  return (
    <>
      <div
        ref={grid}
        className="board"
        role="group"
        aria-label="Districts; arrows walk, Enter opens the resync"
        onKeyDown={onKeyDown}
        onFocus={({ target }) => setChosen(target.getAttribute('data-district'))}
      >
        {districts.map((district) => (
          <Cell
            key={district.districtId}
            id={district.districtId}
            name={`${district.name} ${district.number}: ${placeText(district)}`}
            place={district.place}
            stop={district.districtId === stop}
            chosen={district.districtId === chosen}
          />
        ))}
      </div>
      <div aria-live="polite">
        {found === null ? (
          <p className="soft small">Press a district to see how it stands.</p>
        ) : (
          <BoardDetails request={request} district={found} />
        )}
      </div>
    </>
  );
}

interface CellProps {
  readonly id: string;
  readonly name: string;
  readonly place: PlacedDistrict['place'];
  readonly stop: boolean;
  readonly chosen: boolean;
}

/** Drawn anew only when what it says has changed. */
const Cell = memo(function Cell({ id, name, place, stop, chosen }: CellProps) {
  const glyph = placeGlyphs[place];
  return (
    <button
      type="button"
      className={`board__cell status--${toneOf(glyph)}`}
      data-district={id}
      aria-label={name}
      title={name}
      aria-pressed={chosen}
      tabIndex={stop ? 0 : -1}
    >
      <Shape glyph={glyph} />
    </button>
  );
});
