/** What people ask of a run. */
export const runActs = [
  'pauseAsked',
  'resumeAsked',
  'cancelAsked',
  'objectCancelAsked',
  'removalsApproved',
  'removalsRejected',
] as const;
export type RunAct = (typeof runActs)[number];

/** Where it came to stand before its end; `held`, `released`: by a blackout window. */
export const runSteps = [
  'queued',
  'running',
  'paused',
  'preempted',
  'awaitingApproval',
  'held',
  'released',
] as const;

/** What is noted as it happens. */
export type RunEventKind = RunAct | (typeof runSteps)[number];

/** How a run ends, as its log says it. */
export const runEnds = ['finished', 'failed', 'cancelled', 'lost'] as const;

/** Everything in the log of a run. */
export const runLogKinds = [
  'asked',
  ...runActs,
  ...runSteps,
  'objectFailed',
  'objectCancelled',
  'objectSkipped',
  ...runEnds,
  'retried',
] as const;
export type RunLogKind = (typeof runLogKinds)[number];
