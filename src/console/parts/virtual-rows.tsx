import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useEffect, useRef } from 'react';

const rowPx = 32;

/** A column of a long list. */
export interface Column<Row> {
  readonly name: string;
  readonly cell: (row: Row) => ReactNode;
}

/** The first and the last row in sight, from 0. */
export interface Stretch {
  readonly first: number;
  readonly last: number;
}

interface VirtualRowsProps<Row> {
  readonly label: string;
  /** How many there are, loaded or not. */
  readonly count: number;
  /** `undefined`: not loaded yet. */
  readonly rowAt: (index: number) => Row | undefined;
  readonly columns: readonly Column<Row>[];
  /** Says how wide the columns are, in console.css. */
  readonly widths: string;
  /** The row to begin with, from 0; a new one is gone to. */
  readonly start?: { readonly index: number };
  readonly onShown: (shown: Stretch) => void;
}

/** A list of any length; only the rows in sight are in the page. */
export function VirtualRows<Row>(props: VirtualRowsProps<Row>) {
  const { label, count, rowAt, columns, widths, start, onShown } = props;
  const box = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => box.current,
    estimateSize: () => rowPx,
    overscan: 12,
    scrollMargin: rowPx,
  });
  useEffect(() => {
    if (start) box.current?.scrollTo({ top: start.index * rowPx });
  }, [start]);
  // The head hides a row's height.
  const first = Math.floor((virtual.scrollOffset ?? 0) / rowPx);
  const last = virtual.range?.endIndex ?? 0;
  useEffect(() => onShown({ first, last }));
  return (
    <div ref={box} className={`frame list ${widths}`} tabIndex={0} role="region" aria-label={label}>
      <div
        className="list__grid"
        role="table"
        aria-label={label}
        aria-rowcount={count + 1}
        style={{ blockSize: virtual.getTotalSize() + rowPx }}
      >
        <div className="list__row list__row--head" role="row" aria-rowindex={1}>
          {columns.map(({ name }) => (
            <span key={name} role="columnheader">
              {name}
            </span>
          ))}
        </div>
        {virtual.getVirtualItems().map(({ index, start }) => {
          const row = rowAt(index);
          return (
            <div
              key={index}
              className="list__row list__row--placed"
              role="row"
              aria-rowindex={index + 2}
              aria-busy={row === undefined}
              style={{ insetBlockStart: start }}
            >
              {columns.map(({ name, cell }) => (
                <span key={name} role="cell">
                  {row === undefined ? '…' : cell(row)}
                </span>
              ))}
            </div>
          );
        })}
      </div>
    </div>
  );
}
