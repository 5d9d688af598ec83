import { useEffect, useId, useRef, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { type NavEntry, navGroups } from './entry';

/** All pages that the reader may open, in groups, each with what it is for. */
export function ToolMenu({ entries }: { entries: readonly NavEntry[] }) {
  const [path] = useLocation();
  const [openAt, setOpenAt] = useState<string | null>(null);
  const box = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const panel = useId();
  // Another page closes it.
  const open = openAt === path;
  const close = (): void => setOpenAt(null);
  useEffect(() => {
    if (!open) return;
    const outside = ({ target }: Event): void => {
      if (target instanceof Node && !box.current?.contains(target)) setOpenAt(null);
    };
    addEventListener('pointerdown', outside);
    addEventListener('focusin', outside);
    return () => {
      removeEventListener('pointerdown', outside);
      removeEventListener('focusin', outside);
    };
  }, [open]);
  return (
    <div
      ref={box}
      onKeyDown={({ key }) => {
        if (key !== 'Escape' || !open) return;
        close();
        button.current?.focus();
      }}
    >
      <button
        ref={button}
        type="button"
        className="button"
        aria-expanded={open}
        aria-controls={open ? panel : undefined}
        onClick={() => setOpenAt(open ? null : path)}
      >
        All tools <span aria-hidden="true">{open ? '▴' : '▾'}</span>
      </button>
      {open && (
        <div id={panel} className="menu">
          {navGroups.map((group) => {
            const found = entries.filter((entry) => entry.group === group);
            return found.length === 0 ? null : (
              <section key={group} aria-label={group}>
                <h2>{group}</h2>
                <ul>
                  {found.map(({ label, hint, to }) => (
                    <li key={to}>
                      <Link href={to} aria-current={path === to ? 'page' : undefined} onClick={close}>
                        <strong>{label}</strong> <span className="small soft">{hint}</span>
                      </Link>
                    </li>
                  ))}
                </ul>
              </section>
            );
          })}
        </div>
      )}
    </div>
  );
}
