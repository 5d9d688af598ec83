import { useId } from 'react';
import { Status } from '../../parts/status';
import { legend } from '../../text';

/** The key to the colors of the Status column. */
export function LegendButton() {
  const id = useId();
  return (
    <>
      <button type="button" className="button button--link" popoverTarget={id}>
        Legend
      </button>
      <div id={id} popover="auto" className="popup legend-popup">
        <h2>Color Coding Legend</h2>
        <ul className="legend">
          {legend.map(({ glyph, text }) => (
            <li key={glyph}>
              <Status glyph={glyph}>{text}</Status>
            </li>
          ))}
        </ul>
      </div>
    </>
  );
}
