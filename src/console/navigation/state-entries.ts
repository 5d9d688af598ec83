import type { NavEntry } from './entry';

/** What the state does, over all of its districts. */
export const stateEntries: readonly NavEntry[] = [
  {
    group: 'State',
    label: 'Requests',
    hint: 'Ask districts for a resync, and see where each stands',
    to: '/requests',
    rights: ['stateRequest'],
    stateOnly: true,
    header: true,
  },
  {
    group: 'State',
    label: 'Compliance',
    hint: 'Who has made the resyncs that the turn of the year asks for',
    to: '/compliance',
    rights: ['resyncBatch', 'resyncView'],
    stateOnly: true,
    header: true,
  },
  {
    group: 'Send',
    label: 'Agents',
    hint: 'What runs and what waits, in every district',
    to: '/agents',
    rights: ['agents'],
  },
  {
    group: 'Compare',
    label: 'Certifications',
    hint: 'What was counted and signed for a report',
    to: '/certifications',
    rights: ['verificationSummary'],
  },
  {
    group: 'Outcomes',
    label: 'Identity conflicts',
    hint: 'Records whose key, GUID or district no longer go together',
    to: '/d/:district/conflicts',
    rights: ['errorLog'],
  },
  {
    group: 'Access',
    label: 'Tool Rights',
    hint: 'Who may do what; people, services and their tokens',
    to: '/admin/rights',
    rights: ['administration'],
  },
  {
    group: 'Access',
    label: 'Registration',
    hint: 'Register, change, retire and import districts',
    to: '/admin/districts',
    rights: ['administration'],
    stateOnly: true,
  },
  {
    group: 'Access',
    label: 'Audit',
    hint: 'Who did what, when and from where',
    to: '/admin/audit',
    rights: ['administration'],
  },
];
