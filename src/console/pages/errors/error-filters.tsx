import { isGivenDay } from '../../../domain/local-day';
import { errorRules } from '../../../domain/error-rules';
import { Button } from '../../parts/button';
import { Input, Select } from '../../parts/fields';
import { longYear, number } from '../../parts/format';
import { keyOfShown, type useSchoolNames } from '../../parts/school-name';
import type { useAddress } from '../../parts/use-address';
import type { DistrictErrors } from '../../api/answers';

const names = [
  ...['object', 'code', 'field', 'school', 'schoolYear', 'outcome', 'run', 'from', 'to', 'sort'],
] as const;
const outcomes = ['excluded', 'blocked', 'failed'];

/** What the address asks of the API; a day only when its year is typed to the end. */
export function queryOf(get: (name: string) => string): Readonly<Record<string, string>> {
  const isAsked = (name: string, value: string): boolean =>
    name === 'from' || name === 'to' ? isGivenDay(value) : value !== '';
  const given = names.flatMap((name) => (isAsked(name, get(name)) ? [[name, get(name)]] : []));
  return Object.fromEntries(given) as Record<string, string>;
}

interface ErrorFiltersProps {
  readonly facets: DistrictErrors['facets'] | null;
  readonly address: ReturnType<typeof useAddress>;
  readonly schoolName: ReturnType<typeof useSchoolNames>;
}

const facetLabels = {
  object: 'Object',
  code: 'Rule',
  field: 'Field',
  school: 'School',
  schoolYear: 'School year',
} as const;
type Facet = keyof typeof facetLabels;

/** Each list counts what its choices would find. */
export function ErrorFilters({ facets, address: { get, set, clear }, schoolName }: ErrorFiltersProps) {
  const nameOf = (value: string): string | null => schoolName(keyOfShown(value));
  const isSet = names.some((name) => get(name) !== '');
  return (
    <div className="filters" role="group" aria-label="Filters">
      {(Object.keys(facetLabels) as Facet[]).map((facet) => (
        <Select
          key={facet}
          label={facetLabels[facet]}
          value={get(facet)}
          onChange={(value) => set(facet, value)}
          none="all"
          options={(facets?.[facet] ?? []).flatMap(({ value, count }) =>
            value === null ? [] : { value, label: `${wordOf(facet, value, nameOf)} (${number(count)})` },
          )}
        />
      ))}
      <Select
        label="Outcome"
        value={get('outcome')}
        onChange={(value) => set('outcome', value)}
        none="all"
        options={outcomes.map((value) => ({ value, label: value }))}
      />
      <Input label="From" type="date" value={get('from')} onChange={(value) => set('from', value)} />
      <Input label="To" type="date" value={get('to')} onChange={(value) => set('to', value)} />
      <Select
        label="Order"
        value={get('sort')}
        onChange={(value) => set('sort', value)}
        none="newest first"
        options={[
          { value: 'oldest', label: 'oldest first' },
          { value: 'object', label: 'by object' },
        ]}
      />
      {isSet && <Button onPress={() => clear(names)}>Clear the filters</Button>}
    </div>
  );
}

function wordOf(facet: Facet, value: string, schoolName: (value: string) => string | null): string {
  if (facet === 'school') return [schoolName(value), value].filter((part) => part !== null).join(' · ');
  if (facet === 'schoolYear') return longYear(Number(value));
  if (facet !== 'code') return value;
  const rule = errorRules[value];
  return rule === undefined ? value : `${value}: ${rule}`;
}
