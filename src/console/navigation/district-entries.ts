import type { NavEntry } from './entry';

const seesResyncs = ['resyncBatch', 'resyncView'] as const;

/** What one does for one district. */
export const districtEntries: readonly NavEntry[] = [
  {
    group: 'Send',
    label: 'Batch',
    hint: 'Tick objects and send them again',
    to: '/d/:district/batch',
    rights: seesResyncs,
    header: true,
  },
  {
    group: 'Send',
    label: 'Selective Sync',
    hint: 'Send one record, with what it needs and what hangs below it',
    to: '/d/:district/selective',
    rights: ['selectiveSync', 'selectiveSyncView'],
  },
  {
    group: 'Send',
    label: 'Schedules',
    hint: 'What starts by itself, and when nothing may run',
    to: '/d/:district/schedules',
    rights: seesResyncs,
  },
  {
    group: 'Outcomes',
    label: 'History',
    hint: 'Every resync of the district, newest first',
    to: '/d/:district/history',
    rights: seesResyncs,
    header: true,
  },
  {
    group: 'Outcomes',
    label: 'Error Log',
    hint: 'Records that did not reach the state, and where to mend them',
    to: '/d/:district/errors',
    rights: ['errorLog', ...seesResyncs],
    header: true,
  },
  {
    group: 'Outcomes',
    label: 'Approvals',
    hint: 'Removals at the state that wait for a decision',
    to: '/approvals',
    rights: seesResyncs,
  },
  {
    group: 'Outcomes',
    label: 'Alerts',
    hint: 'What ended, what is due, what needs somebody',
    to: '/alerts',
    rights: ['processAlerts'],
    header: true,
  },
  {
    group: 'Rules',
    label: 'Field Settings',
    hint: 'Which fields the state owns, and who said so',
    to: '/d/:district/fields',
    rights: ['fieldSettings'],
  },
  {
    group: 'Rules',
    label: 'School Year',
    hint: 'The scoped year, what its end needs, and the switch to the next',
    to: '/d/:district/year',
    rights: seesResyncs,
  },
  {
    group: 'You',
    label: 'Your settings',
    hint: 'Time zone, colors, e-mail, webhooks, and your tokens',
    to: '/me',
    rights: [],
  },
  {
    group: 'You',
    label: 'About',
    hint: 'What runs here, and whether it is well',
    to: '/about',
    rights: [],
  },
  {
    group: 'Compare',
    label: 'Verifications',
    hint: 'Compare both sides and see whether a resync is necessary',
    to: '/d/:district/verifications',
    rights: ['verificationSummary'],
    header: true,
  },
];
