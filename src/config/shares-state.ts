import type { Config } from './schema';

/**
 * Whether the state holds records of more than one district: then what stands in a table without
 * their numbers may be another's. A retired district's are there, too.
 */
export function sharesState({ districts, retiredDistricts = [] }: Config): boolean {
  return districts.length + retiredDistricts.length > 1;
}
