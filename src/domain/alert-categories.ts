/** What the Process column of a Process Alert says: the tool that tells. */
export const alertCategories = {
  resync: 'Vertical Interoperability',
  certification: 'Data Certification',
  notices: 'Notices',
} as const;

/** Where what an alert tells of is shown. */
export const alertLinkKinds = [
  'resync',
  'removals',
  'verification',
  'certification',
  'stateRequest',
  'year',
] as const;
