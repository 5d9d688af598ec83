import { useSyncExternalStore } from 'react';

/** Colors that one may choose. */
export const themes = [
  { value: '', label: 'as the system has them' },
  { value: 'light', label: 'light' },
  { value: 'dark', label: 'dark' },
];
/** How much room rows take. */
export const densities = [
  { value: '', label: 'usual' },
  { value: 'compact', label: 'compact' },
  { value: 'roomy', label: 'roomy' },
];

/** Whether single letters do something wherever one is (WCAG 2.1.4). */
export const letterKeys = [
  { value: '', label: 'on' },
  { value: 'off', label: 'off' },
];

const looks = ['theme', 'density', 'keys'] as const;
type Look = (typeof looks)[number];
const listeners = new Set<() => void>();
const keyOf = (look: Look): string => `resync.${look}`;

function stored(look: Look): string {
  return localStorage.getItem(keyOf(look)) ?? '';
}

/** Has the page look as was chosen in this browser. */
export function applyLook(): void {
  for (const look of looks) {
    if (stored(look) === '') document.documentElement.removeAttribute(`data-${look}`);
    else document.documentElement.setAttribute(`data-${look}`, stored(look));
  }
}

interface ChosenLook {
  readonly theme: string;
  readonly density: string;
  readonly keys: string;
  readonly choose: (look: Look, value: string) => void;
}

function useStored(look: Look): string {
  return useSyncExternalStore(
    (tell) => {
      listeners.add(tell);
      return () => listeners.delete(tell);
    },
    () => stored(look),
  );
}

/** What was chosen, and a way to choose otherwise. */
export function useLook(): ChosenLook {
  return {
    theme: useStored('theme'),
    density: useStored('density'),
    keys: useStored('keys'),
    choose: (look, value) => {
      if (value === '') localStorage.removeItem(keyOf(look));
      else localStorage.setItem(keyOf(look), value);
      applyLook();
      for (const tell of listeners) tell();
    },
  };
}
