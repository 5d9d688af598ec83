import { useEffect, useRef } from 'react';
import type { NavEntry } from './entry';

/** Keys beside those of pages, and what they do. */
export const otherKeys = [
  { keys: ['/'], does: 'Find on the page' },
  { keys: ['g', 'd'], does: 'Go to a district, a page or a resync' },
  { keys: ['?'], does: 'This list' },
] as const;

/** Keys within the tree of objects, which no setting turns off: they work in it only. */
export const treeKeys = [
  { keys: ['↑', '↓', 'Home', 'End', 'Page Up', 'Page Down'], does: 'Move' },
  { keys: ['→', '←'], does: 'Open and close' },
  { keys: ['Space'], does: 'Tick' },
  { keys: ['Shift', 'Space'], does: 'Tick all that stands below' },
  { keys: ['*'], does: 'Open everything' },
  { keys: ['Enter'], does: 'Go to the last resync' },
  { keys: ['a', '…', 'z'], does: 'Go to an object by its name' },
] as const;

/** After `g` the next letter is waited for so long. */
const nextMs = 1_500;

interface Acts {
  readonly go: (to: string) => void;
  readonly openGoTo: () => void;
  readonly openHelp: () => void;
}

/**
 * Single letters that work anywhere on a page but where one types, or where letters have a meaning
 * of their own.
 */
export function useSingleKeys(entries: readonly NavEntry[], on: boolean, acts: Acts): void {
  const latest = useRef({ entries, acts });
  useEffect(() => {
    latest.current = { entries, acts };
  });
  useEffect(() => {
    if (!on) return;
    let goUntil = 0;
    const press = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      if (takesLetters(event.target) || document.querySelector('dialog[open]')) return;
      const then = actOf(event.key, performance.now() < goUntil, latest.current);
      goUntil = 0;
      if (then === null) return;
      event.preventDefault();
      if (then === 'wait') goUntil = performance.now() + nextMs;
      else then();
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, [on]);
}

function actOf(
  key: string,
  going: boolean,
  { entries, acts }: { readonly entries: readonly NavEntry[]; readonly acts: Acts },
): (() => void) | 'wait' | null {
  if (going) {
    const entry = entries.find((one) => one.key === key);
    if (entry) return () => acts.go(entry.to);
    return key === 'd' ? acts.openGoTo : null;
  }
  if (key === 'g') return 'wait';
  if (key === '?') return acts.openHelp;
  return key === '/' ? findOnPage() : null;
}

/** `null`: nothing on the page is looked for in. */
function findOnPage(): (() => void) | null {
  const field = document.querySelector<HTMLInputElement>('main input[type="search"]');
  return field && (() => field.focus());
}

const typing = 'input:not([type="checkbox"], [type="radio"]), textarea, select, [role="treegrid"] tbody';

function takesLetters(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest(typing) !== null;
}
