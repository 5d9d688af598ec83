import type { District } from '../../api/answers';
import { Select } from '../../parts/fields';

interface ZoneSelectProps {
  readonly district: Pick<District, 'timezone'>;
  readonly value: string;
  readonly onChange: (zone: string) => void;
}

/** The zone in which local times are meant. */
export function ZoneSelect({ district, value, onChange }: ZoneSelectProps) {
  const near = [district.timezone, Intl.DateTimeFormat().resolvedOptions().timeZone, 'UTC'];
  const zones = [
    ...new Set([...near.filter((zone) => zone !== null), ...Intl.supportedValuesOf('timeZone')]),
  ];
  return (
    <Select
      label="Time zone"
      value={value}
      onChange={onChange}
      options={zones.map((zone) => ({ value: zone, label: zone }))}
    />
  );
}
