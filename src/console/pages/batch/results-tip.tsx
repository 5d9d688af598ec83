import { useId, useRef } from 'react';
import type { LastRun } from '../../api/answers';
import { number } from '../../parts/format';

/** What "Processed" is made of, on hover, focus or press. */
export function ResultsTip({ object, last }: { object: string; last: LastRun }) {
  const id = useId();
  const popup = useRef<HTMLDivElement>(null);
  const { counts, sincePreviousRun } = last;
  const rows: [string, number][] = [
    ['Inserted', counts.inserted],
    ['Updated', counts.updated],
    ['Unchanged', counts.unchanged],
    ['Excluded', counts.excluded],
    ['Blocked', counts.blocked],
    ['Failed', counts.failed],
    ['No longer at the district', counts.extra],
    ...(sincePreviousRun
      ? ([
          ['Errors new since the run before', sincePreviousRun.newErrors],
          ['Errors mended since then', sincePreviousRun.resolvedErrors],
        ] as [string, number][])
      : []),
  ];
  const show = (target: HTMLElement): void => {
    const element = popup.current;
    if (!element) return;
    element.showPopover();
    const { bottom, right } = target.getBoundingClientRect();
    const { offsetHeight, offsetWidth } = element;
    const above = bottom + offsetHeight + 8 > innerHeight;
    element.style.top = `${above ? Math.max(4, bottom - offsetHeight - 28) : bottom + 4}px`;
    element.style.left = `${Math.max(4, right - offsetWidth)}px`;
  };
  const hide = (): void => popup.current?.hidePopover();
  return (
    <span className="tip">
      <button
        type="button"
        className="tip__text"
        tabIndex={-1}
        aria-describedby={id}
        onMouseEnter={({ currentTarget }) => show(currentTarget)}
        onMouseLeave={hide}
        onFocus={({ currentTarget }) => show(currentTarget)}
        onBlur={hide}
      >
        Processed: {number(counts.processed)}
      </button>
      <div ref={popup} id={id} popover="manual" role="tooltip" className="popup">
        <table>
          <caption className="hidden">{object}</caption>
          <tbody>
            {rows.map(([name, count]) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>{number(count)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </span>
  );
}
