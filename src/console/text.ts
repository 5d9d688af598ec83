/** Longer texts of the pages. */
import type { Scenario } from '../domain/resync';

export const batchText = {
  what: 'Sends a district’s data to its state again. It runs by itself: you can leave this page, and a Process Alert tells when it has ended. A resync takes power from both databases.',
  otherYear:
    'Only objects that belong to this school year and are configured for it are listed. Send all others in the current year.',
} as const;

/** The two ways to do it, step by step, by the names of the controls. */
export const procedures: readonly { readonly title: string; readonly steps: readonly string[] }[] = [
  {
    title: 'Full resync',
    steps: [
      'Tick the checkbox at the top left of the table: it selects every object.',
      'Press Send Resync below the table.',
      'Press OK in the window that asks.',
    ],
  },
  {
    title: 'Partial resync',
    steps: [
      'Tick Check dependencies.',
      'Tick the objects to send. What they need is ticked with them.',
      'Press Send Resync below the table.',
      'Press OK in the window that asks.',
    ],
  },
];

export const scenarioNames: Record<Scenario, string> = {
  OTHER: 'Other',
  END_OF_YEAR: 'End of the school year',
  START_OF_YEAR: 'Start of the school year',
  DATABASE_MODIFICATION: 'Data was changed directly in the database',
  STATE_REQUEST: 'The state asked for it',
  GO_LIVE: 'The district goes live',
};

export const legend = [
  { glyph: 'green', text: 'Green: no errors' },
  { glyph: 'yellow', text: 'Yellow: errors in at most 1.0 % of the records' },
  { glyph: 'red', text: 'Red: errors in more than 1.0 %, or it did not finish' },
  { glyph: 'gray', text: 'Gray: in progress' },
  { glyph: 'none', text: 'Never sent' },
] as const;

export const runStatusNames = {
  accepted: 'Accepted',
  queued: 'Waiting for its turn',
  running: 'Running',
  paused: 'Paused',
  preempted: 'Stands aside for a request of the state',
  awaitingApproval: 'Removals wait for approval',
  finished: 'Finished',
  failed: 'Failed',
  cancelled: 'Cancelled',
  lost: 'Lost',
  ended: 'Ended',
} as const;

/** What became of a record, as its history and its lists say it. */
export const outcomeNames = {
  inserted: 'Inserted',
  updated: 'Updated',
  unchanged: 'Unchanged',
  extra: 'Only at the state',
  removed: 'Removed at the state',
  excluded: 'Excluded by the state',
  blocked: 'Waits for another record',
  failed: 'Refused',
} as const;
