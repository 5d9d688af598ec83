interface TickAllProps {
  readonly label: string;
  readonly state: 'off' | 'mixed' | 'ticked';
  readonly onToggle: () => void;
}

/** The box at the top left of a table, for all of its rows. */
export function TickAll({ label, state, onToggle }: TickAllProps) {
  return (
    <input
      type="checkbox"
      className="tick"
      aria-label={label}
      checked={state === 'ticked'}
      ref={(box) => {
        if (box) box.indeterminate = state === 'mixed';
      }}
      onChange={onToggle}
    />
  );
}

/** Of a table's rows some are ticked, all, or none. */
export function tickedOf(all: boolean, some: boolean): TickAllProps['state'] {
  if (all) return 'ticked';
  return some ? 'mixed' : 'off';
}
