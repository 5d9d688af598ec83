import { useQuery } from '@tanstack/react-query';
import { call } from '../api/call';

type Key = readonly string[];

/** How people call a district's schools: by the name, where one is known, else by the key. */
export function useSchoolNames(districtId: string): (key: Key) => string | null {
  const schools = useQuery({
    queryKey: ['schools', districtId],
    queryFn: () => call(`/districts/${districtId}/schools`),
    staleTime: Infinity,
  });
  const names = new Map(schools.data?.items.map(({ school, name }) => [school.join('\u0000'), name]));
  return (key) => names.get(key.join('\u0000')) ?? null;
}

/** A school in a table; its key stands in its title. */
export function SchoolName({ school, name }: { school: Key; name: string | null }) {
  const key = school.join(', ');
  return name === null ? key : <span title={key}>{name}</span>;
}

/** Of a school as counts of errors name it: the only value of its key, or a JSON array of texts. */
export function keyOfShown(value: string): Key {
  if (!value.startsWith('[')) return [value];
  try {
    return JSON.parse(value) as Key;
  } catch {
    return [value];
  }
}
