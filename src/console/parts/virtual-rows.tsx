import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useEffect, useRef } from 'react';

const rowPx = 32;
const rowsBefore = 50;

/** A column of a long list. */
export interface Column<Row> {
  readonly name: string;
  readonly cell: (row: Row) => ReactNode;
}

interface VirtualRowsProps<Row> {
  readonly label: string;
  readonly rows: readonly Row[];
  readonly columns: readonly Column<Row>[];
  /** Says how wide the columns are, in console.css. */
  readonly widths: string;
  /** The last rows are near: more are wanted. */
  readonly onEnd: () => void;
}

/** A list of any length; only the rows in sight are in the page. */
export function VirtualRows<Row>({ label, rows, columns, widths, onEnd }: VirtualRowsProps<Row>) {
  const box = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => rowPx,
    overscan: 12,
    scrollMargin: rowPx,
  });
  const shown = virtual.getVirtualItems();
  const last = shown.at(-1)?.index ?? 0;
  useEffect(() => {
    if (last >= rows.length - rowsBefore) onEnd();
  });
  return (
    <div ref={box} className={`frame list ${widths}`} tabIndex={0} role="region" aria-label={label}>
      <div
        className="list__grid"
        role="table"
        aria-label={label}
        aria-rowcount={rows.length + 1}
        style={{ blockSize: virtual.getTotalSize() + rowPx }}
      >
        <div className="list__row list__row--head" role="row" aria-rowindex={1}>
          {columns.map(({ name }) => (
            <span key={name} role="columnheader">
              {name}
            </span>
          ))}
        </div>
        {shown.map(({ index, start }) => (
          <div
            key={index}
            className="list__row list__row--placed"
            role="row"
            aria-rowindex={index + 2}
            style={{ insetBlockStart: start }}
          >
            {columns.map(({ name, cell }) => (
              <span key={name} role="cell">
                {cell(rows[index]!)}
              </span>
            ))}
          </div>
        ))}
      </div>
    </div>
  );
}
