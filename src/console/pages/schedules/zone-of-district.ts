import type { District } from '../../api/answers';

/** The zone of the district, else the reader's. */
export function zoneOfDistrict({ timezone }: Pick<District, 'timezone'>): string {
  return timezone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
}
