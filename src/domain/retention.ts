/** What is kept for a time and then removed, in the order in which a pass goes through it. */
export const retainedKinds = [
  'previews',
  'deliveries',
  'firings',
  'syncEvents',
  'alerts',
  'marks',
  'errors',
  'ledger',
  'verifications',
  'runs',
  'audit',
] as const;
export type RetainedKind = (typeof retainedKinds)[number];

/** Days; `forever`: never removed. */
export type Kept = number | 'forever';

/** How long each kind is kept. */
export type Retention = Readonly<Record<RetainedKind, Kept>>;

/** How a pass stands. `partial`: it had enough for a day, and the next one goes on. */
export type RetentionStatus = 'running' | 'finished' | 'partial' | 'failed';

/** Rows that a pass has removed, by kind. */
export type RemovedRows = Readonly<Partial<Record<RetainedKind, number>>>;
