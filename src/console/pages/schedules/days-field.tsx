import { type Weekday, weekdays } from '../../../domain/blackout';
import { weekdayNames } from './words';

interface DaysFieldProps {
  readonly legend: string;
  readonly days: readonly Weekday[];
  readonly onChange: (days: readonly Weekday[]) => void;
}

/** Days of the week to tick. */
export function DaysField({ legend, days, onChange }: DaysFieldProps) {
  return (
    <fieldset className="days">
      <legend className="small">{legend}</legend>
      {weekdays.map((day) => (
        <label key={day} className="choice">
          <input
            type="checkbox"
            className="tick"
            aria-label={weekdayNames[day]}
            checked={days.includes(day)}
            onChange={({ target }) =>
              onChange(weekdays.filter((one) => (one === day ? target.checked : days.includes(one))))
            }
          />
          {weekdayNames[day].slice(0, 3)}
        </label>
      ))}
    </fieldset>
  );
}
