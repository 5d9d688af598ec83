import type { ReactNode } from 'react';
import { number } from './format';

interface Chip {
  readonly value: string;
  readonly label: ReactNode;
  /** How many there are; absent: not known. */
  readonly count?: number | undefined;
}

interface FilterChipsProps {
  readonly label: string;
  readonly chips: readonly Chip[];
  readonly chosen: string;
  readonly onChoose: (value: string) => void;
}

/** Filters with their counts; the chosen one pressed again shows all. */
export function FilterChips({ label, chips, chosen, onChoose }: FilterChipsProps) {
  return (
    <div className="chips" role="group" aria-label={label}>
      {chips.map((chip) => (
        <button
          key={chip.value}
          type="button"
          className="chip"
          aria-pressed={chip.value === chosen}
          onClick={() => onChoose(chip.value === chosen ? '' : chip.value)}
        >
          {chip.label}
          {chip.count !== undefined && <span className="chip__count">{number(chip.count)}</span>}
        </button>
      ))}
    </div>
  );
}
