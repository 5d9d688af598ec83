import type { ReactNode } from 'react';
import type { Color } from '../../domain/outcome';

export type Glyph = Color | 'none' | 'waiting' | 'paused' | 'skipped' | 'failed';

const stroke = { fill: 'none', strokeWidth: 1.8, strokeLinecap: 'round', strokeLinejoin: 'round' } as const;

/** Each its own shape: nobody has to see colors. */
const shapes: Record<Glyph, ReactNode> = {
  green: (
    <>
      <circle cx="8" cy="8" r="7" fill="currentColor" />
      <path d="M4.8 8.3l2.2 2.2 4.2-4.6" className="glyph__paper" {...stroke} stroke="none" />
      <path d="M4.8 8.3l2.2 2.2 4.2-4.6" className="glyph__paper" strokeWidth="1.8" />
    </>
  ),
  yellow: (
    <>
      <path d="M8 1.6l6.8 12.4H1.2z" className="glyph__fill" stroke="currentColor" strokeLinejoin="round" />
      <path d="M8 6v3.6M8 11.8v.2" className="glyph__mark" strokeWidth="1.8" strokeLinecap="round" />
    </>
  ),
  red: (
    <>
      <path d="M5 1h6l4 4v6l-4 4H5l-4-4V5z" fill="currentColor" />
      <path d="M5.6 5.6l4.8 4.8M10.4 5.6l-4.8 4.8" className="glyph__paper" strokeWidth="1.8" />
    </>
  ),
  gray: <circle cx="8" cy="8" r="6" {...stroke} stroke="currentColor" strokeDasharray="3.2 3.1" />,
  none: <path d="M4 8h8" {...stroke} stroke="currentColor" />,
  waiting: (
    <>
      <circle cx="8" cy="8" r="6.2" {...stroke} stroke="currentColor" />
      <path d="M8 4.6V8l2.4 1.6" {...stroke} stroke="currentColor" />
    </>
  ),
  paused: <path d="M5.5 3.5v9M10.5 3.5v9" {...stroke} strokeWidth="2.6" stroke="currentColor" />,
  failed: (
    <>
      <path d="M8 1l7 7-7 7-7-7z" fill="currentColor" />
      <path d="M8 4.6v4M8 11v.2" className="glyph__paper" strokeWidth="1.8" strokeLinecap="round" />
    </>
  ),
  skipped: <path d="M3.5 4l4 4-4 4M8.5 4l4 4-4 4" {...stroke} stroke="currentColor" />,
};

/** The color that goes with a shape. */
export function toneOf(glyph: Glyph): Color | 'none' {
  if (glyph === 'failed') return 'red';
  return glyph === 'waiting' || glyph === 'paused' || glyph === 'skipped' ? 'gray' : glyph;
}

/** A shape alone; whoever shows it says the word. */
export function Shape({ glyph, turning = false }: { glyph: Glyph; turning?: boolean }) {
  return (
    <svg viewBox="0 0 16 16" aria-hidden="true" className={turning ? 'glyph--turning' : undefined}>
      {shapes[glyph]}
    </svg>
  );
}

/** A state by shape, word and color. */
export function Status({
  glyph,
  turning = false,
  children,
}: {
  glyph: Glyph;
  turning?: boolean;
  children: ReactNode;
}) {
  return (
    <span className={`status status--${toneOf(glyph)}`}>
      <Shape glyph={glyph} turning={turning} />
      <span className="status__word">{children}</span>
    </span>
  );
}
