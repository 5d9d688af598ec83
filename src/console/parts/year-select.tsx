import type { District } from '../api/answers';
import { Select } from './fields';
import { longYear } from './format';

interface YearSelectProps {
  readonly district: District;
  readonly value: string;
  readonly onChange: (year: string) => void;
}

/** One of a district's school years; nothing when it has only one. */
export function YearSelect({ district, value, onChange }: YearSelectProps) {
  if (district.years.length < 2) return null;
  const options = district.years.map(({ schoolYear }) => ({
    value: String(schoolYear),
    label: longYear(schoolYear),
  }));
  return <Select label="School year" value={value} onChange={onChange} options={options} />;
}
