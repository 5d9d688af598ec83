import type { HTMLInputTypeAttribute } from 'react';

interface SelectProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly options: readonly { readonly value: string; readonly label: string }[];
  /** What stands for no choice; absent: there has to be one. */
  readonly none?: string;
}

/** One of a list. What is chosen is among them, even when the list has lost it. */
export function Select({ label, value, onChange, options, none }: SelectProps) {
  const known = value === '' || options.some((option) => option.value === value);
  return (
    <label className="labelled">
      {label}
      <select className="field" value={value} onChange={({ target }) => onChange(target.value)}>
        {none !== undefined && <option value="">{none}</option>}
        {[...options, ...(known ? [] : [{ value, label: value }])].map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </label>
  );
}

interface InputProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly type?: HTMLInputTypeAttribute;
  readonly hint?: string | undefined;
}

/** A line of text, a date, a time. */
export function Input({ label, value, onChange, type = 'text', hint }: InputProps) {
  return (
    <label className="labelled">
      {label}
      <input
        className="field"
        type={type}
        value={value}
        spellCheck={false}
        onChange={({ target }) => onChange(target.value)}
      />
      {hint !== undefined && <span className="small soft">{hint}</span>}
    </label>
  );
}

interface TickProps {
  readonly label: string;
  readonly ticked: boolean;
  readonly onChange: (ticked: boolean) => void;
}

/** A box to tick with its words. */
export function Tick({ label, ticked, onChange }: TickProps) {
  return (
    <label className="choice">
      <input
        type="checkbox"
        className="tick"
        checked={ticked}
        onChange={({ target }) => onChange(target.checked)}
      />
      {label}
    </label>
  );
}
