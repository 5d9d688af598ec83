import type { District } from '../api/answers';

type Region = NonNullable<District['region']>;

/** That a district's records come through a region, in a list. */
export const regionInShort = ({ host, first }: Region): string =>
  first ? `through its region${host === null ? '' : `, ${host}`}` : 'from its region’s edition';

/** What that means for its resyncs. */
export const regionInWords = ({ host, first }: Region): string =>
  first
    ? `Records come through the region${host === null ? '' : ` (${host})`}: what the state asks of this district is resynced into the region first, and sent on from there.`
    : 'Records come from the edition of the region, not from the district itself.';
